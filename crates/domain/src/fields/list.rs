//! One of the choices that the field has.

use super::FieldDef;
use super::kind::{FieldKind, InputSpec, refused, text_of};
use crate::error::AppError;
use crate::json;
use serde_json::Value;

pub(super) struct List;

impl FieldKind for List {
    fn takes(&self, def: &FieldDef) -> String {
        format!("one of: {}", def.options.join(", "))
    }

    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError> {
        match text_of(def, value)? {
            None => Ok(Value::Null),
            Some(text) if def.options.contains(&text) => Ok(Value::String(text)),
            Some(_) => Err(refused(def)),
        }
    }

    /// In the spelling of the choice, whatever the case.
    fn near(&self, def: &FieldDef, value: &Value) -> Value {
        let text =
            json::scalar(value).map(|t| crate::text::clean(&t).to_lowercase()).unwrap_or_default();
        let option = def.options.iter().find(|option| option.to_lowercase() == text);
        option.map_or_else(|| value.clone(), |option| option.clone().into())
    }

    fn icon(&self) -> &'static str {
        "list"
    }

    fn has_options(&self) -> bool {
        true
    }
}

pub(super) fn input(options: &[String]) -> InputSpec {
    InputSpec::Choice(options.to_vec())
}
