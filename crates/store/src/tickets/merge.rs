//! Putting one ticket's messages into another, and parting them again; giving a ticket to
//! another customer. All of it on tickets that the caller has locked.

use super::recount::recount;
use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::ticket::Status;
use rapport_domain::{CustomerId, TicketId, WorkspaceId};

/// Whose ticket it is, by its number.
pub async fn customer_of(tx: &mut Tx, workspace: WorkspaceId, number: i64) -> Result<CustomerId> {
    let found = sqlx::query_scalar!(
        r#"select customer_id as "id: CustomerId" from tickets
        where workspace_id = $1 and number = $2"#,
        workspace.0,
        number,
    )
    .fetch_optional(&mut **tx)
    .await?;
    found.ok_or(StoreError::NotFound)
}

/// Whether other tickets were merged into this one.
pub async fn has_taken_in(tx: &mut Tx, workspace: WorkspaceId, ticket: TicketId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from tickets where workspace_id = $1 and merged_into = $2)
            as "exists!""#,
        workspace.0,
        ticket.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Moves messages and participants of `source` to `target`, and remembers where they came from.
/// The caller closes `source` afterwards.
pub async fn take_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    source: TicketId,
    target: TicketId,
) -> Result<()> {
    sqlx::query!(
        "update tickets set merged_into = $3, status_before_merge = status, split_from = null
        where workspace_id = $1 and id = $2",
        workspace.0,
        source.0,
        target.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update messages set ticket_id = $3, merged_from = $2, split_from = null
        where workspace_id = $1 and ticket_id = $2",
        workspace.0,
        source.0,
        target.0,
    )
    .execute(&mut **tx)
    .await?;
    take_participants(tx, workspace, source, target, Some(source)).await?;
    recount(tx, workspace, source).await?;
    recount(tx, workspace, target).await
}

/// Lets whoever takes part in `source` take part in `target` too; `merged_from` says which ticket
/// takes them along when the two are parted again.
pub(super) async fn take_participants(
    tx: &mut Tx,
    workspace: WorkspaceId,
    source: TicketId,
    target: TicketId,
    merged_from: Option<TicketId>,
) -> Result<()> {
    sqlx::query!(
        "insert into ticket_participants (workspace_id, ticket_id, email, name, proven, merged_from)
        select workspace_id, $3, email, name, proven, $4 from ticket_participants
        where workspace_id = $1 and ticket_id = $2 order by email on conflict do nothing",
        workspace.0,
        source.0,
        target.0,
        merged_from.map(|ticket| ticket.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a merge back; answers the ticket that had taken `source` in, and the status that
/// `source` had.
pub async fn part(
    tx: &mut Tx,
    workspace: WorkspaceId,
    source: TicketId,
) -> Result<(TicketId, Status)> {
    let row = sqlx::query!(
        r#"update tickets t set merged_into = null, status_before_merge = null
        from (select merged_into, status_before_merge from tickets
            where workspace_id = $1 and id = $2) was
        where t.workspace_id = $1 and t.id = $2 and was.merged_into is not null
        returning was.merged_into as "target!: TicketId",
            coalesce(was.status_before_merge, 'open') as "status!: Status""#,
        workspace.0,
        source.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    sqlx::query!(
        "update messages set ticket_id = $2, merged_from = null
        where workspace_id = $1 and merged_from = $2",
        workspace.0,
        source.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from ticket_participants
        where workspace_id = $1 and ticket_id = $2 and merged_from = $3",
        workspace.0,
        row.target.0,
        source.0,
    )
    .execute(&mut **tx)
    .await?;
    recount(tx, workspace, source).await?;
    recount(tx, workspace, row.target).await?;
    Ok((row.target, row.status))
}

/// Gives a ticket to another customer, with all that the timeline says of it. Both customers
/// are locked by the caller, who also keeps their counts of tickets.
pub async fn give_to_customer(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    from: CustomerId,
    to: CustomerId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update tickets set customer_id = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        ticket.0,
        to.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "with moved as (
            update timeline_events set customer_id = $4
            where workspace_id = $1 and ticket_id = $2 and customer_id = $3
            returning id, kind, occurred_at
        ), pins as (
            update timeline_pins p set customer_id = $4 from moved
            where p.workspace_id = $1 and p.customer_id = $3 and p.event_id = moved.id
        ), sums as (
            select kind, (occurred_at at time zone 'utc')::date as day, count(*)::int as n
            from moved group by kind, day
        ), batch as (
            insert into timeline_batches (workspace_id, customers, kinds, days, n)
            select $1, array_agg(customer_id), array_agg(kind), array_agg(day), array_agg(n)
            from (
                select $3::uuid as customer_id, kind, day, -n as n from sums
                union all select $4::uuid, kind, day, n from sums
            ) both_ways having count(*) > 0
        )
        update customers set last_activity_at = greatest(last_activity_at, $5)
        where workspace_id = $1 and id = $4",
        workspace.0,
        ticket.0,
        from.0,
        to.0,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
