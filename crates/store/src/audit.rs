//! The audit log: who changed what, where no timeline tells it.

use crate::{Result, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::audit::Action;
use rapport_domain::{Uuid, WorkspaceId};

/// A line of the audit log.
#[derive(Debug)]
pub struct Entry<'a> {
    pub at: DateTime<Utc>,
    /// `user`, `api_key`, `operator` or `system`.
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub action: Action,
    /// The id or name of what was changed.
    pub object: &'a str,
    pub detail: serde_json::Value,
    /// From which address; empty where nobody is connected.
    pub address: &'a str,
}

/// Whether the log tells that this actor did `action` to `object` after `since`.
pub async fn is_told(
    tx: &mut Tx,
    workspace: WorkspaceId,
    action: Action,
    object: &str,
    actor_id: Uuid,
    since: DateTime<Utc>,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from audit_log where workspace_id = $1 and object = $2
            and action = $3 and actor_id = $4 and at > $5) as "told!""#,
        workspace.0,
        object,
        action.as_str(),
        actor_id,
        since,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Writes a line in the transaction of the change itself.
pub async fn record(tx: &mut Tx, workspace: WorkspaceId, entry: &Entry<'_>) -> Result<()> {
    sqlx::query!(
        "insert into audit_log (workspace_id, id, at, actor_kind, actor_id, action, object, detail,
            address)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        workspace.0,
        Uuid::now_v7(),
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.action.as_str(),
        entry.object,
        entry.detail,
        entry.address,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
