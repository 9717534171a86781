//! API keys: secret ones for servers, public ones for browsers; only hashes are stored.

use crate::{Result, Store, Tx};
use rapport_domain::{ApiKeyId, WorkspaceId};

/// A valid API key.
#[derive(Debug, Clone)]
pub struct ApiKey {
    pub workspace: WorkspaceId,
    pub id: ApiKeyId,
    pub name: String,
    /// `secret` or `public`.
    pub kind: String,
}

impl Store {
    /// The key with this hash, unless revoked.
    pub async fn api_key(&self, key_hash: &[u8]) -> Result<Option<ApiKey>> {
        Ok(sqlx::query_as!(
            ApiKey,
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: ApiKeyId", name, kind
            from api_keys where key_hash = $1 and revoked_at is null"#,
            key_hash,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// Inserts a key; the constraint `api_keys_key_hash_key` refuses one in use.
pub async fn insert_api_key(tx: &mut Tx, key: &ApiKey, key_hash: &[u8]) -> Result<()> {
    sqlx::query!(
        "insert into api_keys (workspace_id, id, name, kind, key_hash) values ($1, $2, $3, $4, $5)",
        key.workspace.0,
        key.id.0,
        key.name,
        key.kind,
        key_hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
