//! How a change of the ticket is taken back: one table, whether it was made in the row, by a
//! property's own editor, by key or in the palette.

use rapport_domain::UserId;
use rapport_domain::message::TicketDetails;
use rapport_domain::ticket::{Assignable, Priority, Status, Ticket, TicketProperty};

/// How an edit is taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// What was done, for the message that offers it.
    pub message: String,
    /// Property, value, and what it replaces; one after the other.
    pub back: Vec<(TicketProperty, String, Option<String>)>,
}

impl Undo {
    /// Puts a property back to what it was before `value`.
    fn value(
        message: impl Into<String>,
        property: &TicketProperty,
        was: String,
        value: &str,
    ) -> Self {
        Self { message: message.into(), back: vec![(property.clone(), was, Some(value.into()))] }
    }

    /// Does something else.
    fn action(
        message: impl Into<String>,
        property: TicketProperty,
        value: impl Into<String>,
    ) -> Self {
        Self { message: message.into(), back: vec![(property, value.into(), None)] }
    }
}

/// A status as its form has it: the label that is chosen; new and snoozed tickets have none, and
/// stand for themselves.
pub(super) fn status_value(ticket: &Ticket) -> String {
    let label = ticket.row.label.as_ref().map(|label| label.id.to_string());
    label.unwrap_or_else(|| ticket.row.status.as_str().into())
}

pub(super) fn replaced(ticket: &Ticket, property: &TicketProperty) -> Option<String> {
    let row = &ticket.row;
    match property {
        TicketProperty::Status => Some(status_value(ticket)),
        TicketProperty::Priority => Some(row.priority.as_str().into()),
        TicketProperty::Assignee => {
            Some(row.assignee.as_ref().map(|a| a.id.to_string()).unwrap_or_default())
        }
        TicketProperty::Team => {
            Some(row.team.as_ref().map(|t| t.id.to_string()).unwrap_or_default())
        }
        _ => None,
    }
}

/// How setting `property` to `to` is taken back. `holds` says what a property shows: an edit may
/// be on its way that the details do not know yet.
pub(super) fn undo_of(
    details: &TicketDetails,
    me: Option<UserId>,
    holds: impl Fn(TicketProperty) -> Option<String>,
    property: &TicketProperty,
    to: &str,
) -> Option<Undo> {
    let ticket = &details.ticket;
    let number = ticket.row.number;
    let was = holds(property.clone());
    let status = || holds(TicketProperty::Status).unwrap_or_else(|| status_value(ticket));
    if was.as_deref() == Some(to) {
        return None;
    }
    let set = |message: String| Some(Undo::value(message, property, was.clone()?, to));
    match property {
        TicketProperty::Status => {
            let message = status_message(ticket, &details.assignable, to);
            Some(woken(ticket, status(), message, to))
        }
        TicketProperty::Snooze => {
            Some(woken(ticket, status(), "Snoozed".into(), Status::Snoozed.as_str()))
        }
        TicketProperty::Priority => {
            let priority: Priority = to.parse().ok()?;
            set(format!("Priority set to {}", priority.label()))
        }
        TicketProperty::Assignee => set(assignee_message(&details.assignable, me, to)),
        TicketProperty::Team => {
            let team = details.assignable.teams.iter().find(|t| t.id.to_string() == to);
            set(team.map_or("Given to no team".into(), |t| format!("Given to {}", t.name)))
        }
        TicketProperty::Spam if to == "no" => {
            Some(Undo::action("No longer spam", TicketProperty::Spam, "yes"))
        }
        TicketProperty::Spam => {
            let back = vec![
                (TicketProperty::Spam, "no".into(), None),
                (TicketProperty::Status, status(), None),
            ];
            Some(Undo { message: "Marked as spam".into(), back })
        }
        TicketProperty::Subject => {
            let was = ticket.row.subject.clone();
            (was != to).then(|| Undo::value("Subject changed", property, was, to))
        }
        TicketProperty::Tag => tagged(ticket, to),
        TicketProperty::Untag => {
            Some(Undo::action(format!("Tag “{to}” removed"), TicketProperty::Tag, to))
        }
        TicketProperty::Unlink => {
            let issue = ticket.linked_issues.iter().find(|issue| issue.id.to_string() == to)?;
            let message = format!("{} unlinked", issue.key);
            Some(Undo::action(message, TicketProperty::Link, issue.url.clone()))
        }
        TicketProperty::Dismiss => {
            Some(Undo::action(format!("{to} removed"), TicketProperty::Invite, to))
        }
        TicketProperty::Merge => {
            let into = to.trim().trim_start_matches('#');
            let message = format!("Merged #{number} into #{into}");
            Some(Undo::action(message, TicketProperty::Unmerge, ""))
        }
        _ => None,
    }
}

/// One field takes several; those that the ticket had stay.
fn tagged(ticket: &Ticket, tags: &str) -> Option<Undo> {
    let has = |tag: &str| ticket.row.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
    let new: Vec<_> = tags.split(',').map(str::trim).filter(|t| !t.is_empty() && !has(t)).collect();
    let message = format!("Tag “{}” added", new.join(", "));
    let back: Vec<_> = new.iter().map(|t| (TicketProperty::Untag, (*t).into(), None)).collect();
    (!back.is_empty()).then_some(Undo { message, back })
}

/// Puts the status back, and to sleep again what slept.
fn woken(ticket: &Ticket, status: String, message: String, to: &str) -> Undo {
    match ticket.snoozed_until {
        Some(until) if status == Status::Snoozed.as_str() => {
            Undo::action(message, TicketProperty::Snooze, until.to_rfc3339())
        }
        _ => Undo::value(message, &TicketProperty::Status, status, to),
    }
}

fn status_message(ticket: &Ticket, assignable: &Assignable, to: &str) -> String {
    let number = ticket.row.number;
    match to.parse() {
        Ok(Status::Closed) => format!("Closed #{number}"),
        Ok(Status::Open) if ticket.row.status == Status::Closed => format!("Reopened #{number}"),
        Ok(status) => format!("Status set to {}", status.label()),
        Err(_) => {
            let label = assignable.labels.iter().find(|l| l.id.to_string() == to);
            format!("Status set to {}", label.map_or("another", |l| l.name.as_str()))
        }
    }
}

fn assignee_message(assignable: &Assignable, me: Option<UserId>, to: &str) -> String {
    if me.is_some_and(|me| me.to_string() == to) {
        return "Assigned to you".into();
    }
    let person = assignable.people.iter().find(|p| p.id.to_string() == to);
    match person {
        Some(person) => format!("Assigned to {}", person.name),
        None => "Assigned to nobody".into(),
    }
}
