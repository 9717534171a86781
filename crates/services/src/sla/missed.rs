//! Notes on a ticket that a due time passed. The worker looks for them; it acts as the system.

use crate::job_env::JobEnv;
use crate::notifications::{self, Notice};
use crate::transaction::Recorded;
use crate::{Ctx, Result, ctx};
use chrono::TimeDelta;
use rapport_domain::Permission;
use rapport_domain::notify::News;
use rapport_domain::sla::Due;
use rapport_domain::{TicketId, WorkspaceId};
use rapport_queue::{JobError, Next, Periodic};
use rapport_store::timeline::NewEvent;
use rapport_store::{Store, Tx, sla, tickets, timeline};
use serde_json::json;
use std::time::Duration;

/// Tickets at once; the rest is there a moment later.
const AT_ONCE: i64 = 200;
/// People are warned so long before something is due.
const SOON: TimeDelta = TimeDelta::minutes(15);
/// What passed longer ago, while no worker ran, is no news any more.
const NEWS: TimeDelta = TimeDelta::days(1);

/// Follows the due times of tickets.
pub(crate) struct WatchDues;

impl Periodic for WatchDues {
    type Env = JobEnv;
    const NAME: &'static str = "look for due times";
    const EVERY: Duration = Duration::from_secs(10);

    async fn run(env: &JobEnv) -> std::result::Result<Next, JobError> {
        watch_dues(&env.store).await?;
        Ok(Next::Later)
    }
}

/// Tells of what is due soon, and notes on tickets that they are overdue; answers how many due times
/// passed.
pub(crate) async fn watch_dues(store: &Store) -> Result<usize> {
    // The one does not wait for the other.
    let (warned, noted) = (warn_of_due(store).await, note_missed(store).await);
    warned.and(noted)
}

/// Writes an activity for each due time that passed since the last look, once each; answers how
/// many.
async fn note_missed(store: &Store) -> Result<usize> {
    let mut noted = 0;
    for (workspace, ticket) in store.passed_dues(ctx::now(), AT_ONCE).await? {
        noted += note(store, workspace, ticket).await?;
    }
    Ok(noted)
}

async fn note(store: &Store, workspace: WorkspaceId, ticket: TicketId) -> Result<usize> {
    let ctx = Ctx::for_system(store.clone(), workspace, "Rapport");
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let ticket = tickets::lock_ticket_by_id(&mut tx, workspace, ticket).await?;
    // Another worker may have been here first.
    let Some(from) = sla::check_at(&mut tx, workspace, ticket.id).await? else { return Ok(0) };
    let clock = ticket.sla();
    let (missed, later): (Vec<Due>, Vec<Due>) =
        clock.dues().filter(|due| due.at >= from).partition(|due| due.at <= ctx.now);
    let events: Vec<_> = missed.iter().map(|due| event(&ctx, &ticket, due)).collect();
    timeline::append(&mut tx, workspace, ctx.now, &events).await?;
    if let Some(due) = missed.iter().filter(|due| ctx.now - due.at < NEWS).max_by_key(|d| d.at) {
        let text = format!("{} {}", due.target.label(), due.text(ctx.now));
        notify(&mut tx, &ctx, News::Overdue, &ticket, &text).await?;
    }
    let next = later.iter().map(|due| due.at).min();
    sla::set_clock(&mut tx, workspace, ticket.id, &clock, next).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(events.len())
}

/// Tells whose ticket it is of what is due soon, once each.
async fn warn_of_due(store: &Store) -> Result<()> {
    let now = ctx::now();
    for (workspace, ticket) in store.soon_due(now, now + SOON, AT_ONCE).await? {
        let ctx = Ctx::for_system(store.clone(), workspace, "Rapport");
        let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
        let ticket = tickets::lock_ticket_by_id(&mut tx, workspace, ticket).await?;
        // Another worker may have been here first.
        if sla::set_warned(&mut tx, workspace, ticket.id).await? {
            let due = ticket.sla().dues().filter(|due| due.at > now).min_by_key(|due| due.at);
            if let Some(due) = due {
                let text = format!("{} {}", due.target.label(), due.text(now));
                notify(&mut tx, &ctx, News::DueSoon, &ticket, &text).await?;
            }
            tx.commit(Recorded::OnTimeline).await?;
        }
    }
    Ok(())
}

async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    news: News,
    ticket: &tickets::LockedTicket,
    text: &str,
) -> Result<()> {
    let notice = Notice {
        news,
        ticket: ticket.id,
        message: None,
        mine: ticket.assignee.as_slice(),
        team: ticket.team,
        actor_name: ctx.actor_name(),
        text,
    };
    notifications::notify(tx, ctx, &notice).await
}

fn event(ctx: &Ctx, ticket: &tickets::LockedTicket, due: &Due) -> NewEvent {
    let what = due.target.label().to_lowercase();
    NewEvent {
        icon: Some("clock".into()),
        ..NewEvent::activity(ticket.customer, ctx.now, "ticket.sla_missed", ctx.actor_name())
    }
    .title(format!("noted that the {what} is overdue"))
    .ticket(ticket.id)
    .payload(json!({ "target": due.target, "due_at": due.at }))
}
