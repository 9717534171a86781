//! What became of a mail at its recipients.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::message::DeliveryState;
use rapport_domain::ticket::Receipt;
use rapport_domain::{MessageId, WorkspaceId};

/// News of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub email: String,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub smtp_code: Option<i16>,
}

/// A mail's recipients as they stand, and whether a person opened it.
#[derive(Debug)]
pub struct Standing {
    pub recipients: Vec<News>,
    pub opened: bool,
}

/// Locks a mail's message and answers how it stands; `None` when there is no such mail.
pub async fn lock(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
) -> Result<Option<Standing>> {
    let found = sqlx::query_scalar!(
        r#"select exists (select 1 from message_opens o
            where o.workspace_id = m.workspace_id and o.message_id = m.id and not o.machine)
            as "opened!"
        from messages m where m.workspace_id = $1 and m.id = $2 for update"#,
        workspace.0,
        message.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(opened) = found else { return Ok(None) };
    let recipients = sqlx::query_as!(
        News,
        r#"select email, state as "state: DeliveryState", reason, smtp_code from deliveries
        where workspace_id = $1 and message_id = $2 order by role desc, email"#,
        workspace.0,
        message.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok((!recipients.is_empty()).then_some(Standing { recipients, opened }))
}

/// Writes news of one recipient.
pub async fn set(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    news: &News,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update deliveries set state = $4, at = $5, reason = $6, smtp_code = $7
        where workspace_id = $1 and message_id = $2 and email = $3",
        workspace.0,
        message.0,
        news.email,
        news.state.as_str(),
        at,
        news.reason,
        news.smtp_code,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what the recipients make of the message. A receipt that stays keeps its time.
pub async fn set_receipt(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    receipt: Receipt,
    at: DateTime<Utc>,
    error: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update messages set receipt_error = $5,
            receipt_at = case when receipt is distinct from $3 then $4 else receipt_at end,
            receipt = $3
        where workspace_id = $1 and id = $2",
        workspace.0,
        message.0,
        receipt.as_str(),
        at,
        error,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes the end of an attempt: when the next one is, if there is one, and whether the server
/// answered clearly.
pub async fn end_attempt(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    next: Option<DateTime<Utc>>,
    clear: bool,
) -> Result<()> {
    sqlx::query!(
        "update outgoing_mails set attempts = attempts + 1, next_attempt_at = $3,
            unclear = case when $4 then 0 else unclear end
        where workspace_id = $1 and message_id = $2",
        workspace.0,
        message.0,
        next,
        clear,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The mail of ours with this Message-ID.
pub async fn find_mail(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message_id: &str,
) -> Result<Option<MessageId>> {
    Ok(sqlx::query_scalar!(
        r#"select m.id as "id: MessageId" from messages m
        join outgoing_mails o on o.workspace_id = m.workspace_id and o.message_id = m.id
        where m.workspace_id = $1 and m.message_id = $2"#,
        workspace.0,
        message_id,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Notes that a mail was opened.
pub async fn record_open(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    machine: bool,
    user_agent: &str,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into message_opens
            (workspace_id, message_id, machine, first_at, last_at, user_agent)
        values ($1, $2, $3, $4, $4, $5)
        on conflict (workspace_id, message_id, machine)
            do update set last_at = $4, opens = least(message_opens.opens + 1, 1000000)",
        workspace.0,
        message.0,
        machine,
        at,
        user_agent,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// When a tracked mail was handed over; `None` when it was not, or is not tracked.
    pub async fn tracked_since(
        &self,
        workspace: WorkspaceId,
        message: MessageId,
    ) -> Result<Option<DateTime<Utc>>> {
        let found = sqlx::query_scalar!(
            "select handed_over_at from outgoing_mails
            where workspace_id = $1 and message_id = $2 and tracked",
            workspace.0,
            message.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(found.flatten())
    }
}
