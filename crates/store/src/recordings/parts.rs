//! The bytes of a session: chunks while it runs, parts of one object afterwards.

use super::column;
use crate::{Result, Store, Tx};
use rapport_domain::recording::{Part, Way};
use rapport_domain::{AttachmentId, RecordingId, WorkspaceId};

/// A chunk, as packing needs it.
#[derive(Debug, Clone)]
pub struct ChunkRow {
    pub window_key: String,
    pub seq: i32,
    pub file: AttachmentId,
    pub first_at: i64,
    pub last_at: i64,
    pub full_at: Option<i64>,
    pub raw_bytes: i32,
}

/// A part of a packed session.
#[derive(Debug, Clone)]
pub struct NewPart {
    pub window_key: String,
    pub offset: i64,
    pub bytes: i32,
    pub raw_bytes: i32,
    pub first_at: i64,
    pub last_at: i64,
    pub full_at: Option<i64>,
    pub gap: bool,
}

impl Store {
    /// The parts of one window from a moment on, as many as unpack to `most` bytes, one at least.
    pub async fn recording_events(
        &self,
        workspace: WorkspaceId,
        id: RecordingId,
        window: &str,
        way: Way,
        most: i64,
    ) -> Result<Vec<Part>> {
        let (seek, at) = match way {
            Way::Seek(at) => (true, at),
            Way::On(at) => (false, at),
        };
        Ok(sqlx::query_as!(
            Part,
            r#"with all_parts as (
                select c.seq as n, c.file_id, 0::bigint as part_offset, c.bytes, c.raw_bytes, c.first_at,
                    c.last_at, c.full_at,
                    coalesce(c.seq > lag(c.seq) over (order by c.seq) + 1, c.seq > 0) as gap
                from recording_chunks c
                where c.workspace_id = $1 and c.recording_id = $2 and c.window_key = $3
                union all
                select p.n, r.file_id, p."offset", p.bytes, p.raw_bytes, p.first_at, p.last_at,
                    p.full_at, p.gap
                from recording_parts p join recordings r
                    on r.workspace_id = p.workspace_id and r.id = p.recording_id
                where p.workspace_id = $1 and p.recording_id = $2 and p.window_key = $3
                    and r.file_id is not null
            ), start as (
                select case when not $4 then null else coalesce(
                    (select n from all_parts where full_at <= $5 order by n desc limit 1),
                    (select n from all_parts where full_at is not null order by n limit 1),
                    0) end as n
            ), ahead as (
                select a.*, (sum(a.raw_bytes) over (order by a.n))::bigint - a.raw_bytes as before_it
                from all_parts a, start
                where case when $4 then a.n >= start.n else a.last_at > $5 end
            )
            select file_id as "file!: AttachmentId", part_offset as "offset!", bytes as "bytes!",
                raw_bytes as "raw_bytes!", first_at as "first_at!", last_at as "last_at!", gap as "gap!"
            from ahead where before_it < $6::bigint order by n limit 400"#,
            workspace.0,
            id.0,
            window,
            seek,
            at,
            most,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// First and last moment of each window.
    pub async fn recording_windows(
        &self,
        workspace: WorkspaceId,
        id: RecordingId,
    ) -> Result<Vec<(String, i64, i64)>> {
        let rows = sqlx::query!(
            r#"select window_key as "window_key!", min(first_at) as "first!", max(last_at) as "last!"
            from (
                select window_key, first_at, last_at from recording_chunks
                where workspace_id = $1 and recording_id = $2
                union all
                select window_key, first_at, last_at from recording_parts
                where workspace_id = $1 and recording_id = $2
            ) w group by window_key order by min(first_at)"#,
            workspace.0,
            id.0,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.window_key, r.first, r.last)).collect())
    }

    /// All chunks of a session, window by window in their order.
    pub async fn recording_chunks(
        &self,
        workspace: WorkspaceId,
        id: RecordingId,
    ) -> Result<Vec<ChunkRow>> {
        Ok(sqlx::query_as!(
            ChunkRow,
            r#"select window_key, seq, file_id as "file: AttachmentId", first_at, last_at, full_at,
                raw_bytes
            from recording_chunks where workspace_id = $1 and recording_id = $2
            order by window_key, seq"#,
            workspace.0,
            id.0,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// The parts of a packed session and the object in which they lie.
    pub async fn recording_parts(
        &self,
        workspace: WorkspaceId,
        id: RecordingId,
    ) -> Result<(Option<AttachmentId>, Vec<NewPart>)> {
        let file = sqlx::query_scalar!(
            r#"select file_id as "id: AttachmentId" from recordings
            where workspace_id = $1 and id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?
        .flatten();
        let parts = sqlx::query_as!(
            NewPart,
            r#"select window_key, "offset", bytes, raw_bytes, first_at, last_at, full_at, gap
            from recording_parts where workspace_id = $1 and recording_id = $2 order by n"#,
            workspace.0,
            id.0,
        )
        .fetch_all(self.pool())
        .await?;
        Ok((file, parts))
    }
}

/// Locks a session that is not packed yet, and says how many chunks it has; `None` when it is packed
/// or gone.
pub async fn lock_unstored(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RecordingId,
) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "select chunks from recordings where workspace_id = $1 and id = $2 and not stored for update",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Locks a session and answers the object that it is packed in, if it is.
pub async fn lock_stored(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RecordingId,
) -> Result<Option<AttachmentId>> {
    let found = sqlx::query_scalar!(
        r#"select file_id as "id: AttachmentId" from recordings
        where workspace_id = $1 and id = $2 for update"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.flatten())
}

/// Puts one object in the place of a session's chunks, or of its object before.
pub async fn store_packed(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RecordingId,
    file: Option<AttachmentId>,
    sha256: &[u8],
    parts: &[NewPart],
) -> Result<()> {
    sqlx::query!(
        "with gone as (
            delete from recording_chunks where workspace_id = $1 and recording_id = $2
        )
        delete from recording_parts where workspace_id = $1 and recording_id = $2",
        workspace.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"insert into recording_parts (workspace_id, recording_id, n, window_key, "offset", bytes,
            raw_bytes, first_at, last_at, full_at, gap)
        select $1, $2, p.n::int - 1, p.w, p.o, p.b, p.raw, p.first, p.last, p.full_at, p.gap
        from unnest($3::text[], $4::bigint[], $5::int[], $6::int[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bool[]) with ordinality
            as p (w, o, b, raw, first, last, full_at, gap, n)"#,
        workspace.0,
        id.0,
        &column(parts, |p| p.window_key.clone()),
        &column(parts, |p| p.offset),
        &column(parts, |p| p.bytes),
        &column(parts, |p| p.raw_bytes),
        &column(parts, |p| p.first_at),
        &column(parts, |p| p.last_at),
        &column(parts, |p| p.full_at) as _,
        &column(parts, |p| p.gap),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update recordings set stored = true, file_id = $3, sha256 = $4, bytes = $5, shares_file = false
        where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        file.map(|f| f.0),
        sha256,
        parts.iter().map(|p| i64::from(p.bytes)).sum::<i64>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
