//! Writing messages and their files, always in the caller's transaction.

use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::message::HeaderLine;
use rapport_domain::ticket::{Channel, MessageKind, Receipt};
use rapport_domain::{
    AttachmentId, CustomerId, MessageId, RawEmailId, TicketId, UserId, WorkspaceId,
};
use sqlx::types::Json;

/// A message to insert.
#[derive(Debug)]
pub struct InsertMessage<'a> {
    pub id: MessageId,
    pub ticket: TicketId,
    pub kind: MessageKind,
    pub channel: Channel,
    pub author_user: Option<UserId>,
    pub author_customer: Option<CustomerId>,
    pub author_name: &'a str,
    pub author_email: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub body_text: &'a str,
    /// What it was written in, when it was Markdown.
    pub body_markdown: Option<&'a str>,
    /// Cleaned already.
    pub body_html: Option<&'a str>,
    pub headers: &'a [HeaderLine],
    pub message_id: Option<&'a str>,
    pub in_reply_to: Option<&'a str>,
    pub raw_email: Option<RawEmailId>,
    pub unreadable: bool,
    pub receipt: Option<Receipt>,
    pub receipt_at: Option<DateTime<Utc>>,
    pub receipt_error: Option<&'a str>,
    pub client_key: Option<&'a str>,
    pub sent_at: DateTime<Utc>,
    /// Where an answer goes, when not to its author's address.
    pub answer_to: Option<&'a str>,
    /// Who else was in To and Cc of a mail that came in, and whether its author may bring them in.
    pub addressed: &'a [String],
    pub addressed_vouched: bool,
}

/// Inserts a message; false when the ticket has one with this client key already.
///
/// The constraint `messages_message_id` refuses a Message-ID in use.
pub async fn insert_message(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: &InsertMessage<'_>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into messages (workspace_id, id, ticket_id, kind, channel, author_user_id,
            author_customer_id, author_name, author_email, subject, body_text, body_html, headers,
            message_id, in_reply_to, raw_email_id, unreadable, receipt, receipt_at, receipt_error,
            client_key, sent_at, body_markdown, answer_to, addressed,
            addressed_vouched)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, nullif($25::text[], '{}'), $26)
        on conflict (workspace_id, ticket_id, client_key) where client_key is not null do nothing",
        workspace.0,
        message.id.0,
        message.ticket.0,
        message.kind.as_str(),
        message.channel.as_str(),
        message.author_user.map(|u| u.0),
        message.author_customer.map(|c| c.0),
        message.author_name,
        message.author_email,
        message.subject,
        message.body_text,
        message.body_html,
        Json(message.headers) as _,
        message.message_id,
        message.in_reply_to,
        message.raw_email.map(|r| r.0),
        message.unreadable,
        message.receipt.map(Receipt::as_str),
        message.receipt_at,
        message.receipt_error,
        message.client_key,
        message.sent_at,
        message.body_markdown,
        message.answer_to,
        message.addressed,
        message.addressed_vouched,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The message that a form or import stored under this key before.
pub async fn find_message(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    client_key: &str,
) -> Result<Option<MessageId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: MessageId" from messages
        where workspace_id = $1 and ticket_id = $2 and client_key = $3"#,
        workspace.0,
        ticket.0,
        client_key,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// A file to insert with its message. Its bytes are in the file store.
#[derive(Debug)]
pub struct InsertAttachment<'a> {
    pub id: AttachmentId,
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub content_id: Option<&'a str>,
    pub size_bytes: i64,
    pub sha256: &'a [u8],
}

/// Inserts the files of a message.
pub async fn insert_attachments(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    files: &[InsertAttachment<'_>],
) -> Result<()> {
    for file in files {
        sqlx::query!(
            "insert into attachments (workspace_id, id, message_id, file_name, content_type,
                content_id, size_bytes, sha256)
            values ($1, $2, $3, $4, $5, $6, $7, $8)",
            workspace.0,
            file.id.0,
            message.0,
            file.file_name,
            file.content_type,
            file.content_id,
            file.size_bytes,
            file.sha256,
        )
        .execute(&mut **tx)
        .await?;
    }
    let ids: Vec<_> = files.iter().map(|f| f.id).collect();
    crate::files::rows::settle(tx, workspace, &ids).await
}

/// Where a message to a ticket goes, and who is on the other side.
#[derive(Debug)]
pub struct TicketPlace {
    pub id: TicketId,
    pub channel: Channel,
    pub version: i32,
    pub subject: String,
    /// The address or widget it came to.
    pub mailbox: Option<String>,
    pub customer: CustomerId,
    pub customer_name: String,
    pub customer_email: Option<String>,
}

/// Finds a ticket by its number, without locking it.
pub async fn ticket_place(tx: &mut Tx, workspace: WorkspaceId, number: i64) -> Result<TicketPlace> {
    let found = sqlx::query_as!(
        TicketPlace,
        r#"select t.id as "id: TicketId", t.channel as "channel: Channel", t.version,
            t.subject, t.mailbox, t.customer_id as "customer: CustomerId", c.name as customer_name,
            c.email as customer_email
        from tickets t
        join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
        where t.workspace_id = $1 and t.number = $2"#,
        workspace.0,
        number,
    )
    .fetch_optional(&mut **tx)
    .await?;
    found.ok_or(StoreError::NotFound)
}

/// Keeps the newest answer to a satisfaction survey on the ticket.
pub async fn set_csat_score(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    score: i16,
) -> Result<()> {
    sqlx::query!(
        "update tickets set csat_score = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        ticket.0,
        score,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
