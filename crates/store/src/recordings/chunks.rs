//! A session while its chunks come.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::recording::Index;
use rapport_domain::{AttachmentId, RecordingId, WorkspaceId};
use sqlx::types::Json;

/// A session that begins.
#[derive(Debug)]
pub struct NewRecording<'a> {
    pub id: RecordingId,
    pub session_key: &'a str,
    pub sender: &'a str,
    pub started_at: DateTime<Utc>,
    pub clock_offset_ms: i64,
    pub browser: Option<&'a str>,
    pub os: Option<&'a str>,
    pub device: Option<&'a str>,
    pub time_zone: Option<&'a str>,
    pub now: DateTime<Utc>,
}

/// A session, as taking in a chunk needs it.
#[derive(Debug, Clone)]
pub struct OpenRecording {
    pub id: RecordingId,
    pub sender: String,
    pub started_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub clock_offset_ms: i64,
    pub stored: bool,
    pub live: bool,
    pub told_at: DateTime<Utc>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub screen: Option<String>,
    pub windows: Vec<String>,
    pub chunks: i32,
    pub raw_bytes: i64,
    pub bytes: i64,
    pub index: Json<Index>,
}

/// A chunk whose bytes are safe.
#[derive(Debug)]
pub struct NewChunk<'a> {
    pub window: &'a str,
    pub seq: i32,
    pub file: AttachmentId,
    pub bytes: i32,
    pub raw_bytes: i32,
    pub sent_sha256: &'a [u8],
    pub sha256: &'a [u8],
    pub events: i32,
    pub first_at: i64,
    pub last_at: i64,
    pub full_at: Option<i64>,
}

impl Store {
    /// The session that a browser calls so, and whether this chunk of it is there already, with the
    /// hash of what was sent then.
    pub async fn recording_chunk(
        &self,
        workspace: WorkspaceId,
        session_key: &str,
        window: &str,
        seq: i32,
    ) -> Result<Option<(RecordingId, String, Option<Vec<u8>>)>> {
        let row = sqlx::query!(
            r#"select r.id as "id: RecordingId", r.sender, c.sent_sha256 as "sent_sha256?"
            from recordings r left join recording_chunks c on c.workspace_id = r.workspace_id
                and c.recording_id = r.id and c.window_key = $3 and c.seq = $4
            where r.workspace_id = $1 and r.session_key = $2"#,
            workspace.0,
            session_key,
            window,
            seq,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| (r.id, r.sender, r.sent_sha256)))
    }

    /// Bytes of the sessions that began since an instant.
    pub async fn recorded_bytes_since(
        &self,
        workspace: WorkspaceId,
        since: DateTime<Utc>,
    ) -> Result<i64> {
        Ok(sqlx::query_scalar!(
            r#"select coalesce(sum(bytes), 0)::bigint as "n!" from recordings
            where workspace_id = $1 and started_at >= $2"#,
            workspace.0,
            since,
        )
        .fetch_one(self.pool())
        .await?)
    }
}

/// Locks the session of this name.
pub async fn find(
    tx: &mut Tx,
    workspace: WorkspaceId,
    session_key: &str,
) -> Result<Option<OpenRecording>> {
    Ok(sqlx::query_as!(
        OpenRecording,
        r#"select id as "id: RecordingId", sender, started_at, last_at, clock_offset_ms, stored, live,
            told_at, browser, os, screen, windows, chunks, raw_bytes, bytes,
            index as "index: Json<Index>"
        from recordings where workspace_id = $1 and session_key = $2 for update"#,
        workspace.0,
        session_key,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Writes a session's row, for the customer on whose timeline its event stands; nothing happens
/// when the name is taken. Call it in a transaction of
/// [`begin_unfolded`](crate::timeline::begin_unfolded).
pub async fn insert(tx: &mut Tx, workspace: WorkspaceId, new: &NewRecording<'_>) -> Result<()> {
    sqlx::query!(
        "insert into recordings (workspace_id, id, customer_id, session_key, sender, started_at,
            last_at, clock_offset_ms, received_at, told_at, browser, os, device, time_zone)
        select $1, $2, e.customer_id, $3, $4, $5, $5, $6, $7, $7, $8, $9, $10, $11
        from timeline_events e
        where e.workspace_id = $1 and e.source = 'rapport' and e.dedupe_key = $12
        on conflict (workspace_id, session_key) do nothing",
        workspace.0,
        new.id.0,
        new.session_key,
        new.sender,
        new.started_at,
        new.clock_offset_ms,
        new.now,
        new.browser,
        new.os,
        new.device,
        new.time_zone,
        new.id.to_string(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes a chunk's row; false when it was there.
pub async fn insert_chunk(
    tx: &mut Tx,
    workspace: WorkspaceId,
    recording: RecordingId,
    new: &NewChunk<'_>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into recording_chunks (workspace_id, recording_id, window_key, seq, file_id, bytes,
            raw_bytes, sent_sha256, sha256, events, first_at, last_at, full_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing",
        workspace.0,
        recording.0,
        new.window,
        new.seq,
        new.file.0,
        new.bytes,
        new.raw_bytes,
        new.sent_sha256,
        new.sha256,
        new.events,
        new.first_at,
        new.last_at,
        new.full_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes what a chunk changed of its locked session.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    row: &OpenRecording,
    now: DateTime<Utc>,
) -> Result<()> {
    let index = &row.index.0;
    let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    sqlx::query!(
        "update recordings set started_at = $3, last_at = $4, received_at = $5, live = $6,
            told_at = $7, duration_s = $8, active_s = $9, page_views = $10, clicks = $11,
            errors = $12, rage_clicks = $13, paths = $14, screen = $15, windows = $16, chunks = $17,
            raw_bytes = $18, bytes = $19, index = $20
        where workspace_id = $1 and id = $2",
        workspace.0,
        row.id.0,
        row.started_at,
        row.last_at,
        now,
        row.live,
        row.told_at,
        (row.last_at - row.started_at).num_seconds(),
        count(index.active_s()),
        count(index.page_views),
        count(index.clicks),
        count(index.error_count),
        count(index.rage_count),
        &index.paths(),
        row.screen,
        &row.windows,
        row.chunks,
        row.raw_bytes,
        row.bytes,
        Json(index) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
