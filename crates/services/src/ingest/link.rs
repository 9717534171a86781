//! Events that came before their customer: put on the timeline when the customer appears.

use crate::Result;
use crate::job_env::JobEnv;
use crate::transaction::begin_unattended;
use rapport_domain::{CustomerId, WorkspaceId};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work};
use rapport_store::identifiers::LINK_EVENTS;
use rapport_store::timeline::append;
use rapport_store::{Store, StoreError, event_log};

/// Events in one transaction.
const AT_ONCE: i64 = 500;

/// Links everything that waits for one customer. `identifiers::add` plans it.
pub(crate) struct LinkEvents;

impl Job for LinkEvents {
    type Env = JobEnv;
    type Key = CustomerId;
    type Payload = NoPayload;
    const KIND: &'static str = LINK_EVENTS.0;
    const LABEL: &'static str = "Put waiting events on a timeline";
    const QUEUE: Queue = Queue::Default;
    const MAX_ATTEMPTS: i32 = LINK_EVENTS.1;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        while link_some(&env.store, work.workspace, work.key).await? == AT_ONCE {}
        Ok(Outcome::Done)
    }
}

async fn link_some(
    store: &Store,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> std::result::Result<i64, StoreError> {
    let now = crate::ctx::now();
    let mut tx = begin_unattended(store).await?;
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
