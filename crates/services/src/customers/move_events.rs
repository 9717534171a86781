//! Moving the events of a merged customer to the survivor, once that is for good.

use crate::ctx;
use crate::job_env::JobEnv;
use crate::transaction::begin_unattended;
use rapport_domain::{CustomerId, WorkspaceId};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work};
use rapport_store::{merges, timeline};

/// Events in one transaction.
const AT_ONCE: i64 = 1_000;

/// Moves those of one merged customer, who is its key.
pub(crate) struct MoveEvents;

impl Job for MoveEvents {
    type Env = JobEnv;
    type Key = CustomerId;
    type Payload = NoPayload;
    const KIND: &'static str = "fold_customer";
    const LABEL: &'static str = "Move a merged customer’s events";
    const QUEUE: Queue = Queue::Default;
    const MAX_ATTEMPTS: i32 = 12;

    async fn run(env: &JobEnv, work: Work<Self>) -> Result<Outcome, JobError> {
        move_all(env, work.workspace, work.key).await
    }
}

async fn move_all(
    env: &JobEnv,
    workspace: WorkspaceId,
    merged: CustomerId,
) -> Result<Outcome, JobError> {
    // What comes for the merged one while this runs goes to the survivor; what came before is
    // in the database after this.
    let mut tx = begin_unattended(&env.store).await?;
    timeline::wait_unfolded(&mut tx, workspace).await?;
    tx.commit().await.map_err(rapport_store::StoreError::from)?;
    loop {
        let mut tx = begin_unattended(&env.store).await?;
        let survivor = merges::surviving(&mut tx, workspace, merged).await?;
        let Some(survivor) = survivor.filter(|s| *s != merged) else {
            // Merge undone.
            return Ok(Outcome::Done);
        };
        merges::lock_rows(&mut tx, workspace, [survivor, merged]).await?;
        let moved =
            merges::move_events(&mut tx, workspace, merged, survivor, AT_ONCE, ctx::now()).await?;
        tx.commit().await.map_err(rapport_store::StoreError::from)?;
        if moved < AT_ONCE {
            return Ok(Outcome::Done);
        }
    }
}
