//! Tickets that sleep until a time.

use super::change::{set_status, store};
use crate::job_env::JobEnv;
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::Permission;
use rapport_domain::ticket::Status;
use rapport_domain::{AppError, TicketId, Uuid, WorkspaceId, limits};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, cancel, enqueue};
use rapport_store::Tx;
use rapport_store::tickets::{self, LockedTicket};
use rapport_store::timeline::NewEvent;
use serde_json::json;

/// Whether a ticket can sleep until then.
pub(super) fn check(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if (now..now + TimeDelta::days(limits::SNOOZE_DAYS)).contains(&until) {
        return Ok(());
    }
    Err(AppError::invalid("snooze", "Choose a time within the next year."))
}

/// Keeps the job that wakes a ticket in step with the time it sleeps until.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    after: &LockedTicket,
) -> Result<()> {
    if before.snoozed_until == after.snoozed_until {
        return Ok(());
    }
    let key = after.id.0;
    cancel::<WakeTicket>(tx, ctx.workspace, &key).await?;
    if let Some(run_at) = after.snoozed_until {
        enqueue::<WakeTicket>(tx, ctx.workspace, &key, &NoPayload {}, run_at).await?;
    }
    Ok(())
}

/// Wakes a ticket whose time has come. One that was answered, closed or put off meanwhile sleeps no
/// longer, or longer. Its key is the ticket's id.
pub(crate) struct WakeTicket;

impl Job for WakeTicket {
    type Env = JobEnv;
    type Key = Uuid;
    type Payload = NoPayload;
    const KIND: &'static str = "wake_ticket";
    const LABEL: &'static str = "Wake a ticket";
    const QUEUE: Queue = Queue::Default;
    const MAX_ATTEMPTS: i32 = 20;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        wake(env, TicketId(work.key), work.workspace).await
    }
}

async fn wake(
    env: &JobEnv,
    ticket: TicketId,
    workspace: WorkspaceId,
) -> std::result::Result<Outcome, JobError> {
    let ctx = Ctx::for_system(env.store.clone(), workspace, "Rapport");
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let before = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, ticket).await?;
    let Some(until) = before.snoozed_until else { return Ok(Outcome::Done) };
    if until > ctx.now {
        return Ok(Outcome::Again { at: until, error: "It is snoozed for longer now.".into() });
    }
    let mut after = before.clone();
    set_status(&mut after, Status::Open, ctx.now);
    let event = NewEvent::activity(after.customer, ctx.now, "ticket.woken", ctx.actor_name())
        .title("woke this up")
        .ticket(after.id)
        .payload(json!({ "until": until }));
    store(&mut tx, &ctx, &before, &after, &[event]).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(Outcome::Done)
}
