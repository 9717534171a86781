//! `{{variable}}` and `{{variable|else}}` in a text.

use crate::fields::FieldEntity;
use crate::markdown;

crate::vocabulary! {
    /// What `{{…}}` can name besides custom fields.
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

/// What stands between braces, once it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Known(Variable),
    /// A custom field by its key: `customer.fields.plan`.
    Field(FieldEntity, String),
}

impl Named {
    fn read(word: &str) -> Option<Self> {
        if let Ok(variable) = word.parse() {
            return Some(Self::Known(variable));
        }
        let (entity, key) = word.split_once(".fields.")?;
        let key = Some(key).filter(|key| !key.is_empty())?;
        Some(Self::Field(entity.parse().ok()?, key.to_string()))
    }
}

struct Hole<'a> {
    /// Where it stands, in bytes, braces included.
    range: std::ops::Range<usize>,
    word: &'a str,
    named: Option<Named>,
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
        Some(Hole { range: start..end, word, named: Named::read(word), otherwise })
    })
}

/// Every word between braces, and what it names.
pub fn names(body: &str) -> impl Iterator<Item = (&str, Option<Named>)> {
    holes(body).map(|hole| (hole.word, hole.named))
}

/// The text with its variables filled in, and the words for which nothing stands there now: those
/// that are not known and have nothing behind a bar. Values stay text, whatever marks they hold.
pub fn fill(body: &str, value: impl Fn(&Named) -> Option<String>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(body.len());
    let mut missing: Vec<String> = Vec::new();
    let mut done = 0;
    for hole in holes(body) {
        out.push_str(&body[done..hole.range.start]);
        let value = hole.named.as_ref().and_then(&value).filter(|v| !v.trim().is_empty());
        match value {
            Some(value) => out.push_str(&markdown::escape(value.trim())),
            None if !hole.otherwise.is_empty() => out.push_str(hole.otherwise),
            None if missing.iter().any(|word| word == hole.word) => {}
            None => missing.push(hole.word.to_string()),
        }
        done = hole.range.end;
    }
    out.push_str(&body[done..]);
    (out, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(named: &Named) -> Option<String> {
        match named {
            Named::Known(Variable::CustomerFirstName) => Some("Al*ex*".into()),
            Named::Known(Variable::TicketNumber) => Some("1042".into()),
            Named::Field(FieldEntity::Customer, key) if key == "plan" => Some("Pro".into()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_filled_in_as_text() {
        let (filled, missing) = fill(
            "Hi {{ customer.first_name }}, **#{{ticket.number}}** {{customer.fields.plan}}",
            value,
        );
        assert_eq!(filled, "Hi Al\\*ex\\*, **#1042** Pro");
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn what_is_not_known_has_a_stand_in_or_is_told_and_never_goes_out_raw() {
        let (filled, missing) =
            fill("{{account.name|your team}}{{agent.name}}!{{nonsense}}", value);
        assert_eq!(filled, "your team!");
        assert_eq!(missing, ["agent.name", "nonsense"]);
        assert_eq!(fill("{{ open", value).0, "{{ open");
        assert_eq!(fill("{{nonsense|so}}", value), ("so".to_string(), Vec::new()));
    }
}
