//! Many tickets changed at once: each by itself, as if it had been opened and edited.

use super::change::{change_locked, conflict};
use crate::transaction::{Recorded, Transaction};
use crate::{Ctx, Result};
use rapport_domain::ticket::{
    BulkChange, BulkDone, BulkFailure, BulkUndo, InboxQuery, TicketChange,
};
use rapport_domain::{AppError, Permission, TicketId, limits};
use rapport_store::StoreError;
use rapport_store::tickets::{self, LockedTicket};

/// Changes each of the tickets in a transaction of its own; what one refuses stops no other.
pub async fn change_many(ctx: &Ctx, ids: &[TicketId], change: &BulkChange) -> Result<BulkDone> {
    // Reading is everybody's own.
    let needed = match change {
        BulkChange::Read(_) => Permission::TicketsRead,
        _ => Permission::TicketsWrite,
    };
    ctx.require(needed)?;
    bounded(ids.len())?;
    let mut done = BulkDone::default();
    for id in ids {
        let mut tx = ctx.transaction(needed).await?;
        let before = match tickets::lock_ticket_by_id(&mut tx, ctx.workspace, *id).await {
            Ok(before) => before,
            Err(StoreError::NotFound) => {
                let reason = "There is no such ticket.".into();
                done.failed.push(BulkFailure { number: None, reason });
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        match change_one(ctx, tx, &before, change).await {
            Ok(undo) => {
                done.done += 1;
                done.undo.extend(undo);
            }
            Err(error) => done.failed.push(failure(&before, &error)?),
        }
    }
    Ok(done)
}

/// Takes a change back, of each ticket that nobody changed since.
pub async fn undo_many(ctx: &Ctx, undo: Vec<BulkUndo>) -> Result<BulkDone> {
    ctx.require(Permission::TicketsWrite)?;
    bounded(undo.len())?;
    let mut done = BulkDone::default();
    for BulkUndo { ticket, version, change } in undo {
        let change = change.checked()?;
        let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
        let before = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, ticket).await?;
        if before.version != version {
            drop(tx);
            done.failed.push(failure(&before, &conflict(ctx, &before).await)?);
            continue;
        }
        match change_locked(&mut tx, ctx, &before, &change, Vec::new()).await {
            Ok(_) => {
                tx.commit(Recorded::OnTimeline).await?;
                done.done += 1;
            }
            Err(error) => done.failed.push(failure(&before, &error)?),
        }
    }
    Ok(done)
}

/// The first tickets of a view, as many as can be changed at once.
pub async fn of_view(ctx: &Ctx, query: &InboxQuery) -> Result<Vec<TicketId>> {
    ctx.require(Permission::TicketsRead)?;
    let most = u32::try_from(limits::BULK_TICKETS).unwrap_or(u32::MAX);
    Ok(ctx.store.tickets_of_view(ctx.workspace, ctx.user(), query, most).await?)
}

/// Makes a ticket unread for the reader until they open it again.
pub async fn mark_unread(ctx: &Ctx, number: i64) -> Result<()> {
    ctx.require(Permission::TicketsRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    Ok(ctx.store.mark_ticket_unread(ctx.workspace, user, number).await?)
}

fn bounded(tickets: usize) -> Result<()> {
    if tickets <= limits::BULK_TICKETS {
        return Ok(());
    }
    let max = limits::BULK_TICKETS;
    Err(AppError::invalid("tickets", format!("At most {max} tickets can be changed at once.")))
}

async fn change_one(
    ctx: &Ctx,
    mut tx: Transaction<'_>,
    before: &LockedTicket,
    change: &BulkChange,
) -> Result<Option<BulkUndo>> {
    if let BulkChange::Read(read) = change {
        drop(tx);
        match read {
            true => super::mark_read(ctx, before.number).await?,
            false => mark_unread(ctx, before.number).await?,
        }
        return Ok(None);
    }
    let wanted = wanted(before, change).checked()?;
    let version = change_locked(&mut tx, ctx, before, &wanted, Vec::new()).await?;
    tx.commit(Recorded::OnTimeline).await?;
    let undo = BulkUndo { ticket: before.id, version, change: as_before(before, &wanted) };
    Ok(Some(undo).filter(|_| version != before.version))
}

fn wanted(before: &LockedTicket, change: &BulkChange) -> TicketChange {
    let mut wanted = TicketChange::default();
    match change {
        BulkChange::Assign(user) => wanted.assignee_id = Some(*user),
        BulkChange::Team(team) => wanted.team_id = Some(*team),
        BulkChange::Status(status) => wanted.status = Some(*status),
        BulkChange::Label(label) => wanted.label_id = Some(*label),
        BulkChange::Priority(priority) => wanted.priority = Some(*priority),
        BulkChange::Tag(tag) => {
            wanted.tags = Some(before.tags.iter().chain([tag]).cloned().collect());
        }
        BulkChange::Untag(tag) => {
            wanted.tags = Some(before.tags.iter().filter(|t| *t != tag).cloned().collect());
        }
        BulkChange::Snooze(until) => wanted.snoozed_until = Some(*until),
        BulkChange::Spam(spam) => wanted.spam = Some(*spam),
        BulkChange::Read(_) => {}
    }
    wanted
}

/// The change that gives back what `wanted` changes.
fn as_before(before: &LockedTicket, wanted: &TicketChange) -> TicketChange {
    let mut back = TicketChange::default();
    let status = wanted.status.is_some()
        || wanted.label_id.is_some()
        || wanted.snoozed_until.is_some()
        || wanted.spam.is_some();
    if status {
        match (before.snoozed_until, before.label) {
            (Some(until), _) => back.snoozed_until = Some(until),
            (None, Some(label)) => back.label_id = Some(label),
            // New has no label, and nobody sleeps without an end.
            (None, None) => back.status = Some(before.status),
        }
        if wanted.spam.is_some() || before.spam_at.is_some() {
            back.spam = Some(before.spam_at.is_some());
        }
    }
    back.assignee_id = wanted.assignee_id.map(|_| before.assignee);
    back.team_id = wanted.team_id.map(|_| before.team);
    back.priority = wanted.priority.map(|_| before.priority);
    back.tags = wanted.tags.as_ref().map(|_| before.tags.clone());
    back
}

/// What is told of a refusal; what is nobody's fault ends the whole.
fn failure(ticket: &LockedTicket, error: &AppError) -> Result<BulkFailure> {
    match error {
        AppError::Invalid(_) | AppError::Conflict(_) | AppError::NotFound => {
            let reason = match error {
                AppError::Invalid(fields) => {
                    fields.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join(" ")
                }
                other => other.to_string(),
            };
            Ok(BulkFailure { number: Some(ticket.number), reason })
        }
        other => Err(other.clone()),
    }
}
