//! Watching a session: what there is of it, and its events bit by bit.

use super::pack::{read_range, unpack};
use crate::{Ctx, Result, auth};
use rapport_domain::audit::Action;
use rapport_domain::limits::RECORDING_READ_BYTES;
use rapport_domain::recording::{Part, Recording, Way};
use rapport_domain::timeline::{EventKind, Position, TimelineItem, TimelineQuery};
use rapport_domain::{AppError, Cursor, CustomerId, Permission, RecordingId, Uuid};
use serde::Serialize;
use serde_json::json;

/// Events of the customer's timeline that stand beside a session, at the most.
const BESIDE: usize = 200;
const BESIDE_PAGES: usize = 6;

/// One window of a session, its moments in milliseconds of the browser's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    pub key: String,
    pub first: i64,
    pub last: i64,
}

/// What the player begins with.
#[derive(Debug)]
pub struct Watched {
    /// Whose page it is on: after a merge the survivor.
    pub customer: CustomerId,
    pub recording: Recording,
    pub windows: Vec<Window>,
    /// What else happened meanwhile, the oldest first.
    pub beside: Vec<TimelineItem>,
    pub before: Option<RecordingId>,
    pub after: Option<RecordingId>,
    /// Of a note that is written beside it: sent twice, it is one.
    pub form_key: String,
}

/// A stretch of a window's events.
#[derive(Debug, Default)]
pub struct Events {
    /// A JSON list.
    pub json: Vec<u8>,
    /// The last of their moments; `None` when there are none.
    pub last_at: Option<i64>,
    /// Something before them never arrived.
    pub gap: bool,
}

/// Opens a session for watching, which the audit log tells of.
pub async fn watch(ctx: &Ctx, customer: CustomerId, id: RecordingId) -> Result<Watched> {
    ctx.require(Permission::RecordingsWatch)?;
    let (recording, customer) = of_customer(ctx, customer, id).await?;
    let windows = ctx.store.recording_windows(ctx.workspace, id).await?;
    let at = Cursor::new(recording.started_at, recording.id.0);
    let (before, after) = ctx.store.recording_neighbours(ctx.workspace, customer, at).await?;
    let beside = beside(ctx, customer, &recording).await?;
    let tx = ctx.transaction(Permission::RecordingsWatch).await?;
    let detail = json!({ "customer": customer.to_string() });
    tx.commit_audited(Action::RecordingWatched, id, detail).await?;
    let windows = windows.into_iter().map(|(key, first, last)| Window { key, first, last });
    let (windows, form_key) = (windows.collect(), auth::random_token());
    Ok(Watched { customer, recording, windows, beside, before, after, form_key })
}

/// A session, if it is this customer's or of somebody merged into them.
pub(super) async fn of_customer(
    ctx: &Ctx,
    customer: CustomerId,
    id: RecordingId,
) -> Result<(Recording, CustomerId)> {
    let recording = ctx.store.recording(ctx.workspace, id).await?;
    let mut tx = ctx.transaction(Permission::RecordingsWatch).await?;
    let named = rapport_store::merges::surviving(&mut tx, ctx.workspace, customer).await?;
    let whose =
        rapport_store::merges::surviving(&mut tx, ctx.workspace, recording.customer).await?;
    drop(tx);
    match (named, whose) {
        (Some(named), Some(whose)) if named == whose => Ok((recording, named)),
        _ => Err(AppError::NotFound),
    }
}

/// What stands on the customer's timeline within a session.
async fn beside(
    ctx: &Ctx,
    customer: CustomerId,
    recording: &Recording,
) -> Result<Vec<TimelineItem>> {
    let kinds: Vec<EventKind> =
        EventKind::ALL.iter().copied().filter(|k| *k != EventKind::Session).collect();
    let end = recording.last_at + chrono::TimeDelta::seconds(5);
    let mut at = Position::Before(Cursor::new(end, Uuid::max()));
    let mut items = Vec::new();
    for _ in 0..BESIDE_PAGES {
        let query = TimelineQuery::new(&kinds, at);
        let page = ctx.store.timeline(ctx.workspace, customer, &query, None, ctx.now).await?.page;
        let older = page.older;
        let within = page.items.into_iter().take_while(|i| i.occurred_at >= recording.started_at);
        let before = items.len();
        items.extend(within);
        let all = items.len() - before;
        match older {
            Some(cursor)
                if all > 0 && items.len() < BESIDE && cursor.at >= recording.started_at =>
            {
                at = Position::Before(cursor);
            }
            _ => break,
        }
    }
    items.truncate(BESIDE);
    items.reverse();
    Ok(items)
}

/// Events of one window from a moment on, about a megabyte of them: a session is never read whole.
pub async fn events(
    ctx: &Ctx,
    customer: CustomerId,
    id: RecordingId,
    window: &str,
    way: Way,
) -> Result<Events> {
    ctx.require(Permission::RecordingsWatch)?;
    of_customer(ctx, customer, id).await?;
    let most = RECORDING_READ_BYTES;
    let parts = ctx.store.recording_events(ctx.workspace, id, window, way, most).await?;
    let mut events = Events::default();
    for (n, part) in parts.iter().enumerate() {
        // What follows a hole is read by itself, so that the hole can be named.
        if n > 0 && part.gap {
            break;
        }
        let json = read(ctx, part).await?;
        let inner = json.strip_prefix(b"[").and_then(|e| e.strip_suffix(b"]")).unwrap_or_default();
        if events.json.is_empty() {
            events.gap = part.gap;
        } else if !inner.is_empty() {
            events.json.push(b',');
        }
        events.json.extend_from_slice(inner);
        events.last_at = events.last_at.max(Some(part.last_at));
    }
    events.json.insert(0, b'[');
    events.json.push(b']');
    Ok(events)
}

/// The unpacked events of one part.
async fn read(ctx: &Ctx, part: &Part) -> Result<Vec<u8>> {
    let length = i64::from(part.bytes);
    let bytes = read_range(&ctx.store, ctx.workspace, part.file, part.offset, length).await?;
    Ok(unpack(bytes.into()).await?)
}
