//! What belongs to a workspace as a whole.

use crate::{Result, Store, StoreError, Tx};
use rapport_domain::WorkspaceId;

/// What a workspace knows of its own ids and phone numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityRules {
    /// Values that identify nobody, beside those that never do.
    pub nobody_ids: Vec<String>,
    /// The country of phone numbers without one, `DE`.
    pub phone_country: Option<String>,
}

impl Store {
    /// Every workspace with its name, oldest first; a thousand at most.
    pub async fn named_workspaces(&self) -> Result<Vec<(WorkspaceId, String)>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "id: WorkspaceId", name from workspaces
            order by created_at, workspace_id limit 1000"#
        );
        let rows = rows.fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
    }

    /// How many days the event log is kept.
    pub async fn event_log_days(&self, workspace: WorkspaceId) -> Result<i32> {
        sqlx::query_scalar!(
            "select event_log_days from workspaces where workspace_id = $1",
            workspace.0
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }

    /// What the workspace knows of its own ids and phone numbers.
    pub async fn identity_rules(&self, workspace: WorkspaceId) -> Result<IdentityRules> {
        Ok(sqlx::query_as!(
            IdentityRules,
            "select nobody_ids, phone_country from workspaces where workspace_id = $1",
            workspace.0
        )
        .fetch_optional(self.pool())
        .await?
        .unwrap_or_default())
    }

    /// Whether the workspace's mails tell when they were opened.
    pub async fn open_tracking(&self, workspace: WorkspaceId) -> Result<bool> {
        sqlx::query_scalar!(
            "select open_tracking from workspaces where workspace_id = $1",
            workspace.0
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }
}

/// Sets how many days the event log is kept.
pub async fn set_event_log_days(tx: &mut Tx, workspace: WorkspaceId, days: i32) -> Result<()> {
    sqlx::query!(
        "update workspaces set event_log_days = $2 where workspace_id = $1",
        workspace.0,
        days,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Switches open tracking for mails that are written from now on.
pub async fn set_open_tracking(tx: &mut Tx, workspace: WorkspaceId, on: bool) -> Result<()> {
    sqlx::query!(
        "update workspaces set open_tracking = $2 where workspace_id = $1",
        workspace.0,
        on,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets what the workspace knows of its own ids and phone numbers.
pub async fn set_identity_rules(
    tx: &mut Tx,
    workspace: WorkspaceId,
    rules: &IdentityRules,
) -> Result<()> {
    sqlx::query!(
        "update workspaces set nobody_ids = $2, phone_country = $3 where workspace_id = $1",
        workspace.0,
        &rules.nobody_ids,
        rules.phone_country,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
