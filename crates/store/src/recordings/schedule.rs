//! What becomes of sessions by the clock, of all workspaces: this is the server's own work.

use crate::{Result, Store};
use chrono::{DateTime, Utc};
use rapport_domain::recording::Index;
use rapport_domain::{RecordingId, WorkspaceId};
use sqlx::types::Json;

/// A session that went quiet.
#[derive(Debug)]
pub struct Due {
    pub workspace: WorkspaceId,
    pub id: RecordingId,
    pub duration_s: i64,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub index: Json<Index>,
}

/// A session that the server has to do something with.
#[derive(Debug)]
pub struct Unstored {
    pub workspace: WorkspaceId,
    pub id: RecordingId,
}

impl Store {
    /// Sessions count as running no more when nothing came since an instant; answers those.
    pub async fn quiet_recordings(&self, before: DateTime<Utc>, limit: i64) -> Result<Vec<Due>> {
        Ok(sqlx::query_as!(
            Due,
            r#"update recordings r set live = false from (
                select workspace_id, id from recordings where live and received_at < $1
                order by received_at limit $2 for update skip locked
            ) quiet
            where r.workspace_id = quiet.workspace_id and r.id = quiet.id
            returning r.workspace_id as "workspace: WorkspaceId", r.id as "id: RecordingId",
                r.duration_s, r.browser, r.os, r.index as "index: Json<Index>""#,
            before,
            limit,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Sessions to which nothing came since an instant, and that are not packed.
    pub async fn unstored_recordings(
        &self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<Unstored>> {
        Ok(sqlx::query_as!(
            Unstored,
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: RecordingId"
            from recordings where not stored and received_at < $1 order by received_at limit $2"#,
            before,
            limit,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Sessions that are older than their workspace keeps them.
    pub async fn expired_recordings(
        &self,
        now: DateTime<Utc>,
        default_days: i32,
        limit: i64,
    ) -> Result<Vec<Unstored>> {
        Ok(sqlx::query_as!(
            Unstored,
            r#"select r.workspace_id as "workspace: WorkspaceId", r.id as "id: RecordingId"
            from workspaces w
            left join recording_settings s on s.workspace_id = w.workspace_id
            join recordings r on r.workspace_id = w.workspace_id and r.started_at < $1::timestamptz
                - make_interval(days => coalesce((s.settings->>'keep_days')::int, $2::int))
            limit $3"#,
            now,
            default_days,
            limit,
        )
        .fetch_all(self.pool())
        .await?)
    }
}
