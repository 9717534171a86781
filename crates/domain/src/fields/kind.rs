//! What a type of custom field has to say of itself.

use super::{FieldDef, error_field};
use crate::error::AppError;
use crate::json;
use serde_json::Value;

/// How a value is typed or chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputSpec {
    /// A line: its `type` in HTML, and the most characters where the browser can hold to it.
    Line { kind: &'static str, max: Option<usize> },
    /// One of these, as people read them, or none.
    Choice(Vec<String>),
}

/// The rules of a type, for the server alone: the browser half holds none of them. Null and empty text never come here: they clear any field.
pub trait FieldKind: Sync {
    /// What it takes, in words: `a number`.
    fn takes(&self, def: &FieldDef) -> String;

    /// The value as it is stored; what is not of the type is refused at the field.
    fn validate(&self, def: &FieldDef, value: &Value) -> Result<Value, AppError>;

    /// The value that a form's text means. What means none stays text, which `validate` refuses.
    fn read(&self, text: &str) -> Value {
        text.into()
    }

    /// The same of a value of a near type, as clients send them.
    fn near(&self, _def: &FieldDef, value: &Value) -> Value {
        json::scalar(value).map_or_else(|| value.clone(), Value::from)
    }

    /// Its icon in the app config.
    fn icon(&self) -> &'static str;

    /// Whether a field of it says which values there are.
    fn has_options(&self) -> bool {
        false
    }
}

/// The refusal of what a type does not take.
pub(super) fn refused(def: &FieldDef) -> AppError {
    let takes = def.kind.rules().takes(def);
    AppError::invalid(&error_field(def), format!("{} takes {takes}.", def.label))
}

/// The cleaned text of a value that has to be one; `None` where nothing is left of it.
pub(super) fn text_of(def: &FieldDef, value: &Value) -> Result<Option<String>, AppError> {
    let Value::String(text) = value else { return Err(refused(def)) };
    Ok(Some(crate::text::clean(text)).filter(|text| !text.is_empty()))
}
