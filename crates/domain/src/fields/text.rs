//! A line or some lines of text.

use super::kind::{FieldKind, InputSpec, text_of};
use super::{FieldDef, error_field};
use crate::error::AppError;
use crate::{json, limits};
use serde_json::Value;

pub(super) struct Text;

impl FieldKind for Text {
    fn takes(&self, _: &FieldDef) -> String {
        "text".into()
    }

    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError> {
        let Some(text) = text_of(def, value)? else { return Ok(Value::Null) };
        let text = crate::text::required_text(&error_field(def), &text, limits::FIELD_TEXT_CHARS)?;
        Ok(Value::String(text))
    }

    fn near(&self, _: &FieldDef, value: &Value) -> Value {
        let text = match value {
            Value::Array(list) => {
                let parts: Option<Vec<String>> = list.iter().map(json::scalar).collect();
                parts.map(|parts| parts.join(", "))
            }
            value => json::scalar(value),
        };
        text.map_or_else(|| value.clone(), Value::from)
    }

    fn icon(&self) -> &'static str {
        "type"
    }
}

pub(super) fn input() -> InputSpec {
    InputSpec::Line { kind: "text", max: Some(limits::FIELD_TEXT_CHARS) }
}
