//! The rows beside the files: which may be without, which still hold their bytes themselves.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{AttachmentId, Uuid, WorkspaceId};

/// A file that has a row, as checking the store needs it.
#[derive(Debug)]
pub struct Known {
    pub workspace: WorkspaceId,
    pub id: AttachmentId,
    pub size_bytes: i64,
    pub sha256: Option<Vec<u8>>,
}

/// An attachment whose bytes stand in the database still.
#[derive(Debug)]
pub struct Unmoved {
    pub workspace: WorkspaceId,
    pub id: AttachmentId,
    pub content_type: String,
    pub data: Vec<u8>,
}

impl Store {
    /// Notes files that are about to be written: should their rows never come, they are removed.
    pub async fn expect_files(&self, workspace: WorkspaceId, ids: &[AttachmentId]) -> Result<()> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        sqlx::query!(
            "insert into orphaned_files (workspace_id, id) select $1, unnest($2::uuid[])
            on conflict do nothing",
            workspace.0,
            &ids,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Files of all workspaces orphaned before an instant, oldest first.
    pub async fn orphaned_files(
        &self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, AttachmentId)>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: AttachmentId"
            from orphaned_files l
            where since < $1 and not exists (select 1 from attachments a
                where a.workspace_id = l.workspace_id and a.id = l.id)
                and not exists (select 1 from recording_chunks c
                    where c.workspace_id = l.workspace_id and c.file_id = l.id)
                and not exists (select 1 from recordings r
                    where r.workspace_id = l.workspace_id and r.file_id = l.id)
                and not exists (select 1 from users u
                    where u.workspace_id = l.workspace_id and u.picture_id = l.id)
            order by since limit $2"#,
            before,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.workspace, r.id)).collect())
    }

    /// Forgets an orphaned file that was removed.
    pub async fn forget_orphaned_file(
        &self,
        workspace: WorkspaceId,
        id: AttachmentId,
    ) -> Result<()> {
        sqlx::query!(
            "delete from orphaned_files where workspace_id = $1 and id = $2",
            workspace.0,
            id.0,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Deletes what waited for a message since before an instant, of all workspaces; answers how
    /// many files there were.
    pub async fn forget_uploads(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from attachments a using (
                select workspace_id, id from attachments
                where message_id is null and created_at < $1 limit $2
                for update skip locked
            ) old
            where a.workspace_id = old.workspace_id and a.id = old.id",
            before,
            limit,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected())
    }

    /// An attachment of any workspace whose bytes stand in the database still.
    pub async fn unmoved_file(&self) -> Result<Option<Unmoved>> {
        Ok(sqlx::query_as!(
            Unmoved,
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: AttachmentId",
                content_type, data as "data!"
            from attachments where data is not null order by workspace_id, id limit 1"#,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// Notes that the bytes of an attachment lie in the file store now.
    pub async fn moved_file(
        &self,
        file: &Unmoved,
        sha256: &[u8],
        content_type: &str,
    ) -> Result<()> {
        sqlx::query!(
            "update attachments set data = null, sha256 = $3, content_type = $4
            where workspace_id = $1 and id = $2 and data is not null",
            file.workspace.0,
            file.id.0,
            sha256,
            content_type,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Files of all workspaces that lie in the store by their rows, in order of workspace and id.
    pub async fn known_files(
        &self,
        after: (WorkspaceId, AttachmentId),
        limit: i64,
    ) -> Result<Vec<Known>> {
        Ok(sqlx::query_as!(
            Known,
            r#"select workspace_id as "workspace!: WorkspaceId", id as "id!: AttachmentId",
                size_bytes as "size_bytes!", sha256
            from (
                (select workspace_id, id, size_bytes, sha256 from attachments
                where data is null and (workspace_id, id) > ($1, $2)
                order by workspace_id, id limit $3)
                union all
                (select workspace_id, file_id, bytes, sha256 from recording_chunks
                where (workspace_id, file_id) > ($1, $2)
                order by workspace_id, file_id limit $3)
                union all
                (select workspace_id, file_id, bytes, sha256 from recordings
                where file_id is not null and not shares_file and (workspace_id, file_id) > ($1, $2)
                order by workspace_id, file_id limit $3)
                union all
                (select workspace_id, file_id, bytes, sha256 from recording_packs
                where (workspace_id, file_id) > ($1, $2)
                order by workspace_id, file_id limit $3)
                union all
                (select workspace_id, picture_id, picture_bytes, picture_sha256 from users
                where picture_id is not null and (workspace_id, picture_id) > ($1, $2)
                order by workspace_id, picture_id limit $3)
            ) known
            order by workspace_id, id limit $3"#,
            after.0.0,
            after.1.0,
            limit,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Which of these files have no row and are not known to be orphaned.
    pub async fn unknown_files(
        &self,
        files: &[(WorkspaceId, AttachmentId)],
    ) -> Result<Vec<(WorkspaceId, AttachmentId)>> {
        let (workspaces, ids): (Vec<Uuid>, Vec<Uuid>) =
            files.iter().map(|(workspace, id)| (workspace.0, id.0)).unzip();
        let rows = sqlx::query!(
            r#"select f.workspace_id as "workspace!: WorkspaceId", f.id as "id!: AttachmentId"
            from unnest($1::uuid[], $2::uuid[]) as f (workspace_id, id)
            where not exists (select 1 from attachments a
                    where a.workspace_id = f.workspace_id and a.id = f.id)
                and not exists (select 1 from recording_chunks c
                    where c.workspace_id = f.workspace_id and c.file_id = f.id)
                and not exists (select 1 from recordings r
                    where r.workspace_id = f.workspace_id and r.file_id = f.id)
                and not exists (select 1 from users u
                    where u.workspace_id = f.workspace_id and u.picture_id = f.id)
                and not exists (select 1 from orphaned_files l
                    where l.workspace_id = f.workspace_id and l.id = f.id)"#,
            &workspaces,
            &ids,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.workspace, r.id)).collect())
    }
}

/// Files that get their rows in this transaction are orphans no more.
pub async fn settle(tx: &mut Tx, workspace: WorkspaceId, ids: &[AttachmentId]) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "delete from orphaned_files where workspace_id = $1 and id = any($2)",
        workspace.0,
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
