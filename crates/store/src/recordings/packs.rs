//! Packs: objects that several small sessions share.

use super::column;
use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{AttachmentId, RecordingId, WorkspaceId};

/// A session that goes into a pack, and by how many bytes its parts move.
#[derive(Debug)]
pub struct Moved {
    pub id: RecordingId,
    /// The object that it was in.
    pub from: AttachmentId,
    pub shift: i64,
}

/// A pack about to be made.
#[derive(Debug)]
pub struct NewPack<'a> {
    pub file: AttachmentId,
    pub bytes: i64,
    pub sha256: &'a [u8],
    pub at: DateTime<Utc>,
}

impl Store {
    /// The oldest day's small sessions of one workspace that lie in objects of their own, at most
    /// `most`; none where a day has fewer than `least`. Small is what 64 KiB hold.
    pub async fn small_recordings(
        &self,
        before: DateTime<Utc>,
        least: i64,
        most: i64,
    ) -> Result<Option<(WorkspaceId, Vec<RecordingId>)>> {
        let rows = sqlx::query!(
            r#"with small as (
                select workspace_id, id, received_at, (received_at at time zone 'utc')::date as day
                from recordings
                where stored and not shares_file and file_id is not null and bytes <= 65536
                    and received_at < $1
            ), one as (
                select workspace_id, day from small group by 1, 2 having count(*) >= $2
                order by day limit 1
            )
            select s.workspace_id as "workspace: WorkspaceId", s.id as "id: RecordingId"
            from small s join one using (workspace_id, day) order by s.received_at limit $3"#,
            before,
            least,
            most,
        )
        .fetch_all(self.pool())
        .await?;
        let workspace = rows.first().map(|row| row.workspace);
        Ok(workspace.map(|workspace| (workspace, rows.into_iter().map(|row| row.id).collect())))
    }

    /// A pack made before an instant that holds sessions which are gone.
    pub async fn thinned_pack(
        &self,
        before: DateTime<Utc>,
    ) -> Result<Option<(WorkspaceId, AttachmentId)>> {
        let row = sqlx::query!(
            r#"select p.workspace_id as "workspace: WorkspaceId", p.file_id as "file: AttachmentId"
            from recording_packs p
            where p.made_at < $1 and p.members > (
                select count(*) from recordings r
                where r.workspace_id = p.workspace_id and r.file_id = p.file_id
            )
            order by p.made_at limit 1"#,
            before,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| (row.workspace, row.file)))
    }

    /// The sessions in a pack; `None` when the file is none.
    pub async fn pack_members(
        &self,
        workspace: WorkspaceId,
        file: AttachmentId,
    ) -> Result<Option<Vec<RecordingId>>> {
        let rows = sqlx::query!(
            r#"select r.id as "id?: RecordingId"
            from recording_packs p
            left join recordings r on r.workspace_id = p.workspace_id and r.file_id = p.file_id
            where p.workspace_id = $1 and p.file_id = $2 order by r.received_at, r.id"#,
            workspace.0,
            file.0,
        )
        .fetch_all(self.pool())
        .await?;
        Ok((!rows.is_empty()).then(|| rows.into_iter().filter_map(|row| row.id).collect()))
    }
}

/// Puts sessions into a pack; false when one of them is not where it was, and then nothing counts.
pub async fn put_together(
    tx: &mut Tx,
    workspace: WorkspaceId,
    pack: &NewPack<'_>,
    sessions: &[Moved],
) -> Result<bool> {
    let moved = sqlx::query_scalar!(
        r#"with wanted as (
            select * from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as w (id, file_id, shift)
        ), moved as (
            update recordings r set file_id = $5, sha256 = null, shares_file = true from wanted w
            where r.workspace_id = $1 and r.id = w.id and r.file_id = w.file_id
            returning r.id, w.shift
        ), shifted as (
            update recording_parts p set "offset" = p."offset" + m.shift from moved m
            where p.workspace_id = $1 and p.recording_id = m.id
        )
        select count(*) as "moved!" from moved"#,
        workspace.0,
        &column(sessions, |s| s.id.0),
        &column(sessions, |s| s.from.0),
        &column(sessions, |s| s.shift),
        pack.file.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    if usize::try_from(moved) != Ok(sessions.len()) {
        return Ok(false);
    }
    sqlx::query!(
        "insert into recording_packs (workspace_id, file_id, bytes, sha256, members, made_at)
        values ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        pack.file.0,
        pack.bytes,
        pack.sha256,
        i32::try_from(sessions.len()).unwrap_or(i32::MAX),
        pack.at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// Forgets a pack in which no session is any more.
pub async fn forget_pack(tx: &mut Tx, workspace: WorkspaceId, file: AttachmentId) -> Result<()> {
    sqlx::query!(
        "delete from recording_packs where workspace_id = $1 and file_id = $2",
        workspace.0,
        file.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
