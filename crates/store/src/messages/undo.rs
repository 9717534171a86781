//! Taking back an answer that has not left yet.

use crate::tickets::recount;
use crate::{Result, StoreError, Tx};
use rapport_domain::ticket::Status;
use rapport_domain::{MessageId, TicketId, WorkspaceId};

/// What was taken back.
#[derive(Debug)]
pub struct Undone {
    pub ticket: TicketId,
    /// Empty for what was passed on: it is no answer to go on with.
    pub body_text: String,
    pub status_before: Status,
    pub status_after: Status,
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
            case when m.forwards is null then m.body_text else '' end as "body_text!",
            o.status_before as "status_before: Status", o.status_after as "status_after: Status""#,
        workspace.0,
        message.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    recount(tx, workspace, undone.ticket).await?;
    Ok(undone)
}
