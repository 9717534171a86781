//! Custom fields: their definitions, and which values they take.
//!
//! A type is a module that says what it takes ([`FieldKind`]) and how it is typed; a new one is a file
//! here, its word in [`FieldType`] and a line in [`FieldType::input`] and [`FieldType::rules`].

mod boolean;
mod date;
mod keys;
mod kind;
mod list;
mod number;
mod sensitive;
mod text;
mod url;
mod values;

pub use keys::{key, suggest_key};
pub use kind::{FieldKind, InputSpec};
pub use sensitive::{FieldOwner, HIDDEN, NOT_YOURS_TO_CHANGE, hidden_at, is_hidden, is_typed};
pub use values::{FormValues, apply, apply_form};

use crate::error::AppError;
use crate::ids::FieldId;
use crate::{limits, vocabulary};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

vocabulary! {
    /// What a custom field holds.
    FieldType {
        Text => "text", "Text";
        Number => "number", "Number";
        Boolean => "boolean", "Yes or no";
        Date => "date", "Date";
        Url => "url", "Link";
        List => "list", "List";
    }
}

impl FieldType {
    /// How a value is typed or chosen; `options` are the field's.
    pub fn input(self, options: &[String]) -> InputSpec {
        match self {
            Self::Text => text::input(),
            Self::Number => number::input(),
            Self::Boolean => boolean::input(),
            Self::Date => date::input(),
            Self::Url => url::input(),
            Self::List => list::input(options),
        }
    }

    /// What fields of this type take.
    pub fn rules(self) -> &'static dyn FieldKind {
        match self {
            Self::Text => &text::Text,
            Self::Number => &number::Number,
            Self::Boolean => &boolean::Boolean,
            Self::Date => &date::Date,
            Self::Url => &url::Url,
            Self::List => &list::List,
        }
    }
}

vocabulary! {
    /// What a custom field belongs to.
    FieldEntity {
        Customer => "customer", "Customer";
        Account => "account", "Account";
        Ticket => "ticket", "Ticket";
    }
}

/// The custom values of one customer, account or ticket, by key.
pub type FieldValues = BTreeMap<String, Value>;

/// The definition of a custom field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct FieldDef {
    pub id: FieldId,
    pub entity: FieldEntity,
    /// The name in the API; never changes.
    pub key: String,
    /// The name on the page.
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The choices of a list.
    pub options: Vec<String>,
    pub position: i32,
    /// Hidden and closed to new values; those there are stay.
    pub archived: bool,
    /// Nobody reads a value by the way: each look is asked for, and in the audit log.
    pub sensitive: bool,
}

/// A custom field to create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewField {
    pub entity: FieldEntity,
    pub key: String,
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    #[serde(default)]
    pub options: Vec<String>,
    /// Hidden until somebody with the permission asks to see it.
    #[serde(default)]
    pub sensitive: bool,
}

/// Changes to a custom field; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldEdit {
    pub label: Option<String>,
    pub options: Option<Vec<String>>,
    pub position: Option<i32>,
    pub archived: Option<bool>,
    pub sensitive: Option<bool>,
}

/// The name under which a value's error is reported, `fields.plan`.
pub fn error_field(def: &FieldDef) -> String {
    format!("fields.{}", def.key)
}

/// Takes a JSON value of the field's type; null clears.
pub fn validate(def: &FieldDef, value: &Value) -> Result<Value, AppError> {
    match value {
        Value::Null => Ok(Value::Null),
        value => def.kind.rules().validate(def, value),
    }
}

/// Takes what a form sent for the field; empty text clears.
pub fn parse(def: &FieldDef, text: &str) -> Result<Value, AppError> {
    match text.trim() {
        "" => Ok(Value::Null),
        text => validate(def, &def.kind.rules().read(text)),
    }
}

/// Takes a value of a type near the field's, as clients send them: `"25"` for a number, 10023 for
/// text, `"true"`, a time for a date. Null and what is empty clear.
pub fn read_near(def: &FieldDef, value: &Value) -> Result<Value, AppError> {
    match value {
        Value::Array(list) if list.is_empty() => Ok(Value::Null),
        Value::Array(list) if list.len() == 1 => read_near(def, &list[0]),
        value => validate(def, &def.kind.rules().near(def, value)),
    }
}

/// What people read for a value, and what its form reads back; empty for none.
pub fn display(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "Yes".into(),
        Value::Bool(false) => "No".into(),
        Value::String(text) => text.clone(),
        // A whole number that came as 12.0 reads as 12.
        Value::Number(n) => match (n.as_i64(), n.as_f64()) {
            (None, Some(n)) => n.to_string(),
            _ => n.to_string(),
        },
        other => other.to_string(),
    }
}

/// Takes the choices of a field: a list has at least one, other types none.
pub fn options(kind: FieldType, given: &[String]) -> Result<Vec<String>, AppError> {
    let mut options: Vec<String> = Vec::new();
    for option in given {
        let Some(option) = crate::text::optional_line("options", Some(option), limits::LINE_CHARS)?
        else {
            continue;
        };
        if !options.contains(&option) {
            options.push(option);
        }
    }
    let error = |m: String| Err(AppError::invalid("options", m));
    match (kind.rules().has_options(), options.len()) {
        (true, 0) => error("A list needs at least one choice.".into()),
        (true, n) if n > limits::FIELD_OPTIONS_MAX => {
            error(format!("A list has at most {} choices.", limits::FIELD_OPTIONS_MAX))
        }
        (true, _) | (false, 0) => Ok(options),
        (false, _) => error("Only a list has choices.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Uuid;
    use proptest::prelude::*;
    use serde_json::json;

    fn def(kind: FieldType) -> FieldDef {
        FieldDef {
            id: FieldId(Uuid::nil()),
            entity: FieldEntity::Customer,
            key: "x".into(),
            label: "X".into(),
            kind,
            options: if kind == FieldType::List {
                vec!["Gold".into(), "Silver".into()]
            } else {
                vec![]
            },
            position: 0,
            archived: false,
            sensitive: false,
        }
    }

    proptest! {
        #[test]
        fn a_form_shows_what_it_reads_back(kind in prop::sample::select(FieldType::ALL), s in "\\PC{0,30}") {
            let def = def(kind);
            if let Ok(value) = parse(&def, &s) {
                prop_assert_eq!(parse(&def, &display(&value)), Ok(value.clone()));
                prop_assert_eq!(validate(&def, &value), Ok(value));
            }
        }
    }

    #[test]
    fn a_suggested_key_is_a_key() {
        assert_eq!(suggest_key("Plan at submit"), "plan_at_submit");
        assert_eq!(suggest_key(" NPS (2026) "), "nps_2026");
        assert_eq!(suggest_key("好"), "");
        assert!(key(FieldEntity::Ticket, &suggest_key(&"Very long ".repeat(20))).is_ok());
    }

    #[test]
    fn keys_have_one_spelling_and_hide_nothing() {
        assert_eq!(key(FieldEntity::Customer, "plan_seats"), Ok("plan_seats".into()));
        for bad in ["", "Plan", "a-b", "email", &"a".repeat(61)] {
            assert!(key(FieldEntity::Customer, bad).is_err(), "{bad}");
        }
        assert!(key(FieldEntity::Account, "email").is_ok());
    }

    #[test]
    fn each_type_takes_its_own_values() {
        for (kind, good, bad) in [
            (FieldType::Text, json!("a"), json!(1)),
            (FieldType::Number, json!(1.5), json!("1.5")),
            (FieldType::Boolean, json!(true), json!("true")),
            (FieldType::Date, json!("2026-11-24"), json!("24.11.2026")),
            (FieldType::Url, json!("https://x.example/"), json!("javascript://x")),
            (FieldType::List, json!("Gold"), json!("Bronze")),
        ] {
            assert_eq!(validate(&def(kind), &good), Ok(good.clone()), "{kind:?}");
            let error = validate(&def(kind), &bad).unwrap_err();
            assert!(error.field("fields.x").is_some(), "{kind:?}");
            assert_eq!(validate(&def(kind), &Value::Null), Ok(Value::Null));
        }
    }

    #[test]
    fn a_choice_is_what_its_value_reads_as() {
        for kind in FieldType::ALL {
            let def = def(*kind);
            if let InputSpec::Choice(choices) = def.kind.input(&def.options) {
                for choice in choices {
                    let value = parse(&def, &choice).unwrap();
                    assert_eq!(display(&value), choice, "{kind:?}");
                }
            }
        }
    }

    #[test]
    fn only_lists_have_choices() {
        assert!(options(FieldType::List, &[]).is_err());
        assert!(options(FieldType::Text, &["a".into()]).is_err());
        assert_eq!(options(FieldType::List, &["a".into(), "a ".into()]), Ok(vec!["a".to_string()]));
    }

    #[test]
    fn unknown_and_archived_keys_are_refused_by_name() {
        let mut archived = def(FieldType::Text);
        archived.archived = true;
        let given = FieldValues::from([("x".into(), json!("a")), ("ghost".into(), json!(1))]);
        let error = apply(&[archived], &given, &mut FieldValues::new()).unwrap_err();
        assert!(error.field("fields.ghost").is_some() && error.field("fields.x").is_some());
    }

    #[test]
    fn null_clears_and_others_stay() {
        let mut values = FieldValues::from([("x".into(), json!("a")), ("y".into(), json!(2))]);
        let given = FieldValues::from([("x".into(), Value::Null)]);
        assert_eq!(apply(&[def(FieldType::Text)], &given, &mut values), Ok(()));
        assert_eq!(values, FieldValues::from([("y".into(), json!(2))]));
    }
}
