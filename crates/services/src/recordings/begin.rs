//! Beginning a session: whether it is wanted, whose it is, when it began.

use super::chunk::Chunk;
use super::sent::{Sent, Taken};
use crate::ingest::{Incoming, Ingest, Item};
use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::customer::CustomerKind;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::recording::{EVENT_NAME, Index, OBJECT_TYPE, Settings};
use rapport_domain::timeline::{CustomerRef, EventKind, EventOutcome, Seen, SeenAt};
use rapport_domain::{AppError, CustomerId, Permission, RecordingId, Uuid};
use rapport_store::StoreError;
use rapport_store::recordings::{self as store, NewRecording};
use rapport_store::timeline::{self, NewEvent};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Clocks that differ by less are the same: that is how long a chunk may have waited.
const CLOCK_AGREES_MS: i64 = 10_000;
/// A session may have waited so long in a browser that was offline.
const OLDEST: TimeDelta = TimeDelta::days(2);

/// Begins a session: its event on the timeline, which finds or makes whose it is, then its row.
pub(super) async fn begin(
    ctx: &Ctx,
    ingest: &Ingest,
    settings: &Settings,
    sent: &Sent,
    chunk: &Chunk,
) -> Result<Option<Taken>> {
    if ctx.store.is_deleted_session(ctx.workspace, &sent.session).await? {
        return Ok(Some(Taken::Declined("deleted")));
    }
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
