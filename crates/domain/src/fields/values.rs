//! Changing the values of a customer, account or ticket.

use super::{FieldDef, FieldValues, parse, validate};
use crate::error::{AppError, Problems};
use crate::{limits, text};
use serde_json::Value;
use std::collections::BTreeMap;

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
