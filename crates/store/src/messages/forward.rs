//! Passing a message on to others.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::message::HeaderLine;
use rapport_domain::{CustomerId, MessageId, WorkspaceId};
use sqlx::types::Json;

/// A message about to be passed on.
#[derive(Debug)]
pub struct ForwardRow {
    pub number: i64,
    pub customer: CustomerId,
    pub ticket_subject: String,
    pub subject: Option<String>,
    pub author_name: String,
    pub author_email: Option<String>,
    pub sent_at: DateTime<Utc>,
    pub body_text: String,
    pub body_markdown: Option<String>,
    /// Cleaned.
    pub body_html: Option<String>,
    pub headers: Json<Vec<HeaderLine>>,
    /// The names of its files.
    pub files: Vec<String>,
    pub files_bytes: i64,
}

impl Store {
    /// A message to pass on; internal notes stay inside.
    pub async fn to_forward(&self, workspace: WorkspaceId, id: MessageId) -> Result<ForwardRow> {
        sqlx::query_as!(
            ForwardRow,
            r#"select t.number, t.customer_id as "customer: CustomerId",
                t.subject as ticket_subject, m.subject, m.author_name, m.author_email, m.sent_at,
                m.body_text, m.body_markdown, m.body_html, m.headers as "headers: Json<Vec<HeaderLine>>",
                a.files as "files!", a.bytes as "files_bytes!"
            from messages m
            join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
            cross join lateral (
                select coalesce(array_agg(file_name order by created_at, id), '{}') as files,
                    coalesce(sum(size_bytes), 0)::bigint as bytes
                from attachments where workspace_id = $1 and message_id = m.id
            ) a
            where m.workspace_id = $1 and m.id = $2 and m.kind <> 'note'"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }
}

/// Marks a message as one that passes another on.
pub async fn set_forwards(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    forwards: MessageId,
) -> Result<()> {
    sqlx::query!(
        "update messages set forwards = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        message.0,
        forwards.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
