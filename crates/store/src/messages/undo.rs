//! Taking back an answer that has not left yet.

use crate::tickets::{Moved, recount};
use crate::{Result, StoreError, Tx};
use rapport_domain::{MessageId, TicketId, UserId, WorkspaceId};
use sqlx::types::Json;

/// What was taken back.
#[derive(Debug)]
pub struct Undone {
    pub ticket: TicketId,
    /// As it was typed; empty for what was passed on, which is no answer to go on with.
    pub body: String,
    /// What the message had done to its ticket; nobody knows for those of an earlier version.
    pub moved: Option<Json<Moved>>,
}

/// The ticket that a message stands in.
pub async fn ticket_of(tx: &mut Tx, workspace: WorkspaceId, id: MessageId) -> Result<TicketId> {
    sqlx::query_scalar!(
        r#"select ticket_id as "ticket: TicketId" from messages
        where workspace_id = $1 and id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)
}

/// Deletes a message that waits to leave, and lets its ticket count and show what is left.
/// The ticket has to be locked. `NotFound` when the message is no such mail, or left before.
pub async fn take_back(tx: &mut Tx, workspace: WorkspaceId, message: MessageId) -> Result<Undone> {
    let undone = sqlx::query_as!(
        Undone,
        r#"delete from messages m using outgoing_mails o
        where m.workspace_id = $1 and m.id = $2 and o.workspace_id = $1 and o.message_id = $2
            and o.attempts = 0 and o.next_attempt_at is not null
        returning m.ticket_id as "ticket: TicketId",
            case when m.forwards is null then coalesce(m.body_markdown, m.body_text) else '' end
                as "body!",
            o.moved as "moved: Json<Moved>""#,
        workspace.0,
        message.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    recount(tx, workspace, undone.ticket).await?;
    Ok(undone)
}

/// Keeps the text of an answer for the person who took it back.
pub async fn keep_returned(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    ticket: TicketId,
    body: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into returned_texts (workspace_id, user_id, ticket_id, body) values ($1, $2, $3, $4)
        on conflict (workspace_id, user_id, ticket_id)
            do update set body = excluded.body, returned_at = now()",
        workspace.0,
        user.0,
        ticket.0,
        body,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets it: they wrote the next one.
pub async fn forget_returned(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    ticket: TicketId,
) -> Result<()> {
    sqlx::query!(
        "delete from returned_texts where workspace_id = $1 and user_id = $2 and ticket_id = $3",
        workspace.0,
        user.0,
        ticket.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
