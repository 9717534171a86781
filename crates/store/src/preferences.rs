//! How people like to work.

use crate::{Result, Tx};
use rapport_domain::preferences::Preferences;
use rapport_domain::{UserId, WorkspaceId};
use serde_json::Value;
use sqlx::types::Json;

/// A person's preferences, locked until the transaction ends: two tabs may change two of them.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<Preferences> {
    let stored: Value = sqlx::query_scalar!(
        "select preferences from users where workspace_id = $1 and id = $2 for no key update",
        workspace.0,
        user.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Preferences::from_stored(&stored))
}

/// Stores a person's preferences.
pub async fn set(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    preferences: &Preferences,
) -> Result<()> {
    sqlx::query!(
        "update users set preferences = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        Json(preferences) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
