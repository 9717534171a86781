//! What came into a ticket meanwhile.

use crate::{Result, Tx};
use rapport_domain::message::NewerMessage;
use rapport_domain::ticket::MessageKind;
use rapport_domain::{MessageId, TicketId, UserId, WorkspaceId, limits};

/// As many as anybody looks through before sending.
const SHOWN: i64 = 5;

/// The newest messages of others that came into a ticket after `seen`, oldest first: for a note
/// only colleagues' answers. By id, for a mail that took long is as new as one that was quick.
pub async fn newer(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    seen: MessageId,
    author: Option<UserId>,
    before_note: bool,
) -> Result<Vec<NewerMessage>> {
    let mut found = sqlx::query_as!(
        NewerMessage,
        r#"select id as "id: MessageId", kind as "kind: MessageKind", author_name,
            left(body_text, $6) as "excerpt!", sent_at as at
        from messages
        where workspace_id = $1 and ticket_id = $2 and id > $3
            and author_user_id is distinct from $4 and (kind = 'agent' or not $5)
        order by id desc limit $7"#,
        workspace.0,
        ticket.0,
        seen.0,
        author.map(|a| a.0),
        before_note,
        limits::NEWER_CHARS as i32,
        SHOWN,
    )
    .fetch_all(&mut **tx)
    .await?;
    found.reverse();
    Ok(found)
}
