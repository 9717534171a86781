//! Events that came before their customer: put on the timeline when the customer appears.

use crate::Result;
use crate::jobs::{JobError, Outcome, Worker};
use rapport_domain::{CustomerId, WorkspaceId};
use rapport_store::jobs::Job;
use rapport_store::timeline::append;
use rapport_store::{Store, StoreError, event_log};

/// The job; its key is the customer. `identifiers::add` plans it.
pub const LINK_EVENTS: &str = "link_events";
/// Events in one transaction.
const AT_ONCE: i64 = 500;

/// Links everything that waits for one customer. Acts as the system: the events were taken in
/// with leave.
pub(crate) async fn link_events(
    worker: &Worker,
    job: &Job,
) -> std::result::Result<Outcome, JobError> {
    let Ok(customer) = job.key.parse::<CustomerId>() else {
        return Ok(Outcome::Dead("The key is no customer.".into()));
    };
    while link_some(&worker.store, job.workspace, customer).await? == AT_ONCE {}
    Ok(Outcome::Done)
}

async fn link_some(
    store: &Store,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> std::result::Result<i64, StoreError> {
    let now = crate::ctx::now();
    let mut tx = store.begin().await?;
    let Some(customer) = rapport_store::merges::surviving(&mut tx, workspace, customer).await?
    else {
        return Ok(0);
    };
    let waiting = event_log::take_waiting(&mut tx, workspace, customer, AT_ONCE).await?;
    let events: Vec<_> = waiting.iter().map(|w| w.event.clone()).collect();
    append(&mut tx, workspace, now, &events).await?;
    event_log::delete_linked(&mut tx, workspace, &waiting).await?;
    tx.commit().await?;
    Ok(i64::try_from(waiting.len()).unwrap_or(AT_ONCE))
}

/// Links everything that waits for one customer, at once.
pub(super) async fn link_all(
    store: &Store,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<()> {
    while link_some(store, workspace, customer).await? == AT_ONCE {}
    Ok(())
}
