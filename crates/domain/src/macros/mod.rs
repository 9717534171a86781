//! Macros: a text with variables, and what happens to the ticket with it. Without actions a macro is
//! a snippet; without a text it only acts.

mod holes;

pub use holes::{Named, Variable, fill, names};

use crate::error::{AppError, Problems};
use crate::message::{Effect, MessageMode};
use crate::{MacroId, limits, text};
use serde::{Deserialize, Serialize};

/// A macro as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    pub id: MacroId,
    pub name: String,
    /// Where it stands in the list; empty: on top.
    pub folder: String,
    /// Markdown with variables; may be empty.
    pub body: String,
    /// What kind of message it makes; `None`: whichever is being written.
    pub mode: Option<MessageMode>,
    pub effects: Vec<Effect>,
    /// The reader's alone; else everybody's.
    pub own: bool,
    /// Grows with each change; a change says which one it saw.
    pub version: i32,
}

/// A macro to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMacro {
    pub name: String,
    pub folder: String,
    pub body: String,
    pub mode: Option<MessageMode>,
    pub effects: Vec<Effect>,
    pub own: bool,
}

/// A macro ready to be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledMacro {
    pub id: MacroId,
    pub name: String,
    pub folder: String,
    /// Markdown; nothing stands where a variable is not known.
    pub body: String,
    pub mode: Option<MessageMode>,
    pub effects: Vec<ShownEffect>,
    /// What an agent has to look at before the text goes out.
    pub problems: Vec<String>,
}

/// What will happen, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownEffect {
    pub effect: Effect,
    /// `adds export`, `sets Pending`
    pub label: String,
}

impl NewMacro {
    /// The same with its text made storable, or what is wrong with it. `fields` says whether a
    /// custom field exists.
    pub fn checked(self, fields: impl Fn(&Named) -> bool) -> Result<Self, AppError> {
        let mut p = Problems::default();
        let name = p.check(text::required_line("name", &self.name, limits::NAME_CHARS));
        let folder = text::optional_line("folder", Some(&self.folder), limits::NAME_CHARS);
        let folder = p.check(folder).flatten();
        let body = text::clean(&self.body);
        if body.chars().count() > limits::MACRO_BODY_CHARS {
            p.add("body", format!("At most {} characters fit.", limits::MACRO_BODY_CHARS));
        }
        if let Some(problem) = unknown(&body, fields) {
            p.add("body", problem);
        }
        if body.trim().is_empty() && self.effects.is_empty() {
            p.add("body", "A macro writes something, or does something.");
        }
        let mut effects: Vec<Effect> = Vec::new();
        for effect in self.effects {
            effects.retain(|kept| !kept.is_replaced_by(&effect));
            effects.push(effect);
        }
        if effects.len() > limits::EFFECTS_MAX {
            p.add("effects", format!("A macro does at most {} things.", limits::EFFECTS_MAX));
        }
        p.finish()?;
        let (name, folder) = (name.unwrap_or_default(), folder.unwrap_or_default());
        Ok(Self { name, folder, body, effects, ..self })
    }
}

/// What a text names that there is not.
fn unknown(body: &str, fields: impl Fn(&Named) -> bool) -> Option<String> {
    let word = names(body).find_map(|(word, named)| match named {
        Some(named) if fields(&named) => None,
        _ => Some(word.to_string()),
    })?;
    let all: Vec<_> = Variable::ALL.iter().map(|v| v.as_str()).collect();
    Some(format!(
        "There is no {{{{{word}}}}}. There are: {}, and custom fields as in {{{{customer.fields.plan}}}}.",
        all.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(body: &str) -> NewMacro {
        NewMacro { name: " Hello ".into(), body: body.into(), ..NewMacro::default() }
    }

    #[test]
    fn an_unknown_variable_is_refused_by_name() {
        let error = new("Hi {{customer.nmae}}").checked(|_| true).unwrap_err();
        assert!(error.field("body").is_some_and(|e| e.contains("customer.nmae")), "{error}");
        assert_eq!(new("Hi {{customer.name|you}}").checked(|_| true).unwrap().name, "Hello");
        let field = |named: &Named| !matches!(named, Named::Field(_, key) if key == "gone");
        assert!(new("{{customer.fields.plan}}").checked(field).is_ok());
        let error = new("{{customer.fields.gone}}").checked(field).unwrap_err();
        assert!(error.field("body").is_some_and(|e| e.contains("customer.fields.gone")), "{error}");
    }

    #[test]
    fn a_macro_writes_or_acts() {
        assert!(new(" ").checked(|_| true).unwrap_err().field("body").is_some());
        let effects = ["status:open", "tag:bug", "status:pending", "untag:Bug"];
        let effects = effects.iter().map(|e| e.parse().unwrap()).collect();
        let checked = NewMacro { effects, ..new("") }.checked(|_| true).unwrap();
        let left: Vec<_> = checked.effects.iter().map(ToString::to_string).collect();
        assert_eq!(left, ["status:pending", "untag:Bug"]);
    }
}
