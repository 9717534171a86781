//! The sealed keys that sign the addresses in our mails.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{Uuid, WorkspaceId};

/// Keys of one workspace that count, at the most.
const KEYS: i64 = 10;
/// Workspaces whose open key is sealed in one round.
const ROUND: i64 = 100;

/// A sealed key.
#[derive(Debug, Clone)]
pub struct LinkKey {
    pub id: Uuid,
    pub sealed_key: Vec<u8>,
    pub retires_at: Option<DateTime<Utc>>,
}

impl Store {
    /// The keys that count at `now`, the newest first.
    pub async fn link_keys(
        &self,
        workspace: WorkspaceId,
        now: DateTime<Utc>,
    ) -> Result<Vec<LinkKey>> {
        Ok(sqlx::query_as!(
            LinkKey,
            "select id, sealed_key, retires_at from link_keys
            where workspace_id = $1 and (retires_at is null or retires_at > $2)
            order by id desc limit $3",
            workspace.0,
            now,
            KEYS,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Workspaces whose key lies open, as it did before keys were sealed.
    pub async fn open_mail_keys(&self) -> Result<Vec<(WorkspaceId, Vec<u8>)>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", mail_key as "mail_key!"
            from workspaces where mail_key is not null limit $1"#,
            ROUND
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| (row.workspace, row.mail_key)).collect())
    }

    /// All workspaces, for what whoever runs the server does to each.
    pub async fn workspaces(&self) -> Result<Vec<WorkspaceId>> {
        Ok(sqlx::query_scalar!(
            r#"select workspace_id as "id: WorkspaceId" from workspaces order by 1 limit 10000"#
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, workspace: WorkspaceId, id: Uuid, sealed: &[u8]) -> Result<()> {
    sqlx::query!(
        "insert into link_keys (workspace_id, id, sealed_key) values ($1, $2, $3)",
        workspace.0,
        id,
        sealed,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets every key retire at `retires_at` at the latest; those past it are deleted.
pub async fn retire(tx: &mut Tx, workspace: WorkspaceId, retires_at: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update link_keys set retires_at = $2
        where workspace_id = $1 and (retires_at is null or retires_at > $2)",
        workspace.0,
        retires_at,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from link_keys where workspace_id = $1 and retires_at <= now()",
        workspace.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the key that lay open; false when another server did it before.
pub async fn forget_open_key(tx: &mut Tx, workspace: WorkspaceId) -> Result<bool> {
    let done = sqlx::query!(
        "update workspaces set mail_key = null where workspace_id = $1 and mail_key is not null",
        workspace.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
