//! The events of a customer who was merged for good.

use crate::{Result, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{CustomerId, WorkspaceId};

/// Moves up to `limit` events of a merged customer to the survivor, with their counts and
/// days; answers how many. With none left their recorded sessions move, and the customer counts as
/// folded.
pub async fn move_events(
    tx: &mut Tx,
    workspace: WorkspaceId,
    merged: CustomerId,
    survivor: CustomerId,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<i64> {
    let moved = sqlx::query_scalar!(
        r#"with first as (
            select kind, occurred_at, id from timeline_events
            where workspace_id = $1 and customer_id = $2
            order by kind, occurred_at, id limit $4
        ), moved as (
            update timeline_events e set customer_id = $3 from first
            where e.workspace_id = $1 and e.customer_id = $2 and e.kind = first.kind
                and e.occurred_at = first.occurred_at and e.id = first.id
            returning e.kind, (e.occurred_at at time zone 'utc')::date as day, e.id
        ), pins as (
            update timeline_pins p set customer_id = $3 from moved
            where p.workspace_id = $1 and p.customer_id = $2 and p.event_id = moved.id
        ), sums as (
            select kind, day, count(*)::int as n from moved group by kind, day
        ), batch as (
            insert into timeline_batches (workspace_id, customers, kinds, days, n)
            select $1, array_agg(customer_id), array_agg(kind), array_agg(day), array_agg(n)
            from (
                select $2::uuid as customer_id, kind, day, -n as n from sums
                union all select $3::uuid, kind, day, n from sums
            ) both_ways having count(*) > 0
        )
        select count(*) as "n!" from moved"#,
        workspace.0,
        merged.0,
        survivor.0,
        limit,
    )
    .fetch_one(&mut **tx)
    .await?;
    if moved < limit {
        sqlx::query!(
            "update recordings set customer_id = $3 where workspace_id = $1 and customer_id = $2",
            workspace.0,
            merged.0,
            survivor.0,
        )
        .execute(&mut **tx)
        .await?;
        sqlx::query!(
            "insert into recording_refusals (workspace_id, customer_id, at)
            select $1, $3, at from recording_refusals where workspace_id = $1 and customer_id = $2
            on conflict do nothing",
            workspace.0,
            merged.0,
            survivor.0,
        )
        .execute(&mut **tx)
        .await?;
        sqlx::query!(
            "update customers set folded_at = $3 where workspace_id = $1 and id = $2",
            workspace.0,
            merged.0,
            now,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(moved)
}
