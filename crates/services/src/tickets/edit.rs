//! Editing one property in place: a form sends its name and its text.

use super::Seen;
use super::change::change_seen;
use crate::{Ctx, Result};
use rapport_domain::fields::{self, FieldEntity};
use rapport_domain::ticket::{NewIssue, NewParticipant, TicketChange, TicketVersion};
use rapport_domain::{AppError, Permission, text};
use std::str::FromStr;

/// Changes one property, over what the form saw of it. The names: `status` (a word
/// or a label's id), `priority`,
/// `assignee`, `team`, `subject`, `tag`, `untag`, `link`, `unlink`, `invite`, `dismiss`,
/// `snooze` (until when, RFC 3339), `spam` (`yes`, `no`), `merge` (into which number), `unmerge`, `unsplit`,
/// and `field:` with the key of a custom field.
pub async fn edit(
    ctx: &Ctx,
    number: i64,
    seen: impl Into<Seen>,
    property: &str,
    value: &str,
) -> Result<TicketVersion> {
    ctx.require(Permission::Write)?;
    let seen = seen.into();
    let mut edit = TicketChange::default();
    let mut tagging = None;
    match property {
        "status" => match value.parse() {
            Ok(label) => edit.label_id = Some(label),
            Err(_) => edit.status = Some(word("status", value)?),
        },
        "priority" => edit.priority = Some(word("priority", value)?),
        "assignee" => edit.assignee_id = Some(choice("assignee", value)?),
        "team" => edit.team_id = Some(choice("team", value)?),
        "subject" => edit.subject = Some(value.into()),
        "tag" => tagging = Some(Tagging::add(value)),
        "untag" => tagging = Some(Tagging::Remove(value.into())),
        "link" => edit.link_issue = Some(NewIssue::from_url(value)?),
        "unlink" => edit.unlink_issue = choice("unlink", value)?,
        "invite" => {
            edit.add_participant = Some(NewParticipant { email: value.into(), name: None });
        }
        "snooze" => edit.snoozed_until = Some(word("snooze", value)?),
        "spam" => edit.spam = Some(value == "yes"),
        "merge" => {
            let into = value.trim().trim_start_matches('#').parse();
            let into =
                into.map_err(|_| AppError::invalid("merge", "This is not a ticket's number."));
            return super::merge(ctx, number, seen, into?).await;
        }
        "unsplit" => return super::unsplit(ctx, number, seen).await,
        "unmerge" => return super::unmerge(ctx, number, seen).await,
        "dismiss" => edit.remove_participant = Some(value.into()),
        _ => {
            let key = property.strip_prefix("field:").ok_or_else(|| unknown(property))?;
            let defs = ctx.store.custom_fields(ctx.workspace, Some(FieldEntity::Ticket), false);
            let defs = defs.await?;
            let def = defs.iter().find(|d| d.key == key).ok_or_else(|| unknown(property))?;
            edit.fields.insert(key.into(), fields::parse(def, value)?);
        }
    }
    change_seen(ctx, number, &seen, property, edit, tagging).await
}

/// Tags more or less, whatever others the ticket has by then.
#[derive(Debug)]
pub(super) enum Tagging {
    Add(Vec<String>),
    Remove(String),
}

impl Tagging {
    /// One field takes several: `export, bug`.
    fn add(tags: &str) -> Self {
        Self::Add(tags.split(',').map(text::clean_line).filter(|t| !t.is_empty()).collect())
    }

    pub(super) fn apply(self, tags: &[String]) -> Vec<String> {
        match self {
            Self::Add(more) => tags.iter().cloned().chain(more).collect(),
            Self::Remove(tag) => tags.iter().filter(|t| **t != tag).cloned().collect(),
        }
    }
}

fn word<T: FromStr>(field: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| AppError::invalid(field, "This is not one of the choices."))
}

/// An id, or nothing where the form chose nothing.
fn choice<T: FromStr>(field: &str, value: &str) -> Result<Option<T>> {
    if value.is_empty() { Ok(None) } else { word(field, value).map(Some) }
}

fn unknown(property: &str) -> AppError {
    AppError::invalid("property", format!("A ticket has no “{}”.", text::excerpt(property, 60)))
}
