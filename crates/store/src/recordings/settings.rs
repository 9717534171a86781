//! What a workspace records, and whom it does not.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::recording::Settings;
use rapport_domain::{CustomerId, WorkspaceId};
use sqlx::types::Json;

impl Store {
    /// Whether somebody ever set what is recorded.
    pub async fn records(&self, workspace: WorkspaceId) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select 1 from recording_settings where workspace_id = $1) as "set!""#,
            workspace.0,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// The workspace's settings, or those that a workspace begins with.
    pub async fn recording_settings(&self, workspace: WorkspaceId) -> Result<Settings> {
        let found = sqlx::query_scalar!(
            r#"select settings as "settings: Json<Settings>" from recording_settings
            where workspace_id = $1"#,
            workspace.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(found.map(|s| s.0).unwrap_or_default())
    }

    /// Whether a customer, or anybody merged into them, refused to be recorded.
    pub async fn refuses_recording(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
    ) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (
                select 1 from recording_refusals r join customers c
                    on c.workspace_id = r.workspace_id and c.id = r.customer_id
                where r.workspace_id = $1 and (c.id = $2 or c.merged_into = $2)
            ) as "refuses!""#,
            workspace.0,
            customer.0,
        )
        .fetch_one(self.pool())
        .await?)
    }
}

impl Store {
    /// Since when the customer of a session, or anybody merged into them, does not want to be
    /// recorded.
    pub async fn session_refused(
        &self,
        workspace: WorkspaceId,
        session: &str,
    ) -> Result<Option<DateTime<Utc>>> {
        Ok(sqlx::query_scalar!(
            r#"with whose as (
                select coalesce(c.merged_into, c.id) as id from recordings r
                join customers c on c.workspace_id = r.workspace_id and c.id = r.customer_id
                where r.workspace_id = $1 and r.session_key = $2
            ), people as (
                select id from whose
                union all
                select m.id from whose w
                join customers m on m.workspace_id = $1 and m.merged_into = w.id
            )
            select min(f.at) from people p
            join recording_refusals f on f.workspace_id = $1 and f.customer_id = p.id"#,
            workspace.0,
            session,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Whether somebody deleted a session; its browser may not know it yet.
    pub async fn is_deleted_session(&self, workspace: WorkspaceId, session: &str) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (
                select 1 from deleted_recordings where workspace_id = $1 and session_key = $2
            ) as "gone!""#,
            workspace.0,
            session,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Forgets which sessions were deleted before an instant.
    pub async fn forget_deleted_sessions(&self, before: DateTime<Utc>) -> Result<()> {
        sqlx::query!("delete from deleted_recordings where at < $1", before)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

/// Sets the workspace's settings.
pub async fn set_settings(tx: &mut Tx, workspace: WorkspaceId, settings: &Settings) -> Result<()> {
    sqlx::query!(
        "insert into recording_settings (workspace_id, settings) values ($1, $2)
        on conflict (workspace_id) do update set settings = excluded.settings",
        workspace.0,
        Json(settings) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes, or forgets, that a customer is not to be recorded; those merged into them included.
pub async fn refuse(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    refuses: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    if refuses {
        sqlx::query!(
            "insert into recording_refusals (workspace_id, customer_id, at) values ($1, $2, $3)
            on conflict do nothing",
            workspace.0,
            customer.0,
            now,
        )
        .execute(&mut **tx)
        .await?;
    } else {
        sqlx::query!(
            "delete from recording_refusals r using customers c
            where r.workspace_id = $1 and c.workspace_id = $1 and c.id = r.customer_id
                and (c.id = $2 or c.merged_into = $2)",
            workspace.0,
            customer.0,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
