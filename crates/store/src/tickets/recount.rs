//! What a ticket keeps of its messages, derived anew where messages moved or went away.

use crate::{Result, Tx};
use rapport_domain::{TicketId, WorkspaceId, limits};

/// Derives anew what is kept of a ticket's messages. The ticket is locked by the caller.
pub async fn recount(tx: &mut Tx, workspace: WorkspaceId, ticket: TicketId) -> Result<()> {
    sqlx::query!(
        "update tickets t set
            message_count = m.n,
            last_message_at = m.last_at,
            last_inbound_at = m.last_inbound_at,
            first_response_at = m.first_response_at,
            awaiting_since = (select min(sent_at) from messages
                where workspace_id = $1 and ticket_id = $2 and kind = 'customer'
                    and (m.last_response_at is null or sent_at > m.last_response_at)),
            last_message_text = coalesce(newest.body, ''),
            last_message_channel = newest.channel
        from (
            select count(*)::int as n, max(sent_at) as last_at,
                max(sent_at) filter (where kind = 'customer') as last_inbound_at,
                min(sent_at) filter (where kind = 'agent' and forwards is null) as first_response_at,
                max(sent_at) filter (where kind = 'agent' and forwards is null) as last_response_at
            from messages where workspace_id = $1 and ticket_id = $2
        ) m
        left join lateral (
            select left(regexp_replace(body_text, '[[:space:]]+', ' ', 'g'), $3) as body, channel
            from messages where workspace_id = $1 and ticket_id = $2
            order by sent_at desc, id desc limit 1
        ) newest on true
        where t.workspace_id = $1 and t.id = $2",
        workspace.0,
        ticket.0,
        limits::SNIPPET_CHARS as i32,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
