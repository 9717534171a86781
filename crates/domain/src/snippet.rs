//! Snippets: texts that agents put into messages, with variables that are filled in.

use crate::error::{AppError, Problems};
use crate::{SnippetId, limits, markdown, text};
use serde::{Deserialize, Serialize};

/// A snippet as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Snippet {
    pub id: SnippetId,
    pub name: String,
    /// Markdown with variables.
    pub body: String,
    /// Grows with each change; a change says which one it saw.
    pub version: i32,
}

/// A snippet to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSnippet {
    pub name: String,
    pub body: String,
}

/// A snippet ready to be inserted: its variables are filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledSnippet {
    pub name: String,
    /// Markdown.
    pub body: String,
}

crate::vocabulary! {
    /// What `{{…}}` in a snippet can name.
    Variable {
        CustomerName => "customer.name", "The customer's name";
        CustomerFirstName => "customer.first_name", "Its first word";
        CustomerEmail => "customer.email", "Their e-mail";
        AccountName => "account.name", "The account's name";
        TicketNumber => "ticket.number", "The ticket's number";
        TicketSubject => "ticket.subject", "Its subject";
        AgentName => "agent.name", "Your name";
        AgentFirstName => "agent.first_name", "Your first name";
        WorkspaceName => "workspace.name", "The workspace's name";
    }
}

impl NewSnippet {
    /// The same with its text made storable, or what is wrong with it.
    pub fn checked(self) -> Result<Self, AppError> {
        let mut p = Problems::default();
        let name = p.check(text::required_line("name", &self.name, limits::NAME_CHARS));
        let body = p.check(text::required_text("body", &self.body, limits::SNIPPET_BODY_CHARS));
        let unknown = body.as_deref().and_then(|body| {
            holes(body).find(|hole| hole.variable.is_none()).map(|hole| hole.word.to_string())
        });
        if let Some(word) = unknown {
            let all: Vec<_> = Variable::ALL.iter().map(|v| v.as_str()).collect();
            let message = format!("There is no {{{{{word}}}}}. There are: {}.", all.join(", "));
            p.add("body", message);
        }
        p.finish()?;
        Ok(Self { name: name.unwrap_or_default(), body: body.unwrap_or_default() })
    }
}

/// A `{{variable}}` or `{{variable|else}}` in a text.
struct Hole<'a> {
    /// Where it stands, in bytes, braces included.
    range: std::ops::Range<usize>,
    word: &'a str,
    variable: Option<Variable>,
    otherwise: &'a str,
}

fn holes(body: &str) -> impl Iterator<Item = Hole<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + body[from..].find("{{")?;
        let end = start + body[start..].find("}}")? + 2;
        from = end;
        let inner = &body[start + 2..end - 2];
        let (word, otherwise) = inner.split_once('|').unwrap_or((inner, ""));
        let (word, otherwise) = (word.trim(), otherwise.trim());
        Some(Hole { range: start..end, word, variable: word.parse().ok(), otherwise })
    })
}

/// The text with its variables filled in. What is unknown of a customer becomes what stands
/// behind the bar, else nothing; values stay text, whatever marks they hold.
pub fn fill(body: &str, value: impl Fn(Variable) -> Option<String>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut done = 0;
    for hole in holes(body) {
        let Some(variable) = hole.variable else { continue };
        out.push_str(&body[done..hole.range.start]);
        match value(variable).filter(|v| !v.trim().is_empty()) {
            Some(value) => out.push_str(&markdown::escape(value.trim())),
            None => out.push_str(hole.otherwise),
        }
        done = hole.range.end;
    }
    out.push_str(&body[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(variable: Variable) -> Option<String> {
        match variable {
            Variable::CustomerFirstName => Some("Al*ex*".into()),
            Variable::TicketNumber => Some("1042".into()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_filled_in_as_text() {
        let filled = fill("Hi {{ customer.first_name }}, **#{{ticket.number}}**", value);
        assert_eq!(filled, "Hi Al\\*ex\\*, **#1042**");
        assert_eq!(markdown::readable(&filled), "Hi Al*ex*, #1042");
    }

    #[test]
    fn what_is_not_known_has_a_stand_in() {
        assert_eq!(fill("{{account.name|your team}}{{agent.name}}!", value), "your team!");
        assert_eq!(fill("{{ open", value), "{{ open");
        assert_eq!(fill("{{nonsense}}", value), "{{nonsense}}");
    }

    #[test]
    fn an_unknown_variable_is_refused_by_name() {
        let new = NewSnippet { name: " Hello ".into(), body: "Hi {{customer.nmae}}".into() };
        let error = new.checked().unwrap_err();
        assert!(error.field("body").is_some_and(|e| e.contains("customer.nmae")), "{error}");
        let new = NewSnippet { name: " Hello ".into(), body: "Hi {{customer.name|you}}".into() };
        assert_eq!(new.checked().unwrap().name, "Hello");
    }
}
