//! Putting some of a ticket's messages into a new one. Both are locked by the caller.

use super::merge::take_participants;
use super::recount::recount;
use crate::{Result, Tx};
use rapport_domain::{MessageId, TicketId, WorkspaceId};

/// What is asked to be split off.
#[derive(Debug)]
pub struct Chosen {
    /// Of the chosen messages, those that stand in the ticket.
    pub found: i64,
    /// Of those, the ones that another ticket brought by a merge.
    pub merged: i64,
    /// Messages that stay.
    pub left: i64,
}

/// Looks at messages of a ticket that are to be split off.
pub async fn chosen(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    messages: &[MessageId],
) -> Result<Chosen> {
    let ids: Vec<_> = messages.iter().map(|m| m.0).collect();
    Ok(sqlx::query_as!(
        Chosen,
        r#"select count(*) filter (where id = any ($3)) as "found!",
            count(*) filter (where id = any ($3) and merged_from is not null) as "merged!",
            count(*) filter (where id <> all ($3)) as "left!"
        from messages where workspace_id = $1 and ticket_id = $2"#,
        workspace.0,
        ticket.0,
        &ids,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Moves messages from `source` to the new ticket `target`, with whoever takes part, and
/// remembers where they came from.
pub async fn split_off(
    tx: &mut Tx,
    workspace: WorkspaceId,
    source: TicketId,
    target: TicketId,
    messages: &[MessageId],
) -> Result<()> {
    let ids: Vec<_> = messages.iter().map(|m| m.0).collect();
    sqlx::query!(
        "update tickets set split_from = $2 where workspace_id = $1 and id = $3",
        workspace.0,
        source.0,
        target.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update messages set ticket_id = $3, split_from = $2
        where workspace_id = $1 and ticket_id = $2 and id = any ($4)",
        workspace.0,
        source.0,
        target.0,
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    take_participants(tx, workspace, source, target, None).await?;
    recount(tx, workspace, source).await?;
    recount(tx, workspace, target).await
}
