//! Yes or no.

use super::kind::{FieldKind, InputSpec, refused};
use super::{FieldDef, display};
use crate::error::AppError;
use crate::json;
use serde_json::Value;

pub(super) struct Boolean;

impl FieldKind for Boolean {
    fn takes(&self, _: &FieldDef) -> String {
        "true or false".into()
    }

    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError> {
        if value.is_boolean() { Ok(value.clone()) } else { Err(refused(def)) }
    }

    fn read(&self, text: &str) -> Value {
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true.into(),
            "false" | "no" | "off" | "0" => false.into(),
            _ => text.into(),
        }
    }

    fn near(&self, _: &FieldDef, value: &Value) -> Value {
        match value {
            Value::Bool(_) => value.clone(),
            value => match json::scalar(value).as_deref().map(str::trim) {
                Some("") => Value::Null,
                Some(text) => self.read(text),
                None => value.clone(),
            },
        }
    }

    fn icon(&self) -> &'static str {
        "toggle-left"
    }
}

pub(super) fn input() -> InputSpec {
    InputSpec::Choice([true, false].map(|b| display(&b.into())).into())
}
