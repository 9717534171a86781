//! The secrets that sign who a browser's user is.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{IdentitySecretId, WorkspaceId};

/// A sealed secret.
#[derive(Debug, Clone)]
pub struct IdentitySecret {
    pub id: IdentitySecretId,
    pub secret: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub retires_at: Option<DateTime<Utc>>,
}

/// Secrets of one workspace that count, at the most.
const SECRETS: i64 = 10;

impl Store {
    /// The secrets that count at `now`, the newest first.
    pub async fn identity_secrets(
        &self,
        workspace: WorkspaceId,
        now: DateTime<Utc>,
    ) -> Result<Vec<IdentitySecret>> {
        Ok(sqlx::query_as!(
            IdentitySecret,
            r#"select id as "id: IdentitySecretId", secret, created_at, retires_at
            from identity_secrets
            where workspace_id = $1 and (retires_at is null or retires_at > $2)
            order by id desc limit $3"#,
            workspace.0,
            now,
            SECRETS,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Adds a secret and lets all others retire at `retires_at`; those past it are deleted.
pub async fn rotate(
    tx: &mut Tx,
    workspace: WorkspaceId,
    new: &IdentitySecret,
    retires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "delete from identity_secrets where workspace_id = $1 and retires_at < $2",
        workspace.0,
        new.created_at,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update identity_secrets set retires_at = $2
        where workspace_id = $1 and (retires_at is null or retires_at > $2)",
        workspace.0,
        retires_at,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into identity_secrets (workspace_id, id, secret, created_at)
        values ($1, $2, $3, $4)",
        workspace.0,
        new.id.0,
        new.secret,
        new.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
