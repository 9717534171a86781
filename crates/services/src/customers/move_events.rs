//! Moving the events of a merged customer to the survivor, once that is for good.

use super::merge::FOLD_CUSTOMER;
use crate::ctx;
use crate::jobs::{JobError, Outcome, Worker};
use rapport_domain::CustomerId;
use rapport_store::jobs::Job;
use rapport_store::{merges, timeline};

/// Events in one transaction.
const AT_ONCE: i64 = 1_000;

/// Folds one merged customer. Acts as the system: the merge was made with leave.
pub(crate) async fn move_events(worker: &Worker, job: &Job) -> Result<Outcome, JobError> {
    debug_assert_eq!(job.kind, FOLD_CUSTOMER);
    let Ok(merged) = job.key.parse::<CustomerId>() else {
        return Ok(Outcome::Dead("The key is no customer.".into()));
    };
    // What comes for the merged one while this runs goes to the survivor; what came before is
    // in the database after this.
    let mut tx = worker.store.begin().await?;
    timeline::wait_unfolded(&mut tx, job.workspace).await?;
    tx.commit().await.map_err(rapport_store::StoreError::from)?;
    loop {
        let mut tx = worker.store.begin().await?;
        let survivor = merges::surviving(&mut tx, job.workspace, merged).await?;
        let Some(survivor) = survivor.filter(|s| *s != merged) else {
            // The merge was taken back.
            return Ok(Outcome::Done);
        };
        merges::lock_rows(&mut tx, job.workspace, [survivor, merged]).await?;
        let moved =
            merges::move_events(&mut tx, job.workspace, merged, survivor, AT_ONCE, ctx::now())
                .await?;
        tx.commit().await.map_err(rapport_store::StoreError::from)?;
        if moved < AT_ONCE {
            return Ok(Outcome::Done);
        }
    }
}
