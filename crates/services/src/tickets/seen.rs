//! What the maker of a change had before them.

use super::activity::Names;
use crate::Ctx;
use rapport_domain::error::Theirs;
use rapport_domain::fields::{self, HIDDEN, hidden_at};
use rapport_domain::ticket::{Status, TicketProperty};
use rapport_domain::{AppError, LabelId, TicketId};
use rapport_store::tickets::LockedTicket;

/// What was seen of a ticket before it was changed.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Whatever it was: the change holds over anything, as a tag more does.
    Anything,
    /// The ticket at this version; any change since is a conflict.
    Version(i32),
    /// The value of the edited property, as its form reads: only another change of the same
    /// property is a conflict, and none if it came to the same.
    Value(String),
}

impl From<i32> for Seen {
    fn from(version: i32) -> Self {
        Self::Version(version)
    }
}

/// What a form carried; one that replaces no value carries none.
impl From<Option<String>> for Seen {
    fn from(was: Option<String>) -> Self {
        was.map_or(Self::Anything, Self::Value)
    }
}

impl Seen {
    /// Whether the ticket has another version than the one that was seen.
    pub(super) fn is_stale(&self, ticket: &LockedTicket) -> bool {
        matches!(self, Self::Version(version) if *version != ticket.version)
    }

    /// What the property holds by now, and how people read it, where that is not what was seen.
    pub(super) fn overtaken_by(
        &self,
        ticket: &LockedTicket,
        property: &TicketProperty,
        names: &Names,
    ) -> Option<(String, String)> {
        let Self::Value(was) = self else { return None };
        let (theirs, shown) = value_of(ticket, property, names, was)?;
        // A status is named by its label or by its word.
        let word = *property == TicketProperty::Status && *was == ticket.status.as_str();
        (*was != theirs && !word).then_some((theirs, shown))
    }
}

/// The refusal that says who changed the property, and to what.
pub(super) async fn overtaken(
    ctx: &Ctx,
    ticket: TicketId,
    property: &TicketProperty,
    (theirs, shown): (String, String),
) -> AppError {
    let by = match ctx.store.last_actor_on_ticket(ctx.workspace, ticket).await {
        // The same person, in another tab.
        Ok(Some(name)) if name == ctx.actor_name() => "You".into(),
        Ok(Some(name)) => name,
        Ok(None) => "Somebody".into(),
        Err(error) => return error.into(),
    };
    AppError::Changed(vec![Theirs::new(&by, &property.to_string(), theirs, &shown)])
}

/// A property as its form has it, and as people read it; `None` for actions, which have no value. `was` is
/// what the form had.
fn value_of(
    t: &LockedTicket,
    property: &TicketProperty,
    names: &Names,
    was: &str,
) -> Option<(String, String)> {
    let text = |id: Option<String>, shown: Option<&str>, none: &str| {
        (id.unwrap_or_default(), shown.unwrap_or(none).to_string())
    };
    Some(match property {
        TicketProperty::Status => (status_value(t.status, t.label), names.status(t).to_string()),
        TicketProperty::Priority => (t.priority.as_str().into(), t.priority.label().into()),
        TicketProperty::Assignee => {
            text(t.assignee.map(|a| a.to_string()), names.person(t.assignee), "Nobody")
        }
        TicketProperty::Team => text(t.team.map(|a| a.to_string()), names.team(t.team), "None"),
        TicketProperty::Subject => (t.subject.clone(), t.subject.clone()),
        TicketProperty::Field(key) | TicketProperty::Clear(key) => {
            let def = names.field(key)?;
            let value = t.fields.get(key).map(fields::display).unwrap_or_default();
            match def.sensitive && !value.is_empty() {
                // The form knows it where it was typed there a moment ago.
                true if was != value => (hidden_at(t.version), HIDDEN.into()),
                _ => (value.clone(), value),
            }
        }
        _ => return None,
    })
}

fn status_value(status: Status, label: Option<LabelId>) -> String {
    label.map_or_else(|| status.as_str().into(), |label| label.to_string())
}
