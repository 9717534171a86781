//! What changed lately, in an order that no commit can slip past.
//!
//! Triggers write the rows (`migrations/0181_topics.sql`); events are noted by what they add to
//! the counts (`timeline_batches`). Below the oldest transaction that
//! still runs nothing can appear any more: reading up to there misses nothing, whatever the
//! order of commits.

use crate::{Result, Store};
use rapport_domain::WorkspaceId;
use rapport_domain::live::{LivePosition, Topic};

/// One thing that a transaction touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub workspace: WorkspaceId,
    /// Under which it is told.
    pub topic: Topic,
    /// What pages are told.
    pub hint: String,
}

/// What was read, and how far.
#[derive(Debug)]
pub struct Changes {
    pub upto: LivePosition,
    pub rows: Vec<Change>,
    /// There were more than asked for: `rows` is a part, and all up to `upto` is passed over.
    pub cut: bool,
}

impl Store {
    /// How far a reader that starts now has come.
    pub async fn live_position(&self) -> Result<LivePosition> {
        Ok(sqlx::query_as!(
            LivePosition,
            r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "xid!",
                extract(epoch from now())::bigint as "at_s!""#,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// What was committed since `from`, of every workspace: a server has readers of all.
    pub async fn changes(&self, from: LivePosition, limit: i64) -> Result<Changes> {
        let rows = sqlx::query!(
            r#"with seen as materialized (
                select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as upto,
                    extract(epoch from now())::bigint as at_s
            ), told as (
                select c.workspace_id, c.topic, c.hint from seen s
                join changes c on c.xid >= $1 and c.xid < s.upto
                union all
                select w.workspace_id, t.topic, 'timeline ' || w.id from (
                    select distinct b.workspace_id, e.id from seen s
                    join timeline_batches b on b.xid >= $1 and b.xid < s.upto
                    cross join lateral unnest(b.customers) as e (id)
                ) w cross join lateral timeline_topics(w.workspace_id, w.id) as t (topic)
            )
            select s.upto as "upto!", s.at_s as "at_s!",
                t.workspace_id as "workspace_id?: WorkspaceId", t.topic as "topic?", t.hint as "hint?"
            from seen s left join told t on true
            limit $2"#,
            from.xid,
            limit + 1,
        )
        .fetch_all(self.pool())
        .await?;
        let upto = rows.first().map_or(from, |r| LivePosition { xid: r.upto, at_s: r.at_s });
        let rows = rows.into_iter().filter_map(|r| {
            let topic = Topic::from_stored(r.topic?);
            Some(Change { workspace: r.workspace_id?, topic, hint: r.hint? })
        });
        Ok(cut(upto, rows.collect(), limit))
    }

    /// The same for one reader of some topics.
    pub async fn changes_of(
        &self,
        workspace: WorkspaceId,
        topics: &[Topic],
        from: LivePosition,
        limit: i64,
    ) -> Result<Changes> {
        let words: Vec<String> = topics.iter().map(|t| t.as_str().to_string()).collect();
        let rows = sqlx::query!(
            r#"with seen as materialized (
                select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as upto,
                    extract(epoch from now())::bigint as at_s
            ), told as (
                select distinct c.topic, c.hint from seen s
                join changes c on c.workspace_id = $1 and c.xid >= $2 and c.xid < s.upto
                    and c.topic = any($3)
                union
                select t.topic, 'timeline ' || e.id from seen s
                join timeline_batches b on b.workspace_id = $1 and b.xid >= $2 and b.xid < s.upto
                cross join lateral unnest(b.customers) as e (id)
                cross join lateral timeline_topics(b.workspace_id, e.id) as t (topic)
                where t.topic = any($3)
            )
            select s.upto as "upto!", s.at_s as "at_s!", t.topic as "topic?", t.hint as "hint?"
            from seen s left join told t on true
            limit $4"#,
            workspace.0,
            from.xid,
            &words,
            limit + 1,
        )
        .fetch_all(self.pool())
        .await?;
        let upto = rows.first().map_or(from, |r| LivePosition { xid: r.upto, at_s: r.at_s });
        let rows = rows.into_iter().filter_map(|r| {
            Some(Change { workspace, topic: Topic::from_stored(r.topic?), hint: r.hint? })
        });
        Ok(cut(upto, rows.collect(), limit))
    }

    /// Deletes what is older than `keep_s` seconds, of every workspace, at most `limit` rows;
    /// answers how many. The oldest lie together at one end of the key.
    pub async fn sweep_changes(&self, keep_s: f64, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from changes
            where ctid = any(array(select ctid from changes order by xid limit $2))
                and at < now() - make_interval(secs => $1)",
            keep_s,
            limit,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected())
    }

    /// Which of these sessions are still good: their token hashes.
    pub async fn good_sessions(&self, token_hashes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
        Ok(sqlx::query_scalar!(
            "select s.token_hash from sessions s
            join users u on u.workspace_id = s.workspace_id and u.id = s.user_id
            where s.token_hash = any($1) and s.expires_at > now() and u.disabled_at is null",
            token_hashes,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

fn cut(upto: LivePosition, mut rows: Vec<Change>, limit: i64) -> Changes {
    let limit = usize::try_from(limit).unwrap_or(0);
    let cut = rows.len() > limit;
    rows.truncate(limit);
    Changes { upto, rows, cut }
}
