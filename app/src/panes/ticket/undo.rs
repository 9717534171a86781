//! How a change of the ticket is taken back: one table, whether it was made in the row, by a
//! property's own editor, by key or in the palette.

use super::live::Live;
use leptos::prelude::WithUntracked;
use rapport_domain::UserId;
use rapport_domain::message::TicketDetails;
use rapport_domain::ticket::{Assignable, Priority, Status, Ticket};

/// How an edit is taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// What was done, for the message that offers it.
    pub said: String,
    /// Property, value, and what it replaces; one after the other.
    pub back: Vec<(String, String, Option<String>)>,
}

impl Undo {
    /// Puts a property back to what it was before `value`.
    fn value(said: impl Into<String>, property: &str, was: String, value: &str) -> Self {
        Self { said: said.into(), back: vec![(property.into(), was, Some(value.into()))] }
    }

    /// Does something else.
    fn action(said: impl Into<String>, property: &str, value: impl Into<String>) -> Self {
        Self { said: said.into(), back: vec![(property.into(), value.into(), None)] }
    }
}

impl Live {
    /// How setting `property` to `to` is taken back. None where nothing changes, and for custom
    /// fields and what is added but tags: it stands where it was typed.
    pub fn undo_of(self, property: &str, to: &str) -> Option<Undo> {
        self.details.try_with_untracked(|d| undo_of(d, self.me, property, to)).flatten()
    }

    /// The value that a change replaces; none for what holds over anything, such as a tag more.
    pub fn replaced(self, property: &str) -> Option<String> {
        self.ticket.try_with_untracked(|t| replaced(t, property)).flatten()
    }
}

/// A status as its form has it: the label that is chosen; new and snoozed tickets have none, and
/// stand for themselves.
pub(super) fn status_value(ticket: &Ticket) -> String {
    let label = ticket.row.label.as_ref().map(|label| label.id.to_string());
    label.unwrap_or_else(|| ticket.row.status.as_str().into())
}

fn replaced(ticket: &Ticket, property: &str) -> Option<String> {
    let row = &ticket.row;
    match property {
        "status" => Some(status_value(ticket)),
        "priority" => Some(row.priority.as_str().into()),
        "assignee" => Some(row.assignee.as_ref().map(|a| a.id.to_string()).unwrap_or_default()),
        "team" => Some(row.team.as_ref().map(|t| t.id.to_string()).unwrap_or_default()),
        _ => None,
    }
}

fn undo_of(details: &TicketDetails, me: Option<UserId>, property: &str, to: &str) -> Option<Undo> {
    let ticket = &details.ticket;
    let number = ticket.row.number;
    let was = replaced(ticket, property);
    if was.as_deref() == Some(to) {
        return None;
    }
    let set = |said: String| Some(Undo::value(said, property, was.clone()?, to));
    match property {
        "status" => Some(woken(ticket, status_said(ticket, &details.assignable, to), to)),
        "snooze" => Some(woken(ticket, "Snoozed".into(), Status::Snoozed.as_str())),
        "priority" => {
            let priority: Priority = to.parse().ok()?;
            set(format!("Priority set to {}", priority.label()))
        }
        "assignee" => set(assignee_said(&details.assignable, me, to)),
        "team" => {
            let team = details.assignable.teams.iter().find(|t| t.id.to_string() == to);
            set(team.map_or("Given to no team".into(), |t| format!("Given to {}", t.name)))
        }
        "spam" if to == "no" => Some(Undo::action("No longer spam", "spam", "yes")),
        "spam" => {
            let back = [("spam", "no".to_string()), ("status", status_value(ticket))];
            let back = back.map(|(property, value)| (property.to_string(), value, None)).to_vec();
            Some(Undo { said: "Marked as spam".into(), back })
        }
        "subject" => {
            let was = ticket.row.subject.clone();
            (was != to).then(|| Undo::value("Subject changed", "subject", was, to))
        }
        "tag" => tagged(ticket, to),
        "untag" => Some(Undo::action(format!("Tag “{to}” removed"), "tag", to)),
        "unlink" => {
            let issue = ticket.linked_issues.iter().find(|issue| issue.id.to_string() == to)?;
            Some(Undo::action(format!("{} unlinked", issue.key), "link", issue.url.clone()))
        }
        "dismiss" => Some(Undo::action(format!("{to} removed"), "invite", to)),
        "merge" => {
            let into = to.trim().trim_start_matches('#');
            Some(Undo::action(format!("Merged #{number} into #{into}"), "unmerge", ""))
        }
        _ => None,
    }
}

/// One field takes several; those that the ticket had stay.
fn tagged(ticket: &Ticket, tags: &str) -> Option<Undo> {
    let has = |tag: &str| ticket.row.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
    let new: Vec<_> = tags.split(',').map(str::trim).filter(|t| !t.is_empty() && !has(t)).collect();
    let said = format!("Tag “{}” added", new.join(", "));
    let back: Vec<_> = new.iter().map(|t| ("untag".into(), (*t).into(), None)).collect();
    (!back.is_empty()).then_some(Undo { said, back })
}

/// Puts the status back, and to sleep again what slept.
fn woken(ticket: &Ticket, said: String, to: &str) -> Undo {
    match ticket.snoozed_until {
        Some(until) => Undo::action(said, "snooze", until.to_rfc3339()),
        None => Undo::value(said, "status", status_value(ticket), to),
    }
}

fn status_said(ticket: &Ticket, assignable: &Assignable, to: &str) -> String {
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

fn assignee_said(assignable: &Assignable, me: Option<UserId>, to: &str) -> String {
    if me.is_some_and(|me| me.to_string() == to) {
        return "Assigned to you".into();
    }
    let person = assignable.people.iter().find(|p| p.id.to_string() == to);
    match person {
        Some(person) => format!("Assigned to {}", person.name),
        None => "Assigned to nobody".into(),
    }
}
