//! Deleting a customer for good, with all that is theirs.

use crate::job_env::JobEnv;
use crate::transaction::begin_unattended;
use crate::{Ctx, Result};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::customer::{Customer, WhatGoes};
use rapport_domain::{CustomerId, Permission, WorkspaceId};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, enqueue};
use rapport_store::customers::{self as store, delete as gone};
use rapport_store::{Store, StoreError, timeline};
use serde_json::json;

/// Events, and tickets, in one transaction.
const EVENTS_AT_ONCE: i64 = 2_000;
const TICKETS_AT_ONCE: i64 = 50;
/// Where counting messages and files ends.
pub const COUNTED: i64 = 1_000;
/// What is deleted while somebody waits; more is left to a job.
const EVENTS_AWAITED: i64 = 10_000;
const TICKETS_AWAITED: i64 = 200;
/// When the job looks whether a deletion that somebody waited for came to its end.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Somebody who may be deleted, and what goes along.
#[derive(Debug)]
pub struct Deletion {
    pub customer: Customer,
    pub goes: WhatGoes,
}

/// What deleting this customer would take away.
pub async fn deletion(ctx: &Ctx, id: CustomerId) -> Result<Deletion> {
    ctx.require(Permission::CustomersDelete)?;
    let customer = ctx.store.customer(ctx.workspace, id).await?.masked();
    let goes = ctx.store.what_goes(ctx.workspace, customer.id, COUNTED).await?;
    Ok(Deletion { customer, goes })
}

/// Deletes a customer, those merged into them, and all that is theirs. Says whether that is done:
/// where it is much, a job goes on. What they wrote in other people's tickets stays there.
pub async fn delete(ctx: &Ctx, id: CustomerId) -> Result<bool> {
    let Deletion { customer, goes } = deletion(ctx, id).await?;
    let awaited = goes.events <= EVENTS_AWAITED && goes.tickets <= TICKETS_AWAITED;
    let mut tx = ctx.transaction(Permission::CustomersDelete).await?;
    let id = store::lock(&mut tx, ctx.workspace, customer.id).await?;
    gone::begin(&mut tx, ctx.workspace, id, ctx.now).await?;
    // Numbers alone: the log keeps nothing of somebody who is gone.
    let detail = json!({ "tickets": goes.tickets, "events": goes.events, "notes": goes.notes });
    // Should this server end meanwhile, the job brings it to its end.
    let run_at = if awaited { ctx.now + LOOK_AGAIN } else { ctx.now };
    enqueue::<DeleteCustomer>(&mut tx, ctx.workspace, &id, &NoPayload {}, run_at).await?;
    tx.commit_audited(Action::CustomerDeleted, id, detail).await?;
    if awaited {
        delete_all(&ctx.store, ctx.workspace, id).await?;
    } else {
        rapport_queue::wake();
    }
    Ok(awaited)
}

/// Brings the deletion of one customer, who is its key, to its end.
pub(crate) struct DeleteCustomer;

impl Job for DeleteCustomer {
    type Env = JobEnv;
    type Key = CustomerId;
    type Payload = NoPayload;
    const KIND: &'static str = "delete_customer";
    const LABEL: &'static str = "Delete a customer";
    const QUEUE: Queue = Queue::Default;
    const MAX_ATTEMPTS: i32 = 12;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        match delete_all(&env.store, work.workspace, work.key).await {
            Err(StoreError::NotFound) | Ok(()) => Ok(Outcome::Done),
            Err(error) => Err(error.into()),
        }
    }
}

/// Bit by bit, so that no lock is held for long; the customer's own row goes last, and until then
/// it can be done again.
async fn delete_all(
    db: &Store,
    workspace: WorkspaceId,
    id: CustomerId,
) -> std::result::Result<(), StoreError> {
    loop {
        let mut tx = begin_unattended(db).await?;
        store::lock(&mut tx, workspace, id).await?;
        let who = gone::identities(&mut tx, workspace, id).await?;
        let tickets = gone::tickets(&mut tx, workspace, &who, TICKETS_AT_ONCE).await?;
        let events = gone::events(&mut tx, workspace, &who, EVENTS_AT_ONCE).await?;
        tx.commit().await?;
        if tickets < TICKETS_AT_ONCE && events < EVENTS_AT_ONCE {
            break;
        }
    }
    let mut tx = begin_unattended(db).await?;
    // Whoever found them before now has written their events after this; from then on nobody does.
    timeline::wait_unfolded(&mut tx, workspace).await?;
    store::lock(&mut tx, workspace, id).await?;
    let who = gone::identities(&mut tx, workspace, id).await?;
    // What came since: a few, for the loop has just ended.
    while gone::tickets(&mut tx, workspace, &who, TICKETS_AT_ONCE).await? == TICKETS_AT_ONCE {}
    while gone::events(&mut tx, workspace, &who, EVENTS_AT_ONCE).await? == EVENTS_AT_ONCE {}
    gone::customers(&mut tx, workspace, &who).await?;
    Ok(tx.commit().await?)
}
