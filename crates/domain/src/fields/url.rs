//! A web address.

use super::kind::{FieldKind, InputSpec, text_of};
use super::{FieldDef, error_field};
use crate::change::web_url;
use crate::error::AppError;
use crate::limits;
use serde_json::Value;

pub(super) struct Url;

impl FieldKind for Url {
    fn takes(&self, _: &FieldDef) -> String {
        "a web address".into()
    }

    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError> {
        match text_of(def, value)? {
            Some(text) => Ok(Value::String(web_url(&error_field(def), &text)?)),
            None => Ok(Value::Null),
        }
    }

    fn icon(&self) -> &'static str {
        "link"
    }
}

pub(super) fn input() -> InputSpec {
    InputSpec::Line { kind: "url", max: Some(limits::URL_CHARS) }
}
