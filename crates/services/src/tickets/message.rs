//! What a stored message does to its ticket.

use super::activity::{self, Names};
use super::change::{check_assignee, check_label, check_team, set_status, store};
use super::snooze;
use crate::{Ctx, Result, sla};
use chrono::{DateTime, Utc};
use rapport_domain::message::{Effect, StatusChoice};
use rapport_domain::ticket::{Channel, MessageKind, Status, check_tags};
use rapport_domain::{AppError, CustomerId, TeamId, TicketId, UserId, limits, text};
use rapport_store::Tx;
use rapport_store::tickets::{self, LockedTicket, MessageTouch, Moved, Standing};

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
    /// What happens to the ticket along with it.
    pub effects: &'a [Effect],
    /// Who wrote it; the one who reopens the ticket, if it is reopened.
    pub author_name: &'a str,
}

/// The ticket after the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub number: i64,
    pub customer: CustomerId,
    pub moved: Moved,
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
    let mut version = before.version;
    let mut after = before.clone();
    let at = message.sent_at;
    if touch.response {
        after.first_response_at = Some(before.first_response_at.map_or(at, |first| first.min(at)));
        after.awaiting_since = None;
    } else if touch.inbound {
        after.awaiting_since = before.awaiting_since.or(Some(at));
    }
    if message.moves_status {
        let status = before.status.after_message(message.kind);
        if status != before.status {
            set_status(&mut after, status, ctx.now);
        }
        apply(tx, ctx, &mut after, message.effects).await?;
    }
    let moved = Moved { from: Standing::of(&before), to: Standing::of(&after) };
    if moved.from != moved.to {
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
    let (number, customer) = (before.number, before.customer);
    let (assignee, team) = (after.assignee, after.team);
    Ok(Touched { number, customer, moved, version, assignee, team })
}

/// Does to a locked ticket what goes along with a message, in the order given.
async fn apply(tx: &mut Tx, ctx: &Ctx, after: &mut LockedTicket, effects: &[Effect]) -> Result<()> {
    if effects.len() > limits::EFFECTS_MAX {
        let message = format!("A message can make at most {} changes.", limits::EFFECTS_MAX);
        return Err(AppError::invalid("effects", message));
    }
    for effect in effects {
        if matches!(effect, Effect::Status(_) | Effect::Snooze(_)) && after.merged_into.is_some() {
            let message = "This ticket was merged into another: undo that first.";
            return Err(AppError::invalid("status", message));
        }
        match effect {
            Effect::Tag(tag) => after.tags.push(tag.clone()),
            Effect::Untag(tag) => after.tags.retain(|t| t.to_lowercase() != tag.to_lowercase()),
            Effect::Status(StatusChoice::Status(status)) => set_status(after, *status, ctx.now),
            Effect::Status(StatusChoice::Label(label)) => {
                let category = check_label(tx, ctx, *label).await?;
                set_status(after, category.status(), ctx.now);
                after.label = Some(*label);
            }
            Effect::Snooze(until) => {
                snooze::check(*until, ctx.now)?;
                set_status(after, Status::Snoozed, ctx.now);
                after.snoozed_until = Some(*until);
            }
            Effect::Priority(priority) => after.priority = *priority,
            Effect::AssignMe => {
                let me = ctx.user().ok_or(AppError::Forbidden)?;
                check_assignee(tx, ctx, me).await?;
                after.assignee = Some(me);
            }
            Effect::Assign(user) => {
                if let Some(user) = user {
                    check_assignee(tx, ctx, *user).await?;
                }
                after.assignee = *user;
            }
            Effect::Team(team) => {
                if let Some(team) = team {
                    check_team(tx, ctx, *team).await?;
                }
                after.team = *team;
            }
        }
    }
    after.tags = check_tags(&after.tags)?;
    Ok(())
}

/// Puts back what a message that was taken back had done to its locked ticket. What somebody
/// moved since stays as they left it.
pub async fn put_back(tx: &mut Tx, ctx: &Ctx, before: &LockedTicket, moved: &Moved) -> Result<()> {
    let Moved { from, to } = moved;
    let mut after = before.clone();
    if before.status == to.status && before.snoozed_until == to.snoozed_until {
        if (from.status, from.label) != (to.status, to.label) {
            set_status(&mut after, from.status, ctx.now);
            after.label = from.label;
        }
        after.snoozed_until = from.snoozed_until.filter(|_| from.status == Status::Snoozed);
    }
    if before.priority == to.priority {
        after.priority = from.priority;
    }
    if before.assignee == to.assignee {
        after.assignee = from.assignee;
    }
    if before.team == to.team {
        after.team = from.team;
    }
    after.tags.retain(|tag| from.tags.contains(tag) || !to.tags.contains(tag));
    let gone = from.tags.iter().filter(|tag| !to.tags.contains(tag));
    after.tags.extend(gone.cloned());
    after.tags = check_tags(&after.tags)?;
    if Standing::of(before) == Standing::of(&after) {
        return Ok(());
    }
    let names = Names::load(tx, ctx, before, &after, Vec::new()).await?;
    let events = activity::differences(ctx, before, &after, &names);
    store(tx, ctx, before, &after, &events).await?;
    snooze::follow(tx, ctx, before, &after).await
}
