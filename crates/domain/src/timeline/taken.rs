//! The fields of a message, taken one by one: what can be read is, and what cannot is set aside
//! with the reason. One odd value never costs the message.

use super::own::Aside;
use crate::error::AppError;
use crate::identity::{IdentifierKind, Key, opaque_id};
use crate::limits::EXTERNAL_ID_CHARS;
use crate::{json, text, times};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// A message that is being read.
#[derive(Debug)]
pub(super) struct Taken {
    pub fields: Map<String, Value>,
    pub aside: Vec<Aside>,
    /// An id that identifies nobody was left out.
    pub nobody: bool,
}

/// What languages without an empty value write for one.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

impl Taken {
    pub fn new(fields: Map<String, Value>) -> Self {
        Self { fields, aside: Vec::new(), nobody: false }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !is_empty(value))
    }

    fn set_aside(&mut self, name: &str, sent: Value, why: impl Into<String>) {
        self.aside.push(Aside::new(name, sent, why));
    }

    /// One line of at most `max` characters; a longer one is cut, and kept whole aside.
    pub fn line(&mut self, name: &str, max: usize) -> Option<String> {
        let value = self.take(name)?;
        let Some(line) = json::scalar(&value).map(|t| text::clean_line(&t)) else {
            self.set_aside(name, value, "This has to be text.");
            return None;
        };
        let n = line.chars().count();
        if n <= max {
            return Some(line).filter(|l| !l.is_empty());
        }
        self.set_aside(
            name,
            value,
            format!("{n} characters are too many and were cut; {max} fit."),
        );
        Some(text::excerpt(&line, max))
    }

    /// A line that means something as a whole only: one that is too long is set aside.
    pub fn word(&mut self, name: &str, max: usize) -> Option<String> {
        let value = self.take(name)?;
        match json::scalar(&value).map(|t| text::clean_line(&t)) {
            Some(word) if word.chars().count() <= max => Some(word).filter(|w| !w.is_empty()),
            Some(word) => {
                let n = word.chars().count();
                self.set_aside(name, value, format!("{n} characters are too many; {max} fit."));
                None
            }
            None => {
                self.set_aside(name, value, "This has to be text.");
                None
            }
        }
    }

    /// A text of any length, such as a token.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).and_then(|value| value.as_str().map(String::from))
    }

    /// An id: text, or a number as some clients send it. One that is too long, or is a thing, is
    /// refused: cut or left out, it would lead to somebody else.
    pub fn id(&mut self, name: &str) -> Result<Option<String>, AppError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let id = match &value {
            Value::Bool(_) => {
                self.set_aside(name, value, "True or false identifies nobody.");
                self.nobody = true;
                return Ok(None);
            }
            value => json::scalar(value)
                .ok_or_else(|| AppError::invalid(name, "An id is text or a number."))?,
        };
        let n = id.trim().chars().count();
        if n > EXTERNAL_ID_CHARS {
            let message = format!(
                "{name} is {n} characters long, which is too long; at most {EXTERNAL_ID_CHARS} fit."
            );
            return Err(AppError::invalid(name, message));
        }
        Ok(Some(id))
    }

    /// An id that identifies somebody; one that does not is set aside.
    pub fn key(&mut self, name: &str, kind: IdentifierKind) -> Result<Option<Key>, AppError> {
        let Some(id) = self.id(name)? else { return Ok(None) };
        match opaque_id(name, &id) {
            Ok(value) => Ok(Some(Key { kind, value })),
            Err(error) => {
                self.nobody = true;
                let why = match error {
                    AppError::Invalid(errors) => errors.into_iter().next().map(|e| e.message),
                    _ => None,
                };
                self.set_aside(name, id.into(), why.unwrap_or_default());
                Ok(None)
            }
        }
    }

    /// An object, or the text of one; PHP writes an empty one as a list.
    pub fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.take(name) {
            None => Map::new(),
            Some(Value::Object(object)) => object,
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(Value::Object(object)) => object,
                _ => {
                    self.set_aside(name, text.into(), "This has to be an object.");
                    Map::new()
                }
            },
            Some(value) => {
                self.set_aside(name, value, "This has to be an object.");
                Map::new()
            }
        }
    }

    /// A time, however it is written.
    pub fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let value = self.take(name)?;
        let time = times::read(&value);
        if time.is_none() {
            self.set_aside(name, value, "This is no time; 2026-11-24T09:14:00Z is one.");
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(value: Value) -> Taken {
        Taken::new(value.as_object().cloned().expect("an object"))
    }

    #[test]
    fn what_is_empty_in_any_language_is_absent() {
        for empty in [json!(null), json!(""), json!(" "), json!([]), json!({})] {
            let mut t = taken(json!({"a": empty, "b": empty, "c": empty, "d": empty}));
            assert_eq!((t.line("a", 9), t.object("b").len(), t.time("c")), (None, 0, None));
            assert_eq!((t.id("d"), t.aside), (Ok(None), vec![]), "{empty}");
        }
    }

    #[test]
    fn near_types_are_read_and_far_ones_set_aside() {
        let mut t = taken(json!({"n": 7.0, "o": r#"{"a": 1}"#, "list": [1], "words": "no object",
            "long": "x".repeat(12), "id": 42.0, "no": false}));
        assert_eq!(t.line("n", 9).as_deref(), Some("7"));
        assert_eq!(Value::Object(t.object("o")), json!({"a": 1}));
        assert_eq!(t.line("list", 9), None);
        assert!(t.object("words").is_empty());
        assert_eq!(t.line("long", 9).map(|l| l.chars().count()), Some(9));
        assert_eq!(t.id("id"), Ok(Some("42".into())));
        assert_eq!(t.id("no"), Ok(None));
        let fields: Vec<_> = t.aside.iter().map(|a| a.field.as_str()).collect();
        assert_eq!(fields, ["list", "words", "long", "no"]);
        assert_eq!(t.aside[2].sent, json!("x".repeat(12)), "the whole of it is kept");
    }

    #[test]
    fn an_id_that_is_too_long_is_refused_and_never_cut() {
        let mut t = taken(json!({"id": "x".repeat(EXTERNAL_ID_CHARS + 1), "thing": {"$oid": "1"}}));
        assert!(
            matches!(t.id("id"), Err(AppError::Invalid(e)) if e[0].message.contains("too long"))
        );
        assert!(t.id("thing").is_err());
    }
}
