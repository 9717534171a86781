//! What is known of a message that came by mail, and what mail says of messages that left.

use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::message::{HeaderLine, MailFacts};
use rapport_domain::{MessageId, WorkspaceId};
use sqlx::types::Json;

/// Keeps what is known of a mail besides its words.
pub async fn set_mail_facts(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    facts: &MailFacts,
) -> Result<()> {
    sqlx::query!(
        "update messages set mail = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        message.0,
        Json(facts) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is known of a message that came by mail.
pub async fn mail_facts(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
) -> Result<Option<MailFacts>> {
    let found = sqlx::query_scalar!(
        r#"select mail as "mail: Json<MailFacts>" from messages
        where workspace_id = $1 and id = $2"#,
        workspace.0,
        message.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.ok_or(StoreError::NotFound)?.map(|facts| facts.0))
}

/// Marks a message that left as not arrived, and why.
pub async fn set_receipt_error(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<()> {
    sqlx::query!(
        "update messages set receipt = 'error', receipt_at = $3, receipt_error = $4
        where workspace_id = $1 and id = $2",
        workspace.0,
        message.0,
        at,
        reason,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What reading a mail again found in it.
#[derive(Debug)]
pub struct Reread<'a> {
    pub author_name: &'a str,
    pub author_email: &'a str,
    pub subject: Option<&'a str>,
    pub body_text: &'a str,
    /// Cleaned already.
    pub body_html: Option<&'a str>,
    pub headers: &'a [HeaderLine],
}

/// Replaces the words of a message and takes away its files; when it was sent and where it
/// stands stay as they are. A colleague keeps the name they have here.
pub async fn replace_content(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    content: &Reread<'_>,
) -> Result<()> {
    sqlx::query!(
        "update messages set subject = $3, body_text = $4, body_html = $5, headers = $6,
            unreadable = false,
            author_name = case when author_user_id is null then $7 else author_name end,
            author_email = $8
        where workspace_id = $1 and id = $2",
        workspace.0,
        message.0,
        content.subject,
        content.body_text,
        content.body_html,
        Json(content.headers) as _,
        content.author_name,
        content.author_email,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from attachments where workspace_id = $1 and message_id = $2",
        workspace.0,
        message.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
