//! What becomes of sessions by the clock: they go quiet, are packed into one object, and are
//! forgotten. It acts as the system, for all workspaces.

use crate::ctx;
use crate::job_env::JobEnv;
use crate::transaction::begin_unattended;
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::TryStreamExt;
use rapport_domain::limits::RECORDING_IDLE_MINUTES;
use rapport_domain::recording::Settings;
use rapport_domain::{AttachmentId, RecordingId, WorkspaceId};
use rapport_queue::{Job, JobError, Next, NoPayload, Outcome, Periodic, Queue, Work, enqueue};
use rapport_store::recordings::{self as store, ChunkRow, NewPart};
use rapport_store::{Store, StoreError, files};
use std::time::Duration;

/// Without anything for so long a session does not run any more, as far as people are told.
const QUIET: TimeDelta = TimeDelta::seconds(60);
/// Chunks may come so long after a session's last one.
const LATE: TimeDelta = TimeDelta::minutes(RECORDING_IDLE_MINUTES + 5);
/// A browser may come back with a session that was deleted for so long.
const DELETED: TimeDelta = TimeDelta::days(3);
/// Sessions of one round.
const ROUND: i64 = 200;
/// Bytes of events in one part; a new one begins at a whole picture of the page as well, once it is
/// worth it. Small parts make seeking cheap, large ones pack better: each visit of a page brings all of
/// it again, which costs next to nothing within a part.
const PART_BYTES: usize = 512 * 1024;
const WORTH_BYTES: usize = 256 * 1024;
/// Slow and small: it happens once.
const LEVEL: i32 = 12;
/// What one chunk unpacks to at the most.
const CHUNK_BYTES: usize = rapport_domain::limits::RECORDING_UNPACKED_BYTES * 2;

/// Looks for sessions that went quiet, are over, or are older than they are kept.
pub(crate) struct WatchRecordings;

impl Periodic for WatchRecordings {
    type Env = JobEnv;
    const NAME: &'static str = "look after recordings";
    const EVERY: Duration = Duration::from_secs(20);

    async fn run(env: &JobEnv) -> Result<Next, JobError> {
        Ok(if watch(&env.store).await? { Next::Soon } else { Next::Later })
    }
}

/// One round; true when there is more to do.
pub async fn watch(store: &Store) -> Result<bool, StoreError> {
    let now = ctx::now();
    let quiet = store.quiet_recordings(now - QUIET, ROUND).await?;
    for row in &quiet {
        let index = &row.index.0;
        let payload =
            index.payload(row.duration_s, row.browser.as_deref(), row.os.as_deref(), false);
        let mut tx = begin_unattended(store).await?;
        store::show(&mut tx, row.workspace, row.id, &payload).await?;
        tx.commit().await?;
    }
    let over = store.unstored_recordings(now - LATE, ROUND).await?;
    for row in &over {
        let mut tx = begin_unattended(store).await?;
        enqueue::<PackRecording>(&mut tx, row.workspace, &row.id, &NoPayload {}, now).await?;
        tx.commit().await?;
    }
    let days = Settings::default().keep_days;
    let expired = store.expired_recordings(now, days, ROUND).await?;
    for row in &expired {
        let mut tx = begin_unattended(store).await?;
        store::delete(&mut tx, row.workspace, row.id, false).await?;
        tx.commit().await?;
    }
    store.forget_deleted_sessions(now - DELETED).await?;
    if !expired.is_empty() {
        tracing::info!(sessions = expired.len(), "forgot recordings");
    }
    // Those that are packed already are enqueued once: they stay in the list until that is done.
    let full = |n: usize| i64::try_from(n).is_ok_and(|n| n >= ROUND);
    Ok(full(quiet.len()) || full(expired.len()))
}

/// Packs the chunks of one session, which is its key, into one object with a seek index.
pub(crate) struct PackRecording;

impl Job for PackRecording {
    type Env = JobEnv;
    type Key = RecordingId;
    type Payload = NoPayload;
    const KIND: &'static str = "pack_recording";
    const LABEL: &'static str = "Pack a recorded session";
    const QUEUE: Queue = Queue::Media;
    const MAX_ATTEMPTS: i32 = 8;

    async fn run(env: &JobEnv, work: Work<Self>) -> Result<Outcome, JobError> {
        if pack(&env.store, work.workspace, work.key).await? {
            return Ok(Outcome::Done);
        }
        let at = ctx::now() + TimeDelta::minutes(RECORDING_IDLE_MINUTES);
        Ok(Outcome::Again { at, error: "More of it came meanwhile.".into() })
    }
}

/// Packs a session; false when a chunk came meanwhile. One that is packed, or gone, is done.
pub async fn pack(
    store: &Store,
    workspace: WorkspaceId,
    id: RecordingId,
) -> Result<bool, StoreError> {
    let mut tx = begin_unattended(store).await?;
    if store::lock_unstored(&mut tx, workspace, id).await?.is_none() {
        return Ok(true);
    }
    drop(tx);
    let chunks = store.recording_chunks(workspace, id).await?;
    let mut writer = Writer::start(store, workspace).await?;
    let mut group: Vec<u8> = Vec::new();
    let mut part: Option<NewPart> = None;
    let mut last: Option<(String, i32)> = None;
    for chunk in &chunks {
        let same_window = last.as_ref().is_some_and(|(w, _)| *w == chunk.window_key);
        let gap = match &last {
            Some((_, seq)) if same_window => chunk.seq > seq + 1,
            _ => chunk.seq > 0,
        };
        let begins = !same_window
            || gap
            || group.len() >= PART_BYTES
            || (chunk.full_at.is_some() && group.len() >= WORTH_BYTES);
        if begins && let Some(done) = part.take() {
            writer.add(done, std::mem::take(&mut group)).await?;
        }
        let events = unpacked(store, workspace, chunk).await?;
        let inner = events.strip_prefix(b"[").and_then(|e| e.strip_suffix(b"]"));
        let inner = inner.ok_or_else(|| StoreError::FileLost("a chunk is no list".into()))?;
        group.push(if group.is_empty() { b'[' } else { b',' });
        group.extend_from_slice(inner);
        let part = part.get_or_insert_with(|| NewPart {
            window_key: chunk.window_key.clone(),
            offset: 0,
            bytes: 0,
            raw_bytes: 0,
            first_at: chunk.first_at,
            last_at: chunk.last_at,
            full_at: None,
            gap,
        });
        part.first_at = part.first_at.min(chunk.first_at);
        part.last_at = part.last_at.max(chunk.last_at);
        part.full_at = part.full_at.or(chunk.full_at);
        last = Some((chunk.window_key.clone(), chunk.seq));
    }
    if let Some(done) = part.take() {
        writer.add(done, group).await?;
    }
    let (file, sha256, parts) = writer.finish().await?;
    let mut tx = begin_unattended(store).await?;
    match store::lock_unstored(&mut tx, workspace, id).await? {
        None => return Ok(true),
        Some(n) if usize::try_from(n) != Ok(chunks.len()) => return Ok(false),
        Some(_) => {}
    }
    let file = (!parts.is_empty()).then_some(file);
    store::store_packed(&mut tx, workspace, id, file, &sha256, &parts).await?;
    files::rows::settle(&mut tx, workspace, &[file].into_iter().flatten().collect::<Vec<_>>())
        .await?;
    tx.commit().await?;
    remove(store, workspace, chunks.into_iter().map(|chunk| chunk.file)).await;
    Ok(true)
}

/// Removes bytes that no row names any more. What the file store does not give up now is removed a
/// day later.
pub(super) async fn remove(
    store: &Store,
    workspace: WorkspaceId,
    files: impl IntoIterator<Item = AttachmentId>,
) {
    for file in files {
        let gone = match store.files().remove(workspace, file).await {
            Ok(()) => store.forget_orphaned_file(workspace, file).await,
            failed => failed,
        };
        if let Err(error) = gone {
            tracing::warn!(%error, "bytes of a recording are removed later");
            return;
        }
    }
}

/// A stretch of a large object: no more of it is read.
pub(super) async fn read_range(
    store: &Store,
    workspace: WorkspaceId,
    file: AttachmentId,
    from: i64,
    length: i64,
) -> Result<Vec<u8>, StoreError> {
    let from = u64::try_from(from).unwrap_or_default();
    let length = u64::try_from(length).unwrap_or_default();
    let opened = store.files().open(workspace, file, Some(from..from + length)).await;
    let mut stream = opened.map_err(|error| match error {
        // A row whose bytes are gone is another thing than a session that is not there.
        StoreError::NotFound => StoreError::FileLost("a part of a recording".into()),
        other => other,
    })?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    while let Some(more) = stream.try_next().await? {
        bytes.extend_from_slice(&more);
    }
    Ok(bytes)
}

async fn unpacked(
    store: &Store,
    workspace: WorkspaceId,
    chunk: &ChunkRow,
) -> Result<Vec<u8>, StoreError> {
    let packed = store.files().read(workspace, chunk.file).await?;
    unpack(packed).await
}

/// Unpacks one zstd frame, off the threads that serve.
pub(super) async fn unpack(packed: Bytes) -> Result<Vec<u8>, StoreError> {
    let work = move || zstd::bulk::decompress(&packed, CHUNK_BYTES);
    let unpacked = tokio::task::spawn_blocking(work).await;
    let lost = |why: String| StoreError::FileLost(why);
    unpacked.map_err(|e| lost(e.to_string()))?.map_err(|e| lost(e.to_string()))
}

/// One object on its way into the store, part by part.
pub(super) struct Writer {
    file: AttachmentId,
    writing: rapport_store::files::Writing,
    parts: Vec<NewPart>,
    offset: i64,
}

impl Writer {
    pub(super) async fn start(store: &Store, workspace: WorkspaceId) -> Result<Self, StoreError> {
        let file = AttachmentId::generate();
        store.expect_files(workspace, &[file]).await?;
        let writing = store.files().write(workspace, file);
        Ok(Self { file, writing, parts: Vec::new(), offset: 0 })
    }

    /// Packs the events of a part, a list whose end is still missing, and writes them.
    pub(super) async fn add(
        &mut self,
        part: NewPart,
        mut events: Vec<u8>,
    ) -> Result<(), StoreError> {
        events.push(b']');
        let raw_bytes = size(events.len());
        let work = move || zstd::bulk::compress(&events, LEVEL);
        let packed = tokio::task::spawn_blocking(work).await;
        let failed = |why: String| StoreError::Files(why);
        let packed =
            packed.map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))?;
        let bytes = size(packed.len());
        self.writing.write(packed.into()).await?;
        self.parts.push(NewPart { offset: self.offset, bytes, raw_bytes, ..part });
        self.offset += i64::from(bytes);
        Ok(())
    }

    /// Waits until it is safe.
    pub(super) async fn finish(self) -> Result<(AttachmentId, [u8; 32], Vec<NewPart>), StoreError> {
        let stored = self.writing.finish().await?;
        Ok((self.file, stored.sha256, self.parts))
    }
}

fn size(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
