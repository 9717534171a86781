//! Taking in a chunk: read, without secrets, its bytes safe, then its row.

use super::chunk::{self, Chunk};
use super::pack::remove;
use crate::ingest::{Incoming, Ingest, Item};
use crate::transaction::Told;
use crate::{Ctx, Result, ctx};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::customer::CustomerKind;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::limits::{
    RECORDING_BYTES_MAX, RECORDING_CHUNKS_MAX, RECORDING_HOURS_MAX, RECORDING_WINDOWS_MAX,
};
use rapport_domain::recording::{EVENT_NAME, Index, OBJECT_TYPE, Settings};
use rapport_domain::timeline::{CustomerRef, EventKind, EventOutcome, Seen, SeenAt};
use rapport_domain::{AppError, AttachmentId, CustomerId, Permission, RecordingId, Uuid};
use rapport_store::recordings::{self as store, NewChunk, NewRecording, OpenRecording};
use rapport_store::timeline::{self, NewEvent};
use rapport_store::{StoreError, files};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Clocks that differ by less are the same: that is how long a chunk may have waited.
const CLOCK_AGREES_MS: i64 = 10_000;
/// A session may have waited so long in a browser that was offline.
const OLDEST: TimeDelta = TimeDelta::days(2);
/// How often the timeline's event of a running session is brought up to date where nothing new but
/// time has passed.
const TOLD_EVERY: TimeDelta = TimeDelta::seconds(10);
/// How quickly chunks are packed until their session is stored.
const QUICK: i32 = 3;

/// A chunk as it came.
#[derive(Debug)]
pub struct Sent {
    /// What the browser calls the session, this tab of it, and itself.
    pub session: String,
    pub window: String,
    pub anonymous: String,
    /// The chunk's number in its window, from zero.
    pub seq: i32,
    pub sent_at_ms: Option<i64>,
    /// What the browser says of itself, as beside an event.
    pub context: Map<String, Value>,
    /// As they were sent, and unpacked.
    pub packed: Bytes,
    pub events: Bytes,
}

/// What became of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is safe.
    Stored,
    /// It was already.
    Duplicate,
    /// Nothing of this session is wanted: the recorder stops, and says why to nobody.
    Declined(&'static str),
}

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
    if let Some((_, sender, known)) = &found {
        same_sender(sender, &sent.anonymous)?;
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

/// Our clock minus the browser's, where they differ.
fn clock_offset(now: DateTime<Utc>, sent_at_ms: Option<i64>) -> i64 {
    let ahead = sent_at_ms.map_or(0, |at| now.timestamp_millis().saturating_sub(at));
    if ahead.saturating_abs() < CLOCK_AGREES_MS { 0 } else { ahead }
}

/// A session's id follows from its name, so that it begins once, however often that is tried.
fn id_of(ctx: &Ctx, session: &str) -> RecordingId {
    let hash = Sha256::new().chain_update(ctx.workspace.0).chain_update(session).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    RecordingId(Uuid::from_bytes(id))
}

/// Begins a session: its event on the timeline, which finds or makes whose it is, then its row.
async fn begin(
    ctx: &Ctx,
    ingest: &Ingest,
    settings: &Settings,
    sent: &Sent,
    chunk: &Chunk,
) -> Result<Option<Taken>> {
    let browser = Key::new(IdentifierKind::AnonymousId, "anonymousId", &sent.anonymous)?;
    let whose = CustomerRef::by(browser);
    if let Some(declined) = unwanted(ctx, settings, &whose).await? {
        return Ok(Some(declined));
    }
    let offset = clock_offset(ctx.now, sent.sent_at_ms);
    let wrong = || AppError::invalid("events", "These events are not of the last two days.");
    let started =
        chunk.facts.first_at.checked_add(offset).and_then(DateTime::from_timestamp_millis);
    let started = started.ok_or_else(wrong)?.min(ctx.now);
    if ctx.now - started > OLDEST {
        return Err(wrong());
    }
    let seen = Seen::read(&sent.context, &Map::new()).unwrap_or_default();
    let id = id_of(ctx, &sent.session);
    let mut index = Index::default();
    index.add(&chunk.facts, chunk.facts.first_at);
    let event = NewEvent {
        object_type: Some(OBJECT_TYPE.into()),
        object_id: Some(id.to_string()),
        payload: index.payload(0, seen.browser.as_deref(), seen.os.as_deref(), true),
        dedupe_key: Some(id.to_string()),
        ..NewEvent::new(CustomerId(Uuid::nil()), started, EventKind::Session, "rapport", EVENT_NAME)
    };
    let incoming = Incoming {
        whose,
        account: None,
        ticket: None,
        kind: "session",
        seen: Some(SeenAt { at: started, seen: seen.clone() }),
        warnings: Vec::new(),
        event,
    };
    let results = ingest.submit(ctx, vec![Item::Event(Box::new(incoming))]).await?;
    // Another tab of the session, or this one before a failure, may have written it.
    let written = [Some(EventOutcome::Created), Some(EventOutcome::Duplicate)];
    if !written.contains(&results.first().map(|r| r.status)) {
        return Err(crate::internal("a session's event was not written"));
    }
    let agent = sent.context.get("userAgent").and_then(Value::as_str).unwrap_or_default();
    let new = NewRecording {
        id,
        session_key: &sent.session,
        sender: &sent.anonymous,
        started_at: started,
        clock_offset_ms: offset,
        browser: seen.browser.as_deref(),
        os: seen.os.as_deref(),
        device: Some(device(agent)),
        time_zone: seen.time_zone.as_deref(),
        now: ctx.now,
    };
    // Nobody who is merged meanwhile is folded before this is written under their id.
    let mut tx = timeline::begin_unfolded(&ctx.store, ctx.workspace).await?;
    store::insert(&mut tx, ctx.workspace, &new).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(None)
}

/// Why this customer is not recorded, where they are not.
async fn unwanted(ctx: &Ctx, settings: &Settings, whose: &CustomerRef) -> Result<Option<Taken>> {
    let day = ctx.now - TimeDelta::days(1);
    let stored = ctx.store.recorded_bytes_since(ctx.workspace, day).await?;
    if stored >= i64::from(settings.day_mb) * 1024 * 1024 {
        return Ok(Some(Taken::Declined("full")));
    }
    let mut tx = ctx.transaction(Permission::EventsWrite).await?;
    let refs = std::slice::from_ref(whose);
    let known = timeline::resolve_customers(&mut tx, ctx.workspace, refs).await?;
    drop(tx);
    let Some(customer) = known.get(whose).copied() else {
        let unknown = settings.identified_only;
        return if unknown { Err(unidentified()) } else { Ok(None) };
    };
    if ctx.store.refuses_recording(ctx.workspace, customer).await? {
        return Ok(Some(Taken::Declined("refused")));
    }
    if settings.identified_only {
        let kind = ctx.store.customer(ctx.workspace, customer).await?.kind;
        if kind != CustomerKind::Customer {
            return Err(unidentified());
        }
    }
    Ok(None)
}

/// Their events may still be on the way: the recorder asks again.
fn unidentified() -> AppError {
    AppError::Conflict("Nobody is identified in this browser yet.".into())
}

fn device(agent: &str) -> &'static str {
    match agent {
        a if a.contains("iPad") || (a.contains("Android") && !a.contains("Mobile")) => "tablet",
        a if a.contains("Mobi") || a.contains("iPhone") => "phone",
        _ => "desktop",
    }
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
    tx.commit(Told::Received).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_by_a_day_is_set_right_and_a_slow_network_is_none() {
        let now = DateTime::from_timestamp_millis(1_764_452_000_000).expect("a time");
        assert_eq!(clock_offset(now, Some(1_764_451_997_000)), 0);
        assert_eq!(clock_offset(now, Some(1_764_365_600_000)), 86_400_000);
        assert_eq!(clock_offset(now, None), 0);
    }

    #[test]
    fn devices_are_told_apart() {
        assert_eq!(device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)"), "phone");
        assert_eq!(device("Mozilla/5.0 (Linux; Android 15; Pixel) Mobile Safari"), "phone");
        assert_eq!(device("Mozilla/5.0 (Linux; Android 15; Tab)"), "tablet");
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64)"), "desktop");
    }
}
