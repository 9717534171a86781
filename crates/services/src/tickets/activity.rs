//! What the timeline says of changes to tickets.
//!
//! The title goes on after the actor's name (`Sam Ortiz` `changed status Open → Pending`);
//! the payload says the same in words that do not change: `from`, `to`, `added`, `removed`.

use crate::{Ctx, Result};
use rapport_domain::fields::{self, FieldDef};
use rapport_domain::text::excerpt;
use rapport_domain::ticket::{LinkedIssue, NewIssue, StatusLabel};
use rapport_domain::timeline::{EventKind, FIELD_CHANGED};
use rapport_domain::{TeamId, UserId};
use rapport_store::teams::NextMember;
use rapport_store::tickets::{InsertTicket, LockedTicket};
use rapport_store::timeline::NewEvent;
use rapport_store::{Tx, tickets, users};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Characters of a value inside a title.
const VALUE_CHARS: usize = 80;

/// The names behind the ids of a change.
#[derive(Debug, Default)]
pub(super) struct Names {
    people: Vec<(UserId, String)>,
    teams: Vec<(TeamId, String)>,
    fields: Vec<FieldDef>,
    labels: Vec<StatusLabel>,
}

impl Names {
    /// Reads the names that `differences` will want; nothing when nobody changes.
    pub async fn load(
        tx: &mut Tx,
        ctx: &Ctx,
        before: &LockedTicket,
        after: &LockedTicket,
        fields: Vec<FieldDef>,
    ) -> Result<Self> {
        let mut names = Self { fields, ..Self::default() };
        if (before.status, before.label) != (after.status, after.label) {
            names.labels = tickets::labels(tx, ctx.workspace).await?;
        }
        if before.assignee != after.assignee {
            let ids: Vec<_> = [before.assignee, after.assignee].into_iter().flatten().collect();
            names.people = users::names_of_people(tx, ctx.workspace, &ids).await?;
        }
        if before.team != after.team {
            let ids: Vec<_> = [before.team, after.team].into_iter().flatten().collect();
            names.teams = users::names_of_teams(tx, ctx.workspace, &ids).await?;
        }
        Ok(names)
    }

    pub(super) fn person(&self, id: Option<UserId>) -> Option<&str> {
        self.people.iter().find(|(p, _)| Some(*p) == id).map(|(_, name)| name.as_str())
    }

    /// What the workspace calls the status of a ticket; a default that is not stored yet
    /// included.
    pub(super) fn status(&self, ticket: &LockedTicket) -> &str {
        let category = ticket.status.labelled();
        let default = |l: &&StatusLabel| l.is_default && Some(l.category) == category;
        let found = match ticket.label {
            Some(id) => self.labels.iter().find(|l| l.id == id),
            None => self.labels.iter().find(default),
        };
        found.map_or(ticket.status.label(), |label| label.name.as_str())
    }

    pub(super) fn field(&self, key: &str) -> Option<&FieldDef> {
        self.fields.iter().find(|d| d.key == key)
    }

    fn field_title(&self, key: &str, to: Option<&Value>) -> String {
        let def = self.field(key);
        let label = def.map_or(key, |d| d.label.as_str());
        match (to, def) {
            (Some(to), Some(def)) if !def.sensitive => {
                format!("changed {label} to {}", excerpt(&fields::display(to), VALUE_CHARS))
            }
            (Some(_), _) => format!("changed {label}"),
            (None, _) => format!("cleared {label}"),
        }
    }

    pub(super) fn team(&self, id: Option<TeamId>) -> Option<&str> {
        self.teams.iter().find(|(t, _)| Some(*t) == id).map(|(_, name)| name.as_str())
    }
}

/// The event that a ticket was opened; the subject is its body.
pub(super) fn opened(actor_name: &str, ticket: &InsertTicket<'_>, number: i64) -> NewEvent {
    let at = ticket.submitted_at;
    NewEvent {
        body: Some(ticket.subject.into()),
        object_type: Some("ticket".into()),
        object_id: Some(number.to_string()),
        actor_name: Some(actor_name.into()),
        ..NewEvent::new(ticket.customer, at, EventKind::Ticket, "rapport", "ticket.opened")
    }
    .title(format!("Opened ticket #{number}"))
    .ticket(ticket.id)
    .payload(json!({
        "number": number,
        "channel": ticket.channel.as_str(),
        "priority": ticket.priority.as_str(),
    }))
}

/// The rule that gave a new ticket to somebody.
pub(super) fn given_out(ctx: &Ctx, ticket: &InsertTicket<'_>, given: &NextMember) -> NewEvent {
    NewEvent::activity(ticket.customer, ctx.now, "ticket.assigned", "Round robin")
        .title(format!("assigned this to {}, whose turn it was in {}", given.name, given.team))
        .ticket(ticket.id)
        .payload(json!({ "from": null, "to": given.name, "rule": "round_robin",
            "team": given.team }))
}

/// One activity for each property that differs.
pub(super) fn differences(
    ctx: &Ctx,
    before: &LockedTicket,
    after: &LockedTicket,
    names: &Names,
) -> Vec<NewEvent> {
    let mut events = Vec::new();
    let mut note = |name: &str, title: String, payload: Value| {
        events.push(activity(ctx, after, name, title, payload));
    };
    if let Some(until) = after.snoozed_until.filter(|_| before.snoozed_until != after.snoozed_until)
    {
        let title = format!("snoozed this until {} UTC", until.format("%b %-d, %Y %H:%M"));
        note("ticket.snoozed", title, json!({ "until": until }));
    } else if before.spam_at.is_some() != after.spam_at.is_some() {
        let title = match after.spam_at {
            Some(_) => "marked this as spam",
            None => "marked this as not spam",
        };
        note("ticket.spam", title.into(), json!({ "spam": after.spam_at.is_some() }));
    } else if (before.status, before.label) != (after.status, after.label) {
        let (from, to) = (names.status(before), names.status(after));
        let payload = json!({ "from": before.status, "to": after.status,
            "from_label": from, "to_label": to });
        note("ticket.status_changed", format!("changed status {from} → {to}"), payload);
    }
    if before.priority != after.priority {
        let (from, to) = (before.priority, after.priority);
        let title = format!("changed priority {} → {}", from.label(), to.label());
        note("ticket.priority_changed", title, json!({ "from": from, "to": to }));
    }
    if before.assignee != after.assignee {
        let (from, to) = (names.person(before.assignee), names.person(after.assignee));
        let title = match to {
            Some(_) if after.assignee == ctx.user() => "assigned this to themselves".into(),
            Some(to) => format!("assigned this to {to}"),
            None => "removed the assignee".to_string(),
        };
        note("ticket.assigned", title, json!({ "from": from, "to": to }));
    }
    if before.team != after.team {
        let (from, to) = (names.team(before.team), names.team(after.team));
        let title = match to {
            Some(to) => format!("moved this to {to}"),
            None => "removed the team".to_string(),
        };
        note("ticket.team_changed", title, json!({ "from": from, "to": to }));
    }
    if before.subject != after.subject {
        let (from, to) = (&before.subject, &after.subject);
        let title = format!("changed the subject to “{}”", excerpt(to, VALUE_CHARS));
        note("ticket.subject_changed", title, json!({ "from": from, "to": to }));
    }
    if let Some((title, payload)) = tags(&before.tags, &after.tags) {
        note("ticket.tagged", title, payload);
    }
    let keys: BTreeSet<_> = before.fields.keys().chain(after.fields.keys()).collect();
    for key in keys {
        let (from, to) = (before.fields.get(key), after.fields.get(key));
        if from != to {
            let title = names.field_title(key, to);
            let payload = match names.field(key) {
                Some(def) if def.sensitive => json!({ "field": key }),
                _ => json!({ "field": key, "from": from, "to": to }),
            };
            note(FIELD_CHANGED, title, payload);
        }
    }
    events
}

fn tags(before: &[String], after: &[String]) -> Option<(String, Value)> {
    let added: Vec<_> = after.iter().filter(|t| !before.contains(t)).collect();
    let removed: Vec<_> = before.iter().filter(|t| !after.contains(t)).collect();
    let list = |tags: &[&String]| {
        let quoted: Vec<_> = tags.iter().map(|t| format!("“{t}”")).collect();
        excerpt(&quoted.join(", "), 2 * VALUE_CHARS)
    };
    let title = match (added.is_empty(), removed.is_empty()) {
        (true, true) => return None,
        (false, true) => format!("tagged this {}", list(&added)),
        (true, false) => format!("removed the tag {}", list(&removed)),
        (false, false) => format!("tagged this {}, removed {}", list(&added), list(&removed)),
    };
    Some((title, json!({ "added": added, "removed": removed })))
}

/// An issue was linked, or what is known of it was renewed.
pub(super) fn issue_linked(
    ctx: &Ctx,
    ticket: &LockedTicket,
    issue: &NewIssue,
    new: bool,
) -> NewEvent {
    let name = if new { "ticket.issue_linked" } else { "ticket.issue_updated" };
    let key = excerpt(&issue.key, VALUE_CHARS);
    let title = match issue.state {
        _ if new => format!("linked {key}"),
        Some(state) => format!("moved {key} to {}", state.label()),
        None => format!("updated {key}"),
    };
    activity(ctx, ticket, name, title, json!(issue))
}

/// An issue was unlinked.
pub(super) fn issue_unlinked(ctx: &Ctx, ticket: &LockedTicket, issue: &LinkedIssue) -> NewEvent {
    let title = format!("unlinked {}", excerpt(&issue.key, VALUE_CHARS));
    activity(ctx, ticket, "ticket.issue_unlinked", title, json!(issue))
}

/// A ticket's messages came, or went back.
pub(super) fn merged(ctx: &Ctx, ticket: &LockedTicket, verb: &str, other: i64) -> NewEvent {
    let name = if verb == "took in" { "ticket.merged" } else { "ticket.parted" };
    activity(ctx, ticket, name, format!("{verb} #{other}"), json!({ "number": other }))
}

/// Messages left for a ticket of their own.
pub(super) fn split(ctx: &Ctx, ticket: &LockedTicket, messages: usize, into: i64) -> NewEvent {
    let what = if messages == 1 { "a message".into() } else { format!("{messages} messages") };
    let payload = json!({ "number": into, "messages": messages });
    activity(ctx, ticket, "ticket.split", format!("split {what} off into #{into}"), payload)
}

/// The other side of that.
pub(super) fn split_from(ctx: &Ctx, ticket: &LockedTicket, from: i64) -> NewEvent {
    let title = format!("split this off #{from}");
    activity(ctx, ticket, "ticket.split_from", title, json!({ "number": from }))
}

/// The ticket belongs to somebody else from now on.
pub(super) fn moved(ctx: &Ctx, ticket: &LockedTicket, from: &str, to: &str) -> NewEvent {
    let title =
        format!("moved this from {} to {}", excerpt(from, VALUE_CHARS), excerpt(to, VALUE_CHARS));
    activity(ctx, ticket, "ticket.moved", title, json!({ "from": from, "to": to }))
}

/// Somebody was added to the conversation or removed from it.
pub(super) fn participant(ctx: &Ctx, ticket: &LockedTicket, verb: &str, email: &str) -> NewEvent {
    let name = format!("ticket.participant_{verb}");
    activity(ctx, ticket, &name, format!("{verb} {email}"), json!({ "email": email }))
}

fn activity(
    ctx: &Ctx,
    ticket: &LockedTicket,
    name: &str,
    title: String,
    payload: Value,
) -> NewEvent {
    NewEvent::activity(ticket.customer, ctx.now, name, ctx.actor_name())
        .title(title)
        .ticket(ticket.id)
        .payload(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_say_what_came_and_went() {
        let tags_of = |b: &[&str], a: &[&str]| {
            let own = |l: &[&str]| l.iter().map(ToString::to_string).collect::<Vec<_>>();
            tags(&own(b), &own(a)).map(|(title, _)| title)
        };
        assert_eq!(tags_of(&["a"], &["a"]), None);
        assert_eq!(tags_of(&[], &["bug"]).as_deref(), Some("tagged this “bug”"));
        assert_eq!(tags_of(&["bug"], &[]).as_deref(), Some("removed the tag “bug”"));
        assert_eq!(tags_of(&["a"], &["b"]).as_deref(), Some("tagged this “b”, removed “a”"));
    }
}
