//! What a message carries besides its text: files, HTML, headers, the raw e-mail.

use crate::{Result, Store, StoreError};
use rapport_domain::message::HeaderLine;
use rapport_domain::{AttachmentId, MessageId, WorkspaceId};
use sqlx::types::Json;

/// A stored file.
#[derive(Debug)]
pub struct FileRow {
    pub file_name: String,
    pub content_type: String,
    pub data: Vec<u8>,
}

/// The cleaned HTML of a message and the pictures it shows.
#[derive(Debug)]
pub struct HtmlRow {
    pub html: String,
    /// Content-ID, media type and content of small inline pictures.
    pub pictures: Vec<(String, String, Vec<u8>)>,
}

impl Store {
    /// A file that came with a message.
    pub async fn attachment(&self, workspace: WorkspaceId, id: AttachmentId) -> Result<FileRow> {
        let found = sqlx::query_as!(
            FileRow,
            "select file_name, content_type, data from attachments
            where workspace_id = $1 and id = $2",
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?;
        found.ok_or(StoreError::NotFound)
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
        let rows = sqlx::query!(
            r#"select content_id as "content_id!", content_type, data from attachments
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
        let pictures = rows.into_iter().map(|r| (r.content_id, r.content_type, r.data)).collect();
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
