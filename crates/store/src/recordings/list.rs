//! Reading sessions, and what the timeline shows of them.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::recording::{Index, Recording, RecordingFilter};
use rapport_domain::{Cursor, CustomerId, RecordingId, WorkspaceId};
use serde_json::Value;
use sqlx::types::Json;

/// A row as the queries below name their columns.
struct Row {
    id: RecordingId,
    customer: CustomerId,
    started_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    live: bool,
    duration_s: i64,
    active_s: i32,
    page_views: i32,
    clicks: i32,
    errors: i32,
    rage_clicks: i32,
    paths: Vec<String>,
    browser: Option<String>,
    os: Option<String>,
    device: Option<String>,
    screen: Option<String>,
    time_zone: Option<String>,
    windows: Vec<String>,
    bytes: i64,
    clock_offset_ms: i64,
    index: Json<Index>,
}

impl From<Row> for Recording {
    fn from(r: Row) -> Self {
        Self {
            id: r.id,
            customer: r.customer,
            started_at: r.started_at,
            last_at: r.last_at,
            live: r.live,
            duration_s: r.duration_s,
            active_s: r.active_s,
            page_views: r.page_views,
            clicks: r.clicks,
            errors: r.errors,
            rage_clicks: r.rage_clicks,
            paths: r.paths,
            browser: r.browser,
            os: r.os,
            device: r.device,
            screen: r.screen,
            time_zone: r.time_zone,
            windows: r.windows,
            bytes: r.bytes,
            clock_offset_ms: r.clock_offset_ms,
            index: r.index.0,
        }
    }
}

impl Store {
    /// One session.
    pub async fn recording(&self, workspace: WorkspaceId, id: RecordingId) -> Result<Recording> {
        sqlx::query_as!(
            Row,
            r#"select id as "id: RecordingId", customer_id as "customer: CustomerId", started_at,
                last_at, live, duration_s, active_s, page_views, clicks, errors, rage_clicks, paths,
                browser, os, device, screen, time_zone, windows, bytes, clock_offset_ms,
                index as "index: Json<Index>"
            from recordings where workspace_id = $1 and id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?
        .map(Recording::from)
        .ok_or(StoreError::NotFound)
    }

    /// A customer's sessions and those of everybody merged into them, the latest first, from
    /// before `after` on.
    pub async fn recordings(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        filter: &RecordingFilter,
        after: Option<Cursor>,
        limit: i64,
    ) -> Result<Vec<Recording>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select r.id as "id: RecordingId", r.customer_id as "customer: CustomerId",
                r.started_at, r.last_at, r.live, r.duration_s, r.active_s, r.page_views, r.clicks,
                r.errors, r.rage_clicks, r.paths, r.browser, r.os, r.device, r.screen, r.time_zone,
                r.windows, r.bytes, r.clock_offset_ms, r.index as "index: Json<Index>"
            from (
                select id from customers where workspace_id = $1 and (id = $2 or merged_into = $2)
            ) who cross join lateral (
                select * from recordings s
                where s.workspace_id = $1 and s.customer_id = who.id
                    and ($3::timestamptz is null or (s.started_at, s.id) < ($3, $4))
                    and ($5::text is null or exists (
                        select 1 from unnest(s.paths) p where position($5 in lower(p)) > 0))
                    and (not $6 or s.errors > 0)
                    and ($7::int is null or s.duration_s >= $7)
                    and ($8::text is null or s.device = $8)
                    and ($9::timestamptz is null or s.last_at >= $9)
                    and ($10::timestamptz is null or s.started_at <= $10)
                order by s.started_at desc, s.id desc limit $11
            ) r
            order by r.started_at desc, r.id desc limit $11"#,
            workspace.0,
            customer.0,
            after.map(|c| c.at),
            after.map(|c| c.id),
            filter.page.as_deref().map(str::to_lowercase),
            filter.has_error,
            filter.longer_than_s,
            filter.device,
            filter.from,
            filter.to,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(Recording::from).collect())
    }

    /// The sessions before and after one of a customer's, by when they began.
    pub async fn recording_neighbours(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        at: Cursor,
    ) -> Result<(Option<RecordingId>, Option<RecordingId>)> {
        let row = sqlx::query!(
            r#"with who as (
                select id from customers where workspace_id = $1 and (id = $2 or merged_into = $2)
            )
            select (
                select r.id from who join recordings r on r.workspace_id = $1
                    and r.customer_id = who.id and (r.started_at, r.id) < ($3, $4)
                order by r.started_at desc, r.id desc limit 1
            ) as "before: RecordingId", (
                select r.id from who join recordings r on r.workspace_id = $1
                    and r.customer_id = who.id and (r.started_at, r.id) > ($3, $4)
                order by r.started_at, r.id limit 1
            ) as "after: RecordingId""#,
            workspace.0,
            customer.0,
            at.at,
            at.id,
        )
        .fetch_one(self.pool())
        .await?;
        Ok((row.before, row.after))
    }

    /// The session of a customer's that ran at an instant, the longest where several did.
    pub async fn recording_at(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        at: DateTime<Utc>,
    ) -> Result<Option<RecordingId>> {
        Ok(sqlx::query_scalar!(
            r#"select r.id as "id: RecordingId" from customers c
            join recordings r on r.workspace_id = c.workspace_id and r.customer_id = c.id
            where c.workspace_id = $1 and (c.id = $2 or c.merged_into = $2)
                and r.started_at <= $3 and r.started_at > $3 - interval '13 hours'
                and r.last_at >= $3
            order by r.duration_s desc limit 1"#,
            workspace.0,
            customer.0,
            at,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// Writes what the timeline's event of a session says, and lets open pages know.
pub async fn show(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RecordingId,
    payload: &Value,
) -> Result<()> {
    sqlx::query!(
        "with told as (
            update timeline_events set payload = $3
            where workspace_id = $1 and source = 'rapport' and dedupe_key = $2
            returning customer_id, kind, (occurred_at at time zone 'utc')::date as day
        )
        insert into timeline_batches (workspace_id, customers, kinds, days, n)
        select $1, array[customer_id], array[kind], array[day], array[0] from told",
        workspace.0,
        id.to_string(),
        payload,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes a session, and takes nothing more of it in; its bytes are removed a day later. With `and_event` nothing of it stays on
/// the timeline, else that it took place. Answers whether it was there.
pub async fn delete(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RecordingId,
    and_event: bool,
) -> Result<bool> {
    if and_event {
        sqlx::query!(
            "with gone as (
                delete from timeline_events
                where workspace_id = $1 and source = 'rapport' and dedupe_key = $2
                returning customer_id, kind, (occurred_at at time zone 'utc')::date as day
            )
            insert into timeline_batches (workspace_id, customers, kinds, days, n)
            select $1, array[customer_id], array[kind], array[day], array[-1] from gone",
            workspace.0,
            id.to_string(),
        )
        .execute(&mut **tx)
        .await?;
    } else {
        sqlx::query!(
            "update timeline_events set object_id = null
            where workspace_id = $1 and source = 'rapport' and dedupe_key = $2",
            workspace.0,
            id.to_string(),
        )
        .execute(&mut **tx)
        .await?;
    }
    let done = sqlx::query!(
        "with gone as (
            delete from recordings where workspace_id = $1 and id = $2
            returning workspace_id, session_key
        )
        insert into deleted_recordings (workspace_id, session_key, at)
        select workspace_id, session_key, now() from gone on conflict do nothing",
        workspace.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
