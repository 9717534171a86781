//! Taking in a chunk: read, without secrets, its bytes safe, then its row.

use super::begin::begin;
use super::chunk::{self, Chunk};
use super::pack::remove;
use super::sent::{Sent, Taken};
use crate::ingest::Ingest;
use crate::transaction::Recorded;
use crate::{Ctx, Result, ctx};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use rapport_domain::limits::{
    RECORDING_BYTES_MAX, RECORDING_CHUNKS_MAX, RECORDING_HOURS_MAX, RECORDING_WINDOWS_MAX,
};
use rapport_domain::{AppError, AttachmentId, Permission};
use rapport_store::files;
use rapport_store::recordings::{self as store, NewChunk, OpenRecording};
use sha2::{Digest, Sha256};

/// How often the timeline's event of a running session is brought up to date where nothing new but
/// time has passed.
const TOLD_EVERY: TimeDelta = TimeDelta::seconds(10);
/// How quickly chunks are packed until their session is stored.
const QUICK: i32 = 3;

/// Takes in one chunk from a browser. Answers when its bytes and its row are safe. Sent again it is
/// a duplicate; other bytes under its number are refused, as is what another browser sends.
pub async fn take(ctx: &Ctx, ingest: &Ingest, sent: Sent) -> Result<Taken> {
    ctx.require(Permission::EventsWrite)?;
    let settings = ctx.store.recording_settings(ctx.workspace).await?;
    if !settings.enabled {
        return Ok(Taken::Declined("off"));
    }
    check_names(&sent)?;
    let (session, window) = (sent.session.as_str(), sent.window.as_str());
    let found = ctx.store.recording_chunk(ctx.workspace, session, window, sent.seq).await?;
    let hash: [u8; 32] = Sha256::digest(&sent.packed).into();
    if let Some((id, sender, known)) = &found {
        same_sender(sender, &sent.anonymous)?;
        if let Some(since) = ctx.store.session_refused(ctx.workspace, session).await? {
            if ctx.store.recording(ctx.workspace, *id).await?.started_at > since {
                super::withdraw(ctx, *id).await?;
            }
            return Ok(Taken::Declined("refused"));
        }
        if let Some(known) = known {
            return same_bytes(known, &hash);
        }
    }
    let (events, packed) = (sent.events.clone(), RAW_LEVEL);
    let read = tokio::task::spawn_blocking(move || {
        let chunk = chunk::read(&events)?;
        let bytes = zstd::bulk::compress(&chunk.json, packed).map_err(crate::internal)?;
        Ok::<_, AppError>((chunk, Bytes::from(bytes)))
    });
    let (chunk, bytes) = read.await.map_err(crate::internal)??;
    if found.is_none()
        && let Some(declined) = begin(ctx, ingest, &settings, &sent, &chunk).await?
    {
        return Ok(declined);
    }
    keep(ctx, &sent, &chunk, bytes, &hash).await
}

/// The level at which chunks are packed: they wait half an hour.
const RAW_LEVEL: i32 = QUICK;

fn check_names(sent: &Sent) -> Result<()> {
    let is_name = |name: &str| {
        (8..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    for (field, name) in [("session", &sent.session), ("window", &sent.window)] {
        if !is_name(name) {
            return Err(AppError::invalid(field, "8 to 64 letters and digits make a name."));
        }
    }
    if !(0..RECORDING_CHUNKS_MAX).contains(&sent.seq) {
        return Err(AppError::invalid("seq", "A session has at most 20,000 chunks."));
    }
    Ok(())
}

fn same_sender(known: &str, sender: &str) -> Result<()> {
    if known == sender {
        return Ok(());
    }
    Err(AppError::Conflict("This session is another browser's.".into()))
}

fn same_bytes(known: &[u8], hash: &[u8]) -> Result<Taken> {
    if known == hash {
        return Ok(Taken::Duplicate);
    }
    Err(AppError::Conflict("Another chunk has this number.".into()))
}

/// Bytes first, and the row after: what was answered is there whatever happens next. Bytes that get
/// no row go again.
async fn keep(
    ctx: &Ctx,
    sent: &Sent,
    chunk: &Chunk,
    bytes: Bytes,
    hash: &[u8; 32],
) -> Result<Taken> {
    let file = AttachmentId::generate();
    let size = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let kept = Kept { file, sha256: Sha256::digest(&bytes).into(), bytes: size(bytes.len()) };
    ctx.store.expect_files(ctx.workspace, &[file]).await?;
    ctx.store.files().put(ctx.workspace, file, bytes).await?;
    let taken = note(ctx, sent, chunk, &kept, hash).await;
    if !matches!(taken, Ok(Taken::Stored)) {
        remove(&ctx.store, ctx.workspace, [file]).await;
    }
    taken
}

/// Bytes in the file store.
struct Kept {
    file: AttachmentId,
    sha256: [u8; 32],
    bytes: i32,
}

/// The row of a chunk, and what it changes of its session's.
async fn note(
    ctx: &Ctx,
    sent: &Sent,
    chunk: &Chunk,
    kept: &Kept,
    hash: &[u8; 32],
) -> Result<Taken> {
    let raw_bytes = i32::try_from(chunk.json.len()).unwrap_or(i32::MAX);
    let mut tx = ctx.transaction(Permission::EventsWrite).await?;
    let found = store::find(&mut tx, ctx.workspace, &sent.session).await?;
    let mut row = found.ok_or_else(|| crate::internal("a session has no row"))?;
    same_sender(&row.sender, &sent.anonymous)?;
    fits(&row, sent, chunk, i64::from(raw_bytes))?;
    let facts = &chunk.facts;
    let new = NewChunk {
        window: &sent.window,
        seq: sent.seq,
        file: kept.file,
        bytes: kept.bytes,
        raw_bytes,
        sent_sha256: hash,
        sha256: &kept.sha256,
        events: facts.events,
        first_at: facts.first_at,
        last_at: facts.last_at,
        full_at: facts.full_at,
    };
    if !store::insert_chunk(&mut tx, ctx.workspace, row.id, &new).await? {
        // Sent twice at once: the other one is there.
        drop(tx);
        let known =
            ctx.store.recording_chunk(ctx.workspace, &sent.session, &sent.window, sent.seq).await?;
        let known = known.and_then(|(_, _, hash)| hash).unwrap_or_default();
        return same_bytes(&known, hash);
    }
    files::rows::settle(&mut tx, ctx.workspace, &[kept.file]).await?;
    let before = (row.index.0.pages.len(), row.index.0.error_count);
    add(&mut row, sent, chunk, i64::from(kept.bytes), i64::from(raw_bytes));
    let now = ctx::now();
    let news = before != (row.index.0.pages.len(), row.index.0.error_count);
    let tell = news || !row.live || now - row.told_at >= TOLD_EVERY;
    row.live = true;
    if tell {
        row.told_at = now;
        let duration = (row.last_at - row.started_at).num_seconds();
        let payload =
            row.index.0.payload(duration, row.browser.as_deref(), row.os.as_deref(), true);
        store::show(&mut tx, ctx.workspace, row.id, &payload).await?;
    }
    store::update(&mut tx, ctx.workspace, &row, now).await?;
    tx.commit(Recorded::Received).await?;
    Ok(Taken::Stored)
}

/// Refuses what this session has no place for.
fn fits(row: &OpenRecording, sent: &Sent, chunk: &Chunk, raw_bytes: i64) -> Result<()> {
    if row.stored {
        return Err(AppError::Conflict("This session is over.".into()));
    }
    let start = row.started_at.timestamp_millis() - row.clock_offset_ms;
    let hours = (RECORDING_HOURS_MAX + 1) * 3_600_000;
    let within = start - 3_600_000..=start + hours;
    if !within.contains(&chunk.facts.first_at) || !within.contains(&chunk.facts.last_at) {
        return Err(AppError::invalid("events", "These events are not of this session's hours."));
    }
    let new_window = !row.windows.contains(&sent.window);
    if row.chunks >= RECORDING_CHUNKS_MAX
        || row.raw_bytes + raw_bytes > RECORDING_BYTES_MAX
        || (new_window && row.windows.len() >= RECORDING_WINDOWS_MAX)
    {
        return Err(AppError::Conflict("This session is as large as one may be.".into()));
    }
    Ok(())
}

/// What the chunk adds to its session's row.
fn add(row: &mut OpenRecording, sent: &Sent, chunk: &Chunk, bytes: i64, raw_bytes: i64) {
    let start = row.started_at.timestamp_millis() - row.clock_offset_ms;
    row.index.0.add(&chunk.facts, start);
    let last = DateTime::from_timestamp_millis(chunk.facts.last_at + row.clock_offset_ms);
    row.last_at = row.last_at.max(last.unwrap_or(row.last_at));
    if row.screen.is_none() {
        row.screen = chunk.facts.screen.map(|(w, h)| format!("{w}×{h}"));
    }
    if !row.windows.contains(&sent.window) {
        row.windows.push(sent.window.clone());
    }
    row.chunks += 1;
    row.bytes += bytes;
    row.raw_bytes += raw_bytes;
}
