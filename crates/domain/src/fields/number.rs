//! A number, whole or not.

use super::FieldDef;
use super::kind::{FieldKind, InputSpec, refused};
use crate::error::AppError;
use serde_json::Value;

pub(super) struct Number;

impl FieldKind for Number {
    fn takes(&self, _: &FieldDef) -> String {
        "a number".into()
    }

    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError> {
        if value.is_number() { Ok(value.clone()) } else { Err(refused(def)) }
    }

    fn read(&self, text: &str) -> Value {
        let whole = text.parse::<i64>().ok().map(Value::from);
        // from_f64 refuses NaN and infinity, which JSON cannot hold.
        let any = || serde_json::Number::from_f64(text.parse().ok()?).map(Value::Number);
        whole.or_else(any).unwrap_or_else(|| text.into())
    }

    fn near(&self, _: &FieldDef, value: &Value) -> Value {
        match value {
            Value::String(text) if text.trim().is_empty() => Value::Null,
            Value::String(text) => self.read(text.trim()),
            value => value.clone(),
        }
    }

    fn icon(&self) -> &'static str {
        "hash"
    }
}

pub(super) fn input() -> InputSpec {
    InputSpec::Line { kind: "number", max: None }
}
