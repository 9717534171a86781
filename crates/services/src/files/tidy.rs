//! Removes what nobody needs and moves what lies in the database still. It acts as the system,
//! for all workspaces.

use super::kind::content_type;
use crate::ctx;
use crate::job_env::JobEnv;
use chrono::TimeDelta;
use rapport_domain::limits;
use rapport_queue::{JobError, Next, Periodic};
use rapport_store::{Store, StoreError};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a file may be without its row: no transaction takes that long.
const GRACE: TimeDelta = TimeDelta::hours(24);
/// What one round does at the most.
const REMOVED_MAX: i64 = 200;
const MOVED_MAX: usize = 20;

/// Tidies by rounds, beside the jobs: what is left to move may take hours.
pub(crate) struct TidyFiles;

impl Periodic for TidyFiles {
    type Env = JobEnv;
    const NAME: &'static str = "tidy files";
    const EVERY: Duration = Duration::from_secs(3_600);

    async fn run(env: &JobEnv) -> Result<Next, JobError> {
        Ok(if tidy(&env.store).await? { Next::Soon } else { Next::Later })
    }
}

/// One round: forgets uploads that waited too long, removes files without a row, moves bytes out
/// of the database. It can stop anywhere and be run again; true when there is more to do.
pub async fn tidy(store: &Store) -> Result<bool, StoreError> {
    let old = ctx::now() - TimeDelta::days(limits::UPLOADS_WAITING_DAYS);
    let forgotten = store.forget_uploads(old, REMOVED_MAX).await?;
    let orphans = store.orphaned_files(ctx::now() - GRACE, REMOVED_MAX).await?;
    let removed = orphans.len();
    for (workspace, id) in orphans {
        // The bytes first: should that fail, the note of them is still there.
        store.files().remove(workspace, id).await?;
        store.forget_orphaned_file(workspace, id).await?;
    }
    let mut moved = 0;
    while moved < MOVED_MAX && move_one(store).await? {
        moved += 1;
    }
    if forgotten > 0 || removed > 0 || moved > 0 {
        tracing::info!(forgotten, removed, moved, "tidied files");
    }
    let full = i64::try_from(removed).is_ok_and(|n| n >= REMOVED_MAX);
    Ok(moved == MOVED_MAX || full)
}

async fn move_one(store: &Store) -> Result<bool, StoreError> {
    let Some(mut file) = store.unmoved_file().await? else { return Ok(false) };
    let data = bytes::Bytes::from(std::mem::take(&mut file.data));
    let sha256 = Sha256::digest(&data);
    let kind = content_type(&data, Some(&file.content_type), "");
    store.files().put(file.workspace, file.id, data).await?;
    store.moved_file(&file, &sha256, &kind).await?;
    Ok(true)
}
