//! Files that wait for the message they were chosen for.

use super::FileRow;
use crate::{Result, Store, Tx};
use rapport_domain::message::UploadMode;
use rapport_domain::{AttachmentId, MessageId, TicketId, UserId, Uuid, WorkspaceId};

/// A file to keep until its message is written. Its bytes are in the file store.
#[derive(Debug)]
pub struct InsertUpload<'a> {
    pub id: AttachmentId,
    pub ticket: TicketId,
    pub user: UserId,
    pub mode: UploadMode,
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub size_bytes: i64,
    pub sha256: &'a [u8],
}

/// How much somebody has waiting: for one kind of message in a ticket, and everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    pub files: i64,
    pub bytes: i64,
    pub bytes_everywhere: i64,
}

/// Keeps a file that waits for its message.
pub async fn insert_upload(
    tx: &mut Tx,
    workspace: WorkspaceId,
    upload: &InsertUpload<'_>,
) -> Result<()> {
    sqlx::query!(
        "insert into attachments (workspace_id, id, ticket_id, uploaded_by, upload_mode, file_name,
            content_type, size_bytes, sha256)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        workspace.0,
        upload.id.0,
        upload.ticket.0,
        upload.user.0,
        upload.mode.as_str(),
        upload.file_name,
        upload.content_type,
        upload.size_bytes,
        upload.sha256,
    )
    .execute(&mut **tx)
    .await?;
    crate::files::rows::settle(tx, workspace, &[upload.id]).await
}

/// Lets the uploads of a person wait for each other until the transaction ends, so that no two
/// together pass a limit that each keeps.
pub async fn lock_uploads(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<()> {
    sqlx::query!(
        "select id from users where workspace_id = $1 and id = $2 for no key update",
        workspace.0,
        user.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// How much a person has waiting.
    pub async fn waiting_uploads(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        ticket: TicketId,
        mode: UploadMode,
    ) -> Result<Waiting> {
        let mut connection = self.pool().acquire().await?;
        waiting(&mut connection, workspace, user, ticket, mode).await
    }

    /// Deletes a file of a person's that waits; answers the number of its ticket, or `None` when
    /// there is none.
    pub async fn delete_upload(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        id: AttachmentId,
    ) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar!(
            "delete from attachments a using tickets t
            where a.workspace_id = $1 and a.id = $2 and a.uploaded_by = $3
                and a.message_id is null and t.workspace_id = $1 and t.id = a.ticket_id
            returning t.number",
            workspace.0,
            id.0,
            user.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// The same in a transaction that holds [`lock_uploads`].
pub async fn waiting(
    connection: &mut sqlx::PgConnection,
    workspace: WorkspaceId,
    user: UserId,
    ticket: TicketId,
    mode: UploadMode,
) -> Result<Waiting> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select count(*) filter (where ticket_id = $3 and upload_mode = $4) as "files!",
            coalesce(sum(size_bytes) filter (where ticket_id = $3 and upload_mode = $4), 0)::bigint
                as "bytes!",
            coalesce(sum(size_bytes), 0)::bigint as "bytes_everywhere!"
        from attachments where workspace_id = $1 and uploaded_by = $2 and message_id is null"#,
        workspace.0,
        user.0,
        ticket.0,
        mode.as_str(),
    )
    .fetch_one(connection)
    .await?)
}

/// Those of a person's waiting files that are named, locked, in the order of the list.
pub async fn lock_named_uploads(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    ticket: TicketId,
    ids: &[AttachmentId],
) -> Result<Vec<(FileRow, UploadMode)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select a.id as "id: AttachmentId", file_name, content_type, content_id, size_bytes,
            sha256, data, upload_mode as "mode!: UploadMode"
        from unnest($4::uuid[]) with ordinality as named (id, n)
        join attachments a on a.workspace_id = $1 and a.id = named.id
        where uploaded_by = $2 and ticket_id = $3 and message_id is null
        order by named.n for update of a"#,
        workspace.0,
        user.0,
        ticket.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let file = FileRow {
                id: r.id,
                file_name: r.file_name,
                content_type: r.content_type,
                content_id: r.content_id,
                size_bytes: r.size_bytes,
                sha256: r.sha256,
                data: r.data,
            };
            (file, r.mode)
        })
        .collect())
}

/// Gives waiting files to a message, in the order of the list. With a Content-ID a file stands
/// inside of the message's text.
pub async fn attach_uploads(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    files: &[(AttachmentId, Option<String>)],
) -> Result<()> {
    let (ids, content_ids): (Vec<Uuid>, Vec<Option<String>>) =
        files.iter().map(|(id, content_id)| (id.0, content_id.clone())).unzip();
    // A microsecond between two keeps the order of the list, which is read by this time.
    sqlx::query!(
        "update attachments a
        set message_id = $2, content_id = f.content_id,
            created_at = now() + f.n * interval '1 microsecond'
        from unnest($3::uuid[], $4::text[]) with ordinality as f (id, content_id, n)
        where a.workspace_id = $1 and a.id = f.id and a.message_id is null",
        workspace.0,
        message.0,
        &ids,
        &content_ids as &[Option<String>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the files of a message that is about to go, so that they wait for another one of the
/// same ticket.
pub async fn detach_uploads(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    ticket: TicketId,
    user: UserId,
) -> Result<()> {
    sqlx::query!(
        "update attachments
        set message_id = null, content_id = null, ticket_id = $3, uploaded_by = $4,
            upload_mode = 'reply'
        where workspace_id = $1 and message_id = $2",
        workspace.0,
        message.0,
        ticket.0,
        user.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
