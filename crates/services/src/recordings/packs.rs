//! Small sessions share an object: most visits are short, and a file of its own for each would be
//! mostly file. A pack whose sessions went is made anew without them, so that their bytes are gone.

use super::pack::{read_range, remove};
use crate::ctx;
use crate::job_env::JobEnv;
use crate::transaction::begin_unattended;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::{AttachmentId, RecordingId, WorkspaceId};
use rapport_queue::{JobError, Next, Periodic};
use rapport_store::recordings::{self as store, Moved, NewPack};
use rapport_store::{Store, StoreError, files};
use std::time::Duration;

/// Sessions of one pack: a day has enough of them, or each keeps its object.
const LEAST: i64 = 16;
const MOST: i64 = 64;
/// Only once nobody looks at a session any more, as one does while it is news.
const AGE: TimeDelta = TimeDelta::days(1);
/// So long a pack stays as it is, while the sessions of its day expire one by one.
const THINNED: TimeDelta = TimeDelta::hours(1);

/// Puts small sessions together, and leaves those out that are gone.
pub(crate) struct GatherRecordings;

impl Periodic for GatherRecordings {
    type Env = JobEnv;
    const NAME: &'static str = "put small recordings together";
    const EVERY: Duration = Duration::from_secs(600);

    async fn run(env: &JobEnv) -> Result<Next, JobError> {
        Ok(if gather(&env.store, ctx::now()).await? { Next::Soon } else { Next::Later })
    }
}

/// Makes one pack; true when there may be more to do.
pub async fn gather(store: &Store, now: DateTime<Utc>) -> Result<bool, StoreError> {
    if let Some((workspace, file)) = store.thinned_pack(now - THINNED).await? {
        renew(store, workspace, file).await?;
        return Ok(true);
    }
    let Some((workspace, sessions)) = store.small_recordings(now - AGE, LEAST, MOST).await? else {
        return Ok(false);
    };
    together(store, workspace, &sessions).await?;
    Ok(true)
}

/// Removes what is left of a session in the object that it was in: the object, or, where others
/// share it, its bytes out of that.
pub(super) async fn leave(
    store: &Store,
    workspace: WorkspaceId,
    file: AttachmentId,
) -> Result<(), StoreError> {
    match store.pack_members(workspace, file).await? {
        Some(_) => renew(store, workspace, file).await,
        None => {
            remove(store, workspace, [file]).await;
            Ok(())
        }
    }
}

/// Makes a pack anew with the sessions that are left.
async fn renew(
    store: &Store,
    workspace: WorkspaceId,
    file: AttachmentId,
) -> Result<(), StoreError> {
    let Some(left) = store.pack_members(workspace, file).await? else { return Ok(()) };
    if !left.is_empty() {
        return together(store, workspace, &left).await;
    }
    let mut tx = begin_unattended(store).await?;
    store::forget_pack(&mut tx, workspace, file).await?;
    tx.commit().await?;
    remove(store, workspace, [file]).await;
    Ok(())
}

/// Writes the bytes of some sessions into one object, and removes those that they were in.
async fn together(
    store: &Store,
    workspace: WorkspaceId,
    sessions: &[RecordingId],
) -> Result<(), StoreError> {
    let file = AttachmentId::generate();
    store.expect_files(workspace, &[file]).await?;
    let mut writing = store.files().write(workspace, file);
    let (mut moved, mut end) = (Vec::new(), 0);
    for id in sessions {
        let (Some(from), parts) = store.recording_parts(workspace, *id).await? else { continue };
        let first = parts.iter().map(|p| p.offset).min().unwrap_or_default();
        let last = parts.iter().map(|p| p.offset + i64::from(p.bytes)).max().unwrap_or_default();
        let bytes = read_range(store, workspace, from, first, last - first).await?;
        moved.push(Moved { id: *id, from, shift: end - first });
        end = writing.write(bytes.into()).await?;
    }
    if moved.is_empty() {
        return writing.abort().await;
    }
    let stored = writing.finish().await?;
    let mut before: Vec<AttachmentId> = moved.iter().map(|session| session.from).collect();
    before.sort();
    before.dedup();
    let mut tx = begin_unattended(store).await?;
    let pack = NewPack { file, bytes: end, sha256: &stored.sha256, at: ctx::now() };
    if !store::put_together(&mut tx, workspace, &pack, &moved).await? {
        // One was masked or deleted meanwhile: the next round begins with what is so then.
        return Ok(());
    }
    for file in &before {
        store::forget_pack(&mut tx, workspace, *file).await?;
    }
    files::rows::settle(&mut tx, workspace, &[file]).await?;
    tx.commit().await?;
    remove(store, workspace, before).await;
    Ok(())
}
