//! The kept counts, which pages read instead of counting. Transactions note what they add, a row
//! each (`timeline_batches`); here that is added up. Until then a page adds it itself.

use crate::{Result, Store};

/// Seconds by which a customer's last activity may lag behind events that keep coming.
const LAG_S: f64 = 10.0;

impl Store {
    /// Adds what up to `limit` transactions noted to counts, days and last activity, of every
    /// workspace: this is the server's own work. Answers how many those were; another server
    /// that does it at this moment makes it 0.
    pub async fn count_batches(&self, limit: i64) -> Result<i64> {
        // The lock spares waiting; that nothing is counted twice lies in `counted`. A customer
        // whose row somebody holds is being touched by them.
        Ok(sqlx::query_scalar!(
            r#"with turn as materialized (
                select pg_try_advisory_xact_lock(hashtextextended('timeline_batches', 0)) as mine
            ), due as materialized (
                update timeline_batches b set counted = true from (
                    select b.workspace_id, b.id from turn, timeline_batches b
                    where turn.mine and not b.counted order by b.id limit $1 for update of b
                ) d
                where b.workspace_id = d.workspace_id and b.id = d.id
                returning b.workspace_id, b.at, b.customers, b.kinds, b.days, b.n, b.latest
            ), each as materialized (
                select due.workspace_id, u.*, case when u.latest < due.at then u.latest
                    when u.latest is not null then due.at end as active_at
                from due cross join lateral unnest(due.customers, due.kinds, due.days, due.n,
                    due.latest) as u (customer_id, kind, day, n, latest)
            ), counts as (
                insert into timeline_counts as c (workspace_id, customer_id, kind, n)
                select workspace_id, customer_id, kind, sum(n) from each group by 1, 2, 3
                order by 1, 2, 3
                on conflict (workspace_id, customer_id, kind) do update set n = c.n + excluded.n
            ), days as (
                insert into timeline_days as d (workspace_id, customer_id, day, n, errors)
                select workspace_id, customer_id, day, sum(n),
                    coalesce(sum(n) filter (where kind = 'error'), 0)
                from each group by 1, 2, 3 order by 1, 2, 3
                on conflict (workspace_id, customer_id, day)
                do update set n = d.n + excluded.n, errors = d.errors + excluded.errors
            ), active as materialized (
                select c.workspace_id, c.id, t.at
                from (select workspace_id, customer_id, max(active_at) as at from each
                    group by 1, 2) t
                join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
                    and c.last_activity_at < t.at - make_interval(secs => $2)
                for no key update of c skip locked
            ), touched as (
                update customers c set last_activity_at = a.at from active a
                where c.workspace_id = a.workspace_id and c.id = a.id
            )
            select count(*) as "n!" from due"#,
            limit,
            LAG_S,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Deletes up to `limit` of what was counted and is older than `keep_s` seconds, of every
    /// workspace; answers how many.
    pub async fn sweep_batches(&self, keep_s: f64, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from timeline_batches
            where ctid = any(array(select ctid from timeline_batches order by xid limit $2))
                and counted and at < now() - make_interval(secs => $1)",
            keep_s,
            limit,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected())
    }
}
