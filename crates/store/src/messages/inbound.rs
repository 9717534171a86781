//! Where an e-mail belongs.

use super::raw::StoredRaw;
use crate::{Result, Tx};
use rapport_domain::{CustomerId, MessageId, TicketId, WorkspaceId};

/// Makes two deliveries of one mail wait for each other, so that they become one message.
pub async fn lock_message_id(tx: &mut Tx, workspace: WorkspaceId, message_id: &str) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text || 'message:' || $2, 0))",
        workspace.0,
        message_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The ticket that an e-mail answers: the newest message named by In-Reply-To or References,
/// if the sender is that ticket's customer or takes part in it. Message-IDs leak and can be
/// typed into any mail, so knowing one opens no ticket.
pub async fn find_thread(
    tx: &mut Tx,
    workspace: WorkspaceId,
    sender: CustomerId,
    email: &str,
    message_ids: &[String],
) -> Result<Option<TicketId>> {
    Ok(sqlx::query_scalar!(
        r#"select t.id as "id: TicketId"
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.workspace_id = $1 and m.message_id = any($2) and (t.customer_id = $3 or exists (
            select 1 from ticket_participants p
            where p.workspace_id = t.workspace_id and p.ticket_id = t.id and p.email = $4
        ))
        order by m.sent_at desc, m.id desc limit 1"#,
        workspace.0,
        message_ids,
        sender.0,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The message with this Message-ID, and who wrote it: the same mail delivered by two ways
/// differs in its Received headers and is still one message.
pub async fn message_with_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message_id: &str,
) -> Result<Option<(StoredRaw, Option<String>)>> {
    let row = sqlx::query!(
        r#"select m.id as "message: MessageId", t.id as "ticket: TicketId", t.number,
            t.customer_id as "customer: CustomerId", m.unreadable, m.author_email
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.workspace_id = $1 and m.message_id = $2"#,
        workspace.0,
        message_id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| {
        let stored = StoredRaw {
            message: r.message,
            ticket: r.ticket,
            number: r.number,
            customer: r.customer,
            unreadable: r.unreadable,
        };
        (stored, r.author_email)
    }))
}
