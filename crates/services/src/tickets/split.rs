//! Splitting a ticket in two. Taking it back is a merge: what was written since comes along.

use super::activity;
use super::change::{conflict, store};
use super::{Seen, get, merge, open};
use crate::transaction::Recorded;
use crate::{Ctx, Result, sla};
use rapport_domain::ticket::{NewTicket, Status, Ticket, TicketCreated, TicketVersion};
use rapport_domain::{AppError, MessageId, Permission, limits, text};
use rapport_store::tickets;

/// Puts messages of a ticket into a new one of the same customer, which has the old one's
/// properties. Answers to those messages go there from now on.
pub async fn split(
    ctx: &Ctx,
    number: i64,
    version: i32,
    messages: &[MessageId],
    subject: &str,
) -> Result<TicketCreated> {
    ctx.require(Permission::TicketsWrite)?;
    let wrong = |text: &str| Err(AppError::invalid("messages", text));
    let subject = text::required_line("subject", subject, limits::SUBJECT_CHARS)?;
    let known = get(ctx, number).await?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let before = tickets::lock_ticket(&mut tx, ctx.workspace, number).await?;
    if before.version != version {
        drop(tx);
        return Err(conflict(ctx, &before).await);
    }
    let chosen = tickets::chosen(&mut tx, ctx.workspace, before.id, messages).await?;
    if messages.is_empty() {
        return wrong("Choose the messages to split off.");
    }
    if usize::try_from(chosen.found).ok() != Some(messages.len()) {
        return wrong("Some of these messages are in another ticket by now.");
    }
    if chosen.left == 0 {
        return wrong("One message at least has to stay.");
    }
    if chosen.merged > 0 {
        return wrong("A merge brought some of these messages. Undo that first.");
    }
    let new = new_ticket(known, subject);
    let created = open(&mut tx, ctx, new).await?;
    tickets::split_off(&mut tx, ctx.workspace, before.id, created.id, messages).await?;
    // As they are now: what they keep of their messages changed.
    let source = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, before.id).await?;
    let target = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, created.id).await?;
    let event = activity::split(ctx, &source, messages.len(), created.number);
    store(&mut tx, ctx, &source, &source, &[event]).await?;
    let event = activity::split_from(ctx, &target, number);
    let version = store(&mut tx, ctx, &target, &target, &[event]).await?;
    for ticket in [&source, &target] {
        sla::follow(&mut tx, ctx, ticket, false).await?;
    }
    tx.commit(Recorded::OnTimeline).await?;
    Ok(TicketCreated { version, ..created })
}

fn new_ticket(known: Ticket, subject: String) -> NewTicket {
    let row = known.row;
    let closed = row.status.is_closed();
    NewTicket {
        status: Some(if closed { Status::Open } else { row.status }),
        label_id: row.label.filter(|_| !closed).map(|label| label.id),
        priority: Some(row.priority),
        mailbox: known.mailbox,
        assignee_id: row.assignee.map(|a| a.id),
        team_id: row.team.map(|t| t.id),
        tags: row.tags,
        ..NewTicket::new(row.customer.id, subject, row.channel)
    }
}

/// Puts a ticket that was split off back into the one that it came from.
pub async fn unsplit(ctx: &Ctx, number: i64, seen: impl Into<Seen>) -> Result<TicketVersion> {
    ctx.require(Permission::TicketsWrite)?;
    match get(ctx, number).await?.split_from {
        Some(source) => merge(ctx, number, seen, source).await,
        None => Err(AppError::invalid("unsplit", "This ticket was not split off another one.")),
    }
}
