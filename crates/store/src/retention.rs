//! Deleting events that a workspace keeps for a limited time.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::timeline::EventKind;
use rapport_domain::{Uuid, WorkspaceId};

/// Streams, of customers and accounts, looked at in one pass.
const STREAMS: i64 = 500;

impl Store {
    /// The kinds that expire in a workspace, and after how many days.
    pub async fn retention(&self, workspace: WorkspaceId) -> Result<Vec<(EventKind, i32)>> {
        let rows = sqlx::query!(
            r#"select kind as "kind: EventKind", days from event_retention where workspace_id = $1"#,
            workspace.0,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.kind, r.days)).collect())
    }

    /// The same of all workspaces: this is the server tidying up.
    pub async fn retentions(&self) -> Result<Vec<(WorkspaceId, EventKind, i32)>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", kind as "kind: EventKind", days
            from event_retention order by workspace_id, kind"#,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.workspace, r.kind, r.days)).collect())
    }

    /// Deletes up to `limit` events of a kind before `before`, of the next customers and
    /// accounts after the id `after`; keeps counts and days. Answers how many, and the last id
    /// looked at.
    pub async fn expire_events(
        &self,
        workspace: WorkspaceId,
        kind: EventKind,
        before: DateTime<Utc>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<(i64, Option<Uuid>)> {
        let row = sqlx::query!(
            r#"with streams as materialized (
                (
                    select id from customers
                    where workspace_id = $1 and ($4::uuid is null or id > $4) order by id limit $6
                )
                union all (
                    select id from accounts
                    where workspace_id = $1 and ($4::uuid is null or id > $4) order by id limit $6
                )
                order by id limit $6
            ), old as (
                select e.* from streams cross join lateral (
                    select customer_id, occurred_at, id from timeline_events
                    where workspace_id = $1 and customer_id = streams.id and kind = $2
                        and occurred_at < $3
                    order by occurred_at limit $5
                ) e limit $5
            ), gone as (
                delete from timeline_events e using old
                where e.workspace_id = $1 and e.customer_id = old.customer_id and e.kind = $2
                    and e.occurred_at = old.occurred_at and e.id = old.id
                returning e.customer_id, (e.occurred_at at time zone 'utc')::date as day
            ), fewer as (
                insert into timeline_batches (workspace_id, customers, kinds, days, n)
                select $1, array_agg(customer_id), array_agg($2::text), array_agg(day),
                    array_agg(-n)
                from (
                    select customer_id, day, count(*)::int as n from gone group by customer_id, day
                ) sums having count(*) > 0
            )
            select (select count(*) from gone) as "deleted!",
                (select id from streams order by id desc limit 1) as "last?""#,
            workspace.0,
            kind.as_str(),
            before,
            after,
            limit,
            STREAMS,
        )
        .fetch_one(self.pool())
        .await?;
        Ok((row.deleted, row.last))
    }
}

/// Sets how many days a kind is kept; `None` is for ever.
pub async fn set(
    tx: &mut Tx,
    workspace: WorkspaceId,
    kind: EventKind,
    days: Option<i32>,
) -> Result<()> {
    sqlx::query!(
        "with forever as (
            delete from event_retention where workspace_id = $1 and kind = $2 and $3::int is null
        )
        insert into event_retention (workspace_id, kind, days)
        select $1, $2, $3 where $3::int is not null
        on conflict (workspace_id, kind) do update set days = excluded.days",
        workspace.0,
        kind.as_str(),
        days,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
