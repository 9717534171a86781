//! Changing the values of a customer, account or ticket.

use super::sensitive::is_typed;
use super::{FieldDef, FieldValues, parse, validate};
use crate::error::{AppError, Problems};
use crate::{limits, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a form says of custom fields: texts by key, and which sensitive ones it clears.
#[derive(Debug, Clone, Copy)]
pub struct FormValues<'a> {
    pub texts: &'a BTreeMap<String, String>,
    pub cleared: &'a BTreeSet<String>,
}

impl FormValues<'_> {
    /// The keys of what it changes: a sensitive field that is left empty, or as it was, stays.
    pub fn changed<'s>(&'s self, defs: &'s [FieldDef]) -> impl Iterator<Item = &'s str> {
        let sensitive = |key: &str| defs.iter().any(|d| d.key == key && d.sensitive);
        let typed = self.texts.iter().filter(move |(key, text)| !sensitive(key) || is_typed(text));
        typed.map(|(key, _)| key.as_str()).chain(self.cleared.iter().map(String::as_str))
    }
}

/// Changes `values` by what the API sent: unknown keys are refused by name, null clears.
pub fn apply(
    defs: &[FieldDef],
    given: &FieldValues,
    values: &mut FieldValues,
) -> Result<(), AppError> {
    apply_with(defs, given, values, |def, value| validate(def, value).map(Some))
}

/// Changes `values` by what a form sent. Of a sensitive field it does not know the value: empty leaves
/// it, and it is cleared by saying so.
pub fn apply_form(
    defs: &[FieldDef],
    given: FormValues<'_>,
    values: &mut FieldValues,
) -> Result<(), AppError> {
    apply_with(defs, given.texts, values, |def, text: &String| match def.sensitive {
        true if !is_typed(text) => Ok(None),
        _ => Ok(Some(parse(def, text)?)),
    })?;
    for def in defs.iter().filter(|def| def.sensitive && given.cleared.contains(&def.key)) {
        values.remove(&def.key);
    }
    Ok(())
}

/// `rule` answers the value, null for none; `None` leaves the one there is.
fn apply_with<T>(
    defs: &[FieldDef],
    given: &BTreeMap<String, T>,
    values: &mut FieldValues,
    rule: impl Fn(&FieldDef, &T) -> Result<Option<Value>, AppError>,
) -> Result<(), AppError> {
    let mut problems = Problems::default();
    for (key, raw) in given {
        let Some(def) = defs.iter().find(|d| d.key == *key && !d.archived) else {
            let shown = text::excerpt(key, limits::FIELD_KEY_CHARS);
            problems
                .add(&format!("fields.{shown}"), format!("There is no custom field “{shown}”."));
            continue;
        };
        match problems.check(rule(def, raw)).flatten() {
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
    use crate::fields::{FieldEntity, FieldType};
    use crate::ids::{FieldId, Uuid};
    use serde_json::json;

    fn def(key: &str, sensitive: bool) -> FieldDef {
        FieldDef {
            id: FieldId(Uuid::nil()),
            entity: FieldEntity::Customer,
            key: key.into(),
            label: key.into(),
            kind: FieldType::Text,
            options: vec![],
            position: 0,
            archived: false,
            sensitive,
        }
    }

    #[test]
    fn a_form_keeps_what_it_was_not_shown_until_it_says_otherwise() {
        let defs = [def("iban", true), def("plan", false)];
        let stored =
            FieldValues::from([("iban".into(), json!("DE02")), ("plan".into(), json!("A"))]);
        let sent = |iban: &str, cleared: &[&str]| {
            let texts = BTreeMap::from([("iban".into(), iban.into()), ("plan".into(), "".into())]);
            let cleared = cleared.iter().map(ToString::to_string).collect();
            let given = FormValues { texts: &texts, cleared: &cleared };
            let changed: Vec<_> = given.changed(&defs).map(String::from).collect();
            let mut values = stored.clone();
            apply_form(&defs, given, &mut values).expect("a form");
            (values.get("iban").cloned(), values.get("plan").cloned(), changed.join(" "))
        };
        assert_eq!(sent("", &[]), (Some(json!("DE02")), None, "plan".into()));
        assert_eq!(sent("•••••• 3", &[]), (Some(json!("DE02")), None, "plan".into()));
        assert_eq!(sent("FR14", &[]), (Some(json!("FR14")), None, "iban plan".into()));
        assert_eq!(sent("", &["iban"]), (None, None, "plan iban".into()));
    }
}
