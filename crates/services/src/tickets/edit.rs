//! Editing one property in place.

use super::Seen;
use super::change::change_seen;
use super::tagging::Tagging;
use crate::{Ctx, Result};
use rapport_domain::fields::{self, FieldEntity};
use rapport_domain::ticket::{NewParticipant, TicketChange, TicketEdit, TicketVersion};
use rapport_domain::{AppError, Permission};
use serde_json::Value;

/// Changes one property, over what the form saw of it.
pub async fn edit(
    ctx: &Ctx,
    number: i64,
    seen: impl Into<Seen>,
    edit: TicketEdit,
) -> Result<TicketVersion> {
    ctx.require(Permission::TicketsWrite)?;
    let seen = seen.into();
    let property = edit.property();
    let mut change = TicketChange::default();
    let mut tagging = None;
    match edit {
        TicketEdit::Status(status) => change.status = Some(status),
        TicketEdit::Label(label) => change.label_id = Some(label),
        TicketEdit::Priority(priority) => change.priority = Some(priority),
        TicketEdit::Assignee(user) => change.assignee_id = Some(user),
        TicketEdit::Team(team) => change.team_id = Some(team),
        TicketEdit::Subject(subject) => change.subject = Some(subject),
        TicketEdit::Tag(tags) => tagging = Some(Tagging::Add(tags)),
        TicketEdit::Untag(tag) => tagging = Some(Tagging::Remove(tag)),
        TicketEdit::Link(issue) => change.link_issue = Some(issue),
        TicketEdit::Unlink(link) => change.unlink_issue = Some(link),
        TicketEdit::Invite(email) => {
            change.add_participant = Some(NewParticipant { email, name: None });
        }
        TicketEdit::Dismiss(email) => change.remove_participant = Some(email),
        TicketEdit::Snooze(until) => change.snoozed_until = Some(until),
        TicketEdit::Spam(spam) => change.spam = Some(spam),
        TicketEdit::Merge(into) => return super::merge(ctx, number, seen, into).await,
        TicketEdit::Unmerge => return super::unmerge(ctx, number, seen).await,
        TicketEdit::Unsplit => return super::unsplit(ctx, number, seen).await,
        TicketEdit::Field { key, value } => {
            let defs = ctx.store.custom_fields(ctx.workspace, Some(FieldEntity::Ticket), false);
            let defs = defs.await?;
            let def = defs.iter().find(|d| d.key == key);
            let unknown =
                || AppError::invalid("property", format!("A ticket has no field “{key}”."));
            let def = def.ok_or_else(unknown)?;
            // Its form shows none, and empty leaves what is there.
            if !def.sensitive || fields::is_typed(&value) {
                change.fields.insert(key, fields::parse(def, &value)?);
            }
        }
        TicketEdit::Clear(key) => drop(change.fields.insert(key, Value::Null)),
    }
    change_seen(ctx, number, &seen, Some(&property), change, tagging).await
}
