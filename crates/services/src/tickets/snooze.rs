//! Tickets that sleep until a time.

use super::change::{set_status, store};
use crate::jobs::{JobError, Outcome, Worker};
use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::ticket::Status;
use rapport_domain::{AppError, TicketId, Uuid, limits};
use rapport_store::jobs::{self, Job, NewJob};
use rapport_store::tickets::{self, LockedTicket};
use rapport_store::timeline::NewEvent;
use rapport_store::{StoreError, Tx};
use serde_json::json;

/// The kind of job; its key is the ticket's id.
pub(crate) const WAKE_TICKET: &str = "wake_ticket";
const ATTEMPTS: i32 = 20;

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
    let key = after.id.0.to_string();
    jobs::cancel_unstarted(tx, ctx.workspace, WAKE_TICKET, &key).await?;
    if let Some(run_at) = after.snoozed_until {
        let job = NewJob {
            kind: WAKE_TICKET,
            key: &key,
            payload: json!({}),
            run_at,
            max_attempts: ATTEMPTS,
        };
        jobs::enqueue(tx, ctx.workspace, &job).await?;
    }
    Ok(())
}

/// Wakes a ticket whose time has come. One that was answered, closed or put off meanwhile
/// sleeps no longer, or longer.
pub(crate) async fn wake_ticket(
    worker: &Worker,
    job: &Job,
) -> std::result::Result<Outcome, JobError> {
    let Ok(id) = job.key.parse::<Uuid>() else {
        return Ok(Outcome::Dead("The key is no ticket's id.".into()));
    };
    let ctx = Ctx::for_system(worker.store.clone(), job.workspace, "Rapport");
    let mut tx = ctx.store.begin().await?;
    let before = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, TicketId(id)).await?;
    let Some(until) = before.snoozed_until else { return Ok(Outcome::Done) };
    if until > ctx.now {
        return Ok(Outcome::Again { at: until, error: "It sleeps longer now.".into() });
    }
    let mut after = before.clone();
    set_status(&mut after, Status::Open, ctx.now);
    let event = NewEvent::activity(after.customer, ctx.now, "ticket.woken", ctx.actor_name())
        .title("woke this up")
        .ticket(after.id)
        .payload(json!({ "until": until }));
    store(&mut tx, &ctx, &before, &after, &[event]).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Outcome::Done)
}
