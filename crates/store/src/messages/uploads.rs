//! Files that wait for the message they were chosen for.

use super::FileRow;
use crate::{Result, Store, Tx};
use rapport_domain::message::{Attachment, MessageMode, Upload};
use rapport_domain::{
    AttachmentId, CustomerId, MessageId, TicketId, UserId, Uuid, WorkspaceId, limits,
};

/// Where a file waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadPlace {
    Ticket(TicketId),
    /// For a ticket that this customer is going to get.
    NewTicket(CustomerId),
}

impl UploadPlace {
    fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Ticket(ticket) => (Some(ticket.0), None),
            Self::NewTicket(customer) => (None, Some(customer.0)),
        }
    }
}

/// A file to keep until its message is written. Its bytes are in the file store.
#[derive(Debug)]
pub struct InsertUpload<'a> {
    pub id: AttachmentId,
    pub place: UploadPlace,
    pub user: UserId,
    pub mode: MessageMode,
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub size_bytes: i64,
    pub sha256: &'a [u8],
}

struct Uploaded {
    id: AttachmentId,
    mode: MessageMode,
    file_name: String,
    content_type: String,
    size_bytes: i64,
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
    let (ticket, customer) = upload.place.ids();
    sqlx::query!(
        "insert into attachments (workspace_id, id, ticket_id, new_ticket_of, uploaded_by,
            upload_mode, file_name, content_type, size_bytes, sha256)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        workspace.0,
        upload.id.0,
        ticket,
        customer,
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
        place: UploadPlace,
        mode: MessageMode,
    ) -> Result<Waiting> {
        let mut connection = self.pool().acquire().await?;
        waiting(&mut connection, workspace, user, place, mode).await
    }

    /// The files of a person's that wait for a ticket which a customer is going to get, oldest
    /// first.
    pub async fn uploads_for_new_ticket(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        customer: CustomerId,
    ) -> Result<Vec<Upload>> {
        let rows = sqlx::query_as!(
            Uploaded,
            r#"select id as "id: AttachmentId", upload_mode as "mode!: MessageMode", file_name,
                content_type, size_bytes
            from attachments
            where workspace_id = $1 and uploaded_by = $2 and new_ticket_of = $3
                and message_id is null
            order by created_at, id limit $4"#,
            workspace.0,
            user.0,
            customer.0,
            2 * limits::UPLOADS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?;
        let upload = |r: Uploaded| {
            let Uploaded { id, mode, file_name, content_type, size_bytes } = r;
            Upload { mode, file: Attachment { id, file_name, content_type, size_bytes, url: None } }
        };
        Ok(rows.into_iter().map(upload).collect())
    }

    /// Deletes a file of a person's that waits; false when there is none.
    pub async fn delete_upload(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        id: AttachmentId,
    ) -> Result<bool> {
        let done = sqlx::query!(
            "delete from attachments
            where workspace_id = $1 and id = $2 and uploaded_by = $3 and message_id is null",
            workspace.0,
            id.0,
            user.0,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

/// The same in a transaction that holds [`lock_uploads`].
pub async fn waiting(
    connection: &mut sqlx::PgConnection,
    workspace: WorkspaceId,
    user: UserId,
    place: UploadPlace,
    mode: MessageMode,
) -> Result<Waiting> {
    let (ticket, customer) = place.ids();
    Ok(sqlx::query_as!(
        Waiting,
        r#"select count(*) filter (where here) as "files!",
            coalesce(sum(size_bytes) filter (where here), 0)::bigint as "bytes!",
            coalesce(sum(size_bytes), 0)::bigint as "bytes_everywhere!"
        from (select size_bytes, ticket_id is not distinct from $3
                and new_ticket_of is not distinct from $4 and upload_mode = $5 as here
            from attachments where workspace_id = $1 and uploaded_by = $2 and message_id is null) a"#,
        workspace.0,
        user.0,
        ticket,
        customer,
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
    place: UploadPlace,
    ids: &[AttachmentId],
) -> Result<Vec<(FileRow, MessageMode)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let (ticket, customer) = place.ids();
    let rows = sqlx::query!(
        r#"select a.id as "id: AttachmentId", file_name, content_type, content_id, size_bytes,
            sha256, data, upload_mode as "mode!: MessageMode"
        from unnest($4::uuid[]) with ordinality as named (id, n)
        join attachments a on a.workspace_id = $1 and a.id = named.id
        where uploaded_by = $2 and ticket_id is not distinct from $3
            and new_ticket_of is not distinct from $5 and message_id is null
        order by named.n for update of a"#,
        workspace.0,
        user.0,
        ticket,
        &ids,
        customer,
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
        set message_id = $2, content_id = f.content_id, new_ticket_of = null,
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
