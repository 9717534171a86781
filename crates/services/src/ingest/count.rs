//! Adding up what transactions noted for the kept counts.

use rapport_store::{Store, StoreError};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};

/// How long after a commit: whatever comes meanwhile is added with it.
const AFTER: Duration = Duration::from_millis(200);
/// How often it looks for what others wrote.
const LOOK: Duration = Duration::from_secs(1);
/// Transactions added up in one.
const AT_ONCE: i64 = 500;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Counts what is due until the ingest that `alive` belongs to is gone.
pub(super) async fn run(store: Store, alive: Weak<Semaphore>, written: Arc<Notify>) {
    while alive.strong_count() > 0 {
        match timeout(PATIENCE, due(&store)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "events were not added to the counts"),
            Err(_) => tracing::warn!("adding events to the counts took too long"),
        }
        tokio::select! {
            () = written.notified() => sleep(AFTER).await,
            () = sleep(LOOK) => {}
        }
    }
}

/// Adds up all that is due now, and writes down who was seen. The server does this by itself.
pub async fn due(store: &Store) -> Result<(), StoreError> {
    while store.count_batches(AT_ONCE).await? == AT_ONCE {}
    while store.apply_sightings(AT_ONCE).await? == AT_ONCE {}
    Ok(())
}
