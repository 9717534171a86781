//! What a message carries besides its text: files, HTML, headers, the raw e-mail.

use crate::files::Bytestream;
use crate::{Result, Store, StoreError};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use rapport_domain::message::HeaderLine;
use rapport_domain::{AttachmentId, MessageId, UserId, WorkspaceId, limits};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use std::ops::Range;

/// A stored file.
#[derive(Debug, Clone)]
pub struct FileRow {
    pub id: AttachmentId,
    pub file_name: String,
    pub content_type: String,
    /// Without angle brackets, of a file that stands inside of its message.
    pub content_id: Option<String>,
    pub size_bytes: i64,
    pub sha256: Option<Vec<u8>>,
    /// The content, as long as it was not moved into the file store.
    pub data: Option<Vec<u8>>,
}

/// The cleaned HTML of a message and the pictures it shows.
#[derive(Debug)]
pub struct HtmlRow {
    pub html: String,
    /// Small inline pictures, each with a Content-ID.
    pub pictures: Vec<FileRow>,
}

impl Store {
    /// A file that came with a message, or waits for one and is the reader's own.
    pub async fn attachment(
        &self,
        workspace: WorkspaceId,
        id: AttachmentId,
        reader: Option<UserId>,
    ) -> Result<FileRow> {
        let found = sqlx::query_as!(
            FileRow,
            r#"select id as "id: AttachmentId", file_name, content_type, content_id, size_bytes,
                sha256, data
            from attachments
            where workspace_id = $1 and id = $2
                and (message_id is not null or uploaded_by = $3)"#,
            workspace.0,
            id.0,
            reader.map(|r| r.0),
        )
        .fetch_optional(self.pool())
        .await?;
        found.ok_or(StoreError::NotFound)
    }

    /// The files of a message, in the order they came.
    pub async fn message_files(
        &self,
        workspace: WorkspaceId,
        message: MessageId,
    ) -> Result<Vec<FileRow>> {
        Ok(sqlx::query_as!(
            FileRow,
            r#"select id as "id: AttachmentId", file_name, content_type, content_id, size_bytes,
                sha256, data
            from attachments
            where workspace_id = $1 and message_id = $2 order by created_at, id limit $3"#,
            workspace.0,
            message.0,
            limits::EMAIL_ATTACHMENTS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// The whole content of a file, when it is what its row says.
    pub async fn file_bytes(&self, workspace: WorkspaceId, file: &FileRow) -> Result<Bytes> {
        let bytes = match &file.data {
            Some(data) => Bytes::copy_from_slice(data),
            None => self.files().read(workspace, file.id).await.map_err(|e| lost(file, e))?,
        };
        let whole = i64::try_from(bytes.len()).is_ok_and(|n| n == file.size_bytes);
        let same = file.sha256.as_ref().is_none_or(|sha| Sha256::digest(&bytes)[..] == sha[..]);
        if whole && same { Ok(bytes) } else { Err(damaged(file.id)) }
    }

    /// The content of a file as it comes, or a part of it. A whole file that is not what its row
    /// says ends in an error before its last bytes.
    pub async fn file_stream(
        &self,
        workspace: WorkspaceId,
        file: FileRow,
        range: Option<Range<u64>>,
    ) -> Result<Bytestream> {
        if let Some(data) = file.data {
            let data = Bytes::from(data);
            let part = range.map_or(data.clone(), |r| data.slice(r.start as usize..r.end as usize));
            return Ok(stream::once(async { Ok(part) }).boxed());
        }
        let whole = range.is_none();
        let opened = self.files().open(workspace, file.id, range).await;
        let bytes = opened.map_err(|e| lost(&file, e))?;
        Ok(if whole { checked(bytes, file) } else { bytes })
    }

    /// The cleaned HTML of a message, with at most 50 pictures of at most `picture_bytes` each.
    pub async fn message_html(
        &self,
        workspace: WorkspaceId,
        id: MessageId,
        picture_bytes: i64,
    ) -> Result<HtmlRow> {
        let html = sqlx::query_scalar!(
            r#"select body_html as "html!" from messages
            where workspace_id = $1 and id = $2 and body_html is not null"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let pictures = sqlx::query_as!(
            FileRow,
            r#"select id as "id: AttachmentId", file_name, content_type, content_id, size_bytes,
                sha256, data
            from attachments
            where workspace_id = $1 and message_id = $2 and content_id is not null
                and size_bytes <= $3
                and content_type in ('image/png', 'image/jpeg', 'image/gif', 'image/webp')
            order by created_at, id limit 50"#,
            workspace.0,
            id.0,
            picture_bytes,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(HtmlRow { html, pictures })
    }

    /// Every header of a message.
    pub async fn message_headers(
        &self,
        workspace: WorkspaceId,
        id: MessageId,
    ) -> Result<Vec<HeaderLine>> {
        let found = sqlx::query_scalar!(
            r#"select headers as "headers: Json<Vec<HeaderLine>>" from messages
            where workspace_id = $1 and id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(found.ok_or(StoreError::NotFound)?.0)
    }

    /// The e-mail as it arrived.
    pub async fn message_raw(&self, workspace: WorkspaceId, id: MessageId) -> Result<Vec<u8>> {
        let found = sqlx::query_scalar!(
            "select r.raw from messages m
            join raw_emails r on r.workspace_id = m.workspace_id and r.id = m.raw_email_id
            where m.workspace_id = $1 and m.id = $2",
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?;
        found.ok_or(StoreError::NotFound)
    }
}

/// Passes a file's bytes on, the last ones only when all together are what they have to be.
fn checked(bytes: Bytestream, file: FileRow) -> Bytestream {
    let (mut hash, mut left) = (Sha256::new(), file.size_bytes);
    bytes
        .map(move |chunk| {
            let chunk = chunk?;
            hash.update(&chunk);
            left -= i64::try_from(chunk.len()).unwrap_or(i64::MAX);
            let done = left == 0;
            let differs = |sha: &Vec<u8>| hash.clone().finalize()[..] != sha[..];
            if left < 0 || (done && file.sha256.as_ref().is_some_and(differs)) {
                return Err(damaged(file.id));
            }
            Ok(chunk)
        })
        .boxed()
}

/// A row without its file is our fault, not an unknown id.
fn lost(file: &FileRow, error: StoreError) -> StoreError {
    match error {
        StoreError::NotFound => StoreError::FileLost(format!("{} is gone", file.id)),
        other => other,
    }
}

fn damaged(id: AttachmentId) -> StoreError {
    StoreError::FileLost(format!("{id} is not what was stored"))
}
