//! Custom fields: their definitions, and which values they take.

use crate::change::web_url;
use crate::error::{AppError, Problems};
use crate::ids::FieldId;
use crate::{json, limits, text, times, vocabulary};
use chrono::{Datelike, NaiveDate};
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
}

/// Names that a custom field would hide.
fn default_names(entity: FieldEntity) -> &'static [&'static str] {
    match entity {
        FieldEntity::Customer => &[
            "account",
            "address",
            "anonymous_id",
            "avatar_url",
            "browser",
            "city",
            "company",
            "country",
            "created_at",
            "email",
            "emails",
            "external_id",
            "fields",
            "first_seen_at",
            "id",
            "identifiers",
            "job_title",
            "kind",
            "language",
            "last_activity_at",
            "last_page",
            "last_seen_at",
            "name",
            "open_tickets",
            "os",
            "phone",
            "phones",
            "signed_up_at",
            "source",
            "tags",
            "time_zone",
            "total_tickets",
            "updated_at",
            "version",
            "website",
        ],
        FieldEntity::Account => &[
            "created_at",
            "currency",
            "domains",
            "employee_count",
            "external_id",
            "fields",
            "health",
            "id",
            "industry",
            "mrr",
            "mrr_minor",
            "name",
            "owner",
            "owner_id",
            "phone",
            "plan",
            "renewal_date",
            "updated_at",
            "version",
            "website",
        ],
        FieldEntity::Ticket => &[
            "assignee",
            "channel",
            "closed_at",
            "created_at",
            "csat_score",
            "customer",
            "fields",
            "first_response_at",
            "id",
            "linked_issues",
            "mailbox",
            "message_count",
            "number",
            "participants",
            "priority",
            "snoozed_until",
            "status",
            "subject",
            "submitted_at",
            "tags",
            "team",
            "updated_at",
            "version",
        ],
    }
}

/// Takes a key: `[a-z0-9_]{1,60}`, not the name of a default property.
pub fn key(entity: FieldEntity, text: &str) -> Result<String, AppError> {
    let key = text.trim();
    let shape = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if key.is_empty() || key.len() > limits::FIELD_KEY_CHARS || !key.bytes().all(shape) {
        let max = limits::FIELD_KEY_CHARS;
        return Err(AppError::invalid(
            "key",
            format!("A key has 1 to {max} characters of a–z, 0–9 and _."),
        ));
    }
    if default_names(entity).contains(&key) {
        return Err(AppError::invalid("key", format!("“{key}” is a default property already.")));
    }
    Ok(key.into())
}

/// A key for a label: `Plan at submit` → `plan_at_submit`. Empty when no letter can be kept.
pub fn suggest_key(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let spaced: String = label.chars().map(plain).collect();
    let mut key = spaced.split_whitespace().collect::<Vec<_>>().join("_");
    key.truncate(limits::FIELD_KEY_CHARS);
    key
}

/// Takes the choices of a field: a list has at least one, other types none.
pub fn options(kind: FieldType, given: &[String]) -> Result<Vec<String>, AppError> {
    let mut options: Vec<String> = Vec::new();
    for option in given {
        let Some(option) = text::optional_line("options", Some(option), limits::LINE_CHARS)? else {
            continue;
        };
        if !options.contains(&option) {
            options.push(option);
        }
    }
    let error = |m: String| Err(AppError::invalid("options", m));
    match (kind, options.len()) {
        (FieldType::List, 0) => error("A list needs at least one choice.".into()),
        (FieldType::List, n) if n > limits::FIELD_OPTIONS_MAX => {
            error(format!("A list has at most {} choices.", limits::FIELD_OPTIONS_MAX))
        }
        (FieldType::List, _) | (_, 0) => Ok(options),
        _ => error("Only a list has choices.".into()),
    }
}

/// The name under which a value's error is reported, `fields.plan`.
pub fn error_field(def: &FieldDef) -> String {
    format!("fields.{}", def.key)
}

/// Takes a JSON value of the field's type; null clears.
pub fn validate(def: &FieldDef, value: &Value) -> Result<Value, AppError> {
    let field = error_field(def);
    let wrong = |what: &str| Err(AppError::invalid(&field, format!("{} takes {what}.", def.label)));
    match (def.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (FieldType::Number, Value::Number(_)) | (FieldType::Boolean, Value::Bool(_)) => {
            Ok(value.clone())
        }
        (FieldType::Number, _) => wrong("a number"),
        (FieldType::Boolean, _) => wrong("true or false"),
        (_, Value::String(text)) => validate_text(def, &field, text),
        (FieldType::Text, _) => wrong("text"),
        (FieldType::Date, _) => wrong("a date, such as 2026-11-24"),
        (FieldType::Url, _) => wrong("a web address"),
        (FieldType::List, _) => wrong(&format!("one of: {}", def.options.join(", "))),
    }
}

fn validate_text(def: &FieldDef, field: &str, text: &str) -> Result<Value, AppError> {
    let text = text::clean(text);
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let value = match def.kind {
        FieldType::Date => match text.parse::<NaiveDate>() {
            Ok(date) if (1..=9999).contains(&date.year()) => date.to_string(),
            _ => {
                return Err(AppError::invalid(
                    field,
                    format!("{} takes a date, such as 2026-11-24.", def.label),
                ));
            }
        },
        FieldType::Url => web_url(field, &text)?,
        FieldType::List if !def.options.contains(&text) => {
            let choices = def.options.join(", ");
            return Err(AppError::invalid(
                field,
                format!("{} takes one of: {choices}.", def.label),
            ));
        }
        _ => text::required_text(field, &text, limits::FIELD_TEXT_CHARS)?,
    };
    Ok(Value::String(value))
}

/// Takes what a form sent for the field; empty text clears.
pub fn parse(def: &FieldDef, text: &str) -> Result<Value, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let value = match def.kind {
        FieldType::Number => number(text).unwrap_or_else(|| text.into()),
        FieldType::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true.into(),
            "false" | "no" | "off" | "0" => false.into(),
            _ => text.into(),
        },
        _ => text.into(),
    };
    validate(def, &value)
}

/// Takes a value of a type near the field's, as clients send them: `"25"` for a number, 10023 for
/// text, `"true"`, a time for a date. Null and what is empty clear.
pub fn read_near(def: &FieldDef, value: &Value) -> Result<Value, AppError> {
    let scalar = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(json::number_text(number)),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    };
    match (def.kind, value) {
        (_, Value::Array(list)) if list.is_empty() => Ok(Value::Null),
        (_, Value::Array(list)) if list.len() == 1 => read_near(def, &list[0]),
        (FieldType::Text, Value::Array(list)) => {
            let parts: Option<Vec<String>> = list.iter().map(scalar).collect();
            validate(def, &parts.map_or_else(|| value.clone(), |parts| parts.join(", ").into()))
        }
        (FieldType::Boolean, Value::Number(_)) => parse(def, &scalar(value).unwrap_or_default()),
        (FieldType::Date, Value::String(text)) if text.trim().is_empty() => Ok(Value::Null),
        (FieldType::Date, value) => match times::read_day(value) {
            Some(day) => validate(def, &day.to_string().into()),
            None => validate(def, value),
        },
        (FieldType::List, value) => {
            let text = scalar(value).map(|t| text::clean(&t).to_lowercase()).unwrap_or_default();
            let option = def.options.iter().find(|o| o.to_lowercase() == text);
            validate(def, &option.map_or_else(|| value.clone(), |o| o.clone().into()))
        }
        (FieldType::Number | FieldType::Boolean, Value::String(text)) => parse(def, text),
        (_, Value::Number(_) | Value::Bool(_))
            if !matches!(def.kind, FieldType::Number | FieldType::Boolean) =>
        {
            validate(def, &scalar(value).map_or(Value::Null, Value::from))
        }
        _ => validate(def, value),
    }
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    // from_f64 refuses NaN and infinity, which JSON cannot hold.
    whole.or_else(|| serde_json::Number::from_f64(text.parse().ok()?).map(Value::Number))
}

/// What people read for a value; empty for none.
pub fn display(def: &FieldDef, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "Yes".into(),
        Value::Bool(false) => "No".into(),
        Value::String(text) => text.clone(),
        // A whole number that came as 12.0 reads as 12.
        Value::Number(n) if def.kind == FieldType::Number => match (n.as_i64(), n.as_f64()) {
            (Some(n), _) => n.to_string(),
            (None, Some(n)) => n.to_string(),
            _ => n.to_string(),
        },
        other => other.to_string(),
    }
}

/// Changes `values` by what the API sent: unknown keys are refused by name, null clears.
pub fn apply(
    defs: &[FieldDef],
    given: &FieldValues,
    values: &mut FieldValues,
) -> Result<(), AppError> {
    apply_with(defs, given, values, validate)
}

/// Changes `values` by what a form sent.
pub fn apply_form(
    defs: &[FieldDef],
    given: &BTreeMap<String, String>,
    values: &mut FieldValues,
) -> Result<(), AppError> {
    apply_with(defs, given, values, |def, text: &String| parse(def, text))
}

fn apply_with<T>(
    defs: &[FieldDef],
    given: &BTreeMap<String, T>,
    values: &mut FieldValues,
    rule: impl Fn(&FieldDef, &T) -> Result<Value, AppError>,
) -> Result<(), AppError> {
    let mut problems = Problems::default();
    for (key, raw) in given {
        let Some(def) = defs.iter().find(|d| d.key == *key && !d.archived) else {
            let shown = text::excerpt(key, limits::FIELD_KEY_CHARS);
            problems
                .add(&format!("fields.{shown}"), format!("There is no custom field “{shown}”."));
            continue;
        };
        match problems.check(rule(def, raw)) {
            Some(Value::Null) => drop(values.remove(key)),
            Some(value) => drop(values.insert(key.clone(), value)),
            None => {}
        }
    }
    problems.finish()
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
        }
    }

    proptest! {
        #[test]
        fn a_form_shows_what_it_reads_back(kind in prop::sample::select(FieldType::ALL), s in "\\PC{0,30}") {
            let def = def(kind);
            if let Ok(value) = parse(&def, &s) {
                prop_assert_eq!(parse(&def, &display(&def, &value)), Ok(value.clone()));
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
