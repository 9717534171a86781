//! What a stored message does to its ticket.

use super::activity::{self, Names};
use super::change::{set_status, store};
use super::snooze;
use crate::{Ctx, Result, sla};
use chrono::{DateTime, Utc};
use rapport_domain::ticket::{Channel, MessageKind, Status};
use rapport_domain::{CustomerId, TeamId, TicketId, UserId, limits, text};
use rapport_store::Tx;
use rapport_store::tickets::{self, LockedTicket, MessageTouch};

/// A message that was stored, as its ticket sees it.
#[derive(Debug)]
pub struct TouchByMessage<'a> {
    pub ticket: TicketId,
    pub kind: MessageKind,
    pub channel: Channel,
    pub text: &'a str,
    pub sent_at: DateTime<Utc>,
    /// False for history that an import brings: it moves no status.
    pub moves_status: bool,
    /// A machine wrote it: nobody waits for an answer.
    pub automatic: bool,
    /// What the author chose to do with the ticket along with it.
    pub then: Option<Then>,
    /// Who wrote it; the one who reopens the ticket, if it is reopened.
    pub author_name: &'a str,
}

/// What happens to a ticket along with an answer: `Send and close`, `Send and snooze`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Close,
    Snooze(DateTime<Utc>),
}

/// The ticket after the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    pub number: i64,
    pub customer: CustomerId,
    pub status: Status,
    pub status_before: Status,
    pub version: i32,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
}

/// Counts the message, keeps what lists show of it, and moves the status: a customer's
/// message reopens, an agent's first answer opens. In the transaction that stores the message.
///
/// The version grows only when the status moves: a message is no edit of a property.
pub async fn touch_by_message(
    tx: &mut Tx,
    ctx: &Ctx,
    message: &TouchByMessage<'_>,
) -> Result<Touched> {
    let before = tickets::lock_ticket_by_id(tx, ctx.workspace, message.ticket).await?;
    let snippet = text::excerpt(message.text, limits::SNIPPET_CHARS);
    let touch = MessageTouch {
        ticket: before.id,
        sent_at: message.sent_at,
        channel: message.channel,
        snippet: &snippet,
        inbound: message.kind == MessageKind::Customer && !message.automatic,
        response: message.kind == MessageKind::Agent,
    };
    tickets::touch_by_message(tx, ctx.workspace, &touch).await?;
    let (status, until) = match message.then {
        Some(Then::Close) => (Status::Closed, None),
        Some(Then::Snooze(until)) => {
            snooze::check(until, ctx.now)?;
            (Status::Snoozed, Some(until))
        }
        None => (before.status.after_message(message.kind), before.snoozed_until),
    };
    let mut version = before.version;
    let mut after = before.clone();
    let at = message.sent_at;
    if touch.response {
        after.first_response_at = Some(before.first_response_at.map_or(at, |first| first.min(at)));
        after.awaiting_since = None;
    } else if touch.inbound {
        after.awaiting_since = before.awaiting_since.or(Some(at));
    }
    if message.moves_status && (status != before.status || until != before.snoozed_until) {
        set_status(&mut after, status, ctx.now);
        after.snoozed_until = until.filter(|_| status == Status::Snoozed);
        let names = Names::load(tx, ctx, &before, &after, Vec::new()).await?;
        let mut events = activity::differences(ctx, &before, &after, &names);
        for event in &mut events {
            event.actor_name = Some(message.author_name.into());
        }
        version = store(tx, ctx, &before, &after, &events).await?;
        snooze::follow(tx, ctx, &before, &after).await?;
    } else {
        sla::follow(tx, ctx, &after, false).await?;
    }
    let (number, customer, status_before) = (before.number, before.customer, before.status);
    let (status, assignee, team) = (after.status, after.assignee, after.team);
    Ok(Touched { number, customer, status, status_before, version, assignee, team })
}

/// Puts a locked ticket back into the status it had before an answer that was taken back,
/// unless somebody moved it since.
pub async fn undo_status(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    moved_to: Status,
    back_to: Status,
) -> Result<()> {
    if before.status != moved_to || moved_to == back_to {
        return Ok(());
    }
    let mut after = before.clone();
    set_status(&mut after, back_to, ctx.now);
    let names = Names::load(tx, ctx, before, &after, Vec::new()).await?;
    let events = activity::differences(ctx, before, &after, &names);
    store(tx, ctx, before, &after, &events).await?;
    Ok(())
}
