//! API keys: secret ones for servers, public ones for browsers; only hashes are stored.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::Permission;
use rapport_domain::api_key::{KeyKind, KeyRow};
use rapport_domain::session::Device;
use rapport_domain::{ApiKeyId, UserId, WorkspaceId};

pub use crate::key_secrets::{KeyUse, LockedKey, end_old_secrets, lock_api_key, replace_secret};

/// Revoked keys that the list still shows.
const REVOKED_SHOWN: i64 = 50;

/// A valid API key.
#[derive(Debug, Clone)]
pub struct ApiKey {
    pub workspace: WorkspaceId,
    pub id: ApiKeyId,
    pub name: String,
    pub kind: KeyKind,
    pub scopes: Vec<Permission>,
    pub allowed_origins: Vec<String>,
    /// When this secret of it was used last.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The hash of the secret that was sent, where that is an old one.
    pub old_secret: Option<Vec<u8>>,
}

/// A key to insert.
#[derive(Debug)]
pub struct NewApiKey<'a> {
    pub workspace: WorkspaceId,
    pub id: ApiKeyId,
    pub name: &'a str,
    pub kind: KeyKind,
    pub prefix: &'a str,
    /// SHA-256 of the key.
    pub hash: &'a [u8],
    pub scopes: &'a [Permission],
    pub allowed_origins: &'a [String],
    pub created_by: Option<UserId>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Scopes as they are stored. A word of a newer version gives no leave here.
pub(crate) fn read_scopes(words: &[String]) -> Vec<Permission> {
    words.iter().filter_map(|word| word.parse().ok()).collect()
}

impl Store {
    /// The key with this hash, unless it is revoked or expired.
    pub async fn api_key(&self, key_hash: &[u8], now: DateTime<Utc>) -> Result<Option<ApiKey>> {
        let row = sqlx::query!(
            r#"with found as (
                select workspace_id, id, last_used_at, false as old
                from api_keys where key_hash = $1
                union all
                select workspace_id, key_id, last_used_at, true
                from api_key_old_secrets where key_hash = $1 and valid_until > $2
            )
            select k.workspace_id as "workspace: WorkspaceId", k.id as "id: ApiKeyId", k.name,
                k.kind as "kind: KeyKind", k.scopes, k.allowed_origins, f.last_used_at,
                f.old as "old!"
            from found f join api_keys k on k.workspace_id = f.workspace_id and k.id = f.id
            where k.revoked_at is null and coalesce(k.expires_at > $2, true)"#,
            key_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| ApiKey {
            workspace: r.workspace,
            id: r.id,
            name: r.name,
            kind: r.kind,
            scopes: read_scopes(&r.scopes),
            allowed_origins: r.allowed_origins,
            last_used_at: r.last_used_at,
            old_secret: r.old.then(|| key_hash.to_vec()),
        }))
    }

    /// Notes that a key was used, and which old secret of it, unless somebody did within the minute.
    pub async fn api_key_used(
        &self,
        key: &ApiKey,
        from: &Device,
        now: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "with old as (
                update api_key_old_secrets set last_used_at = $3
                where workspace_id = $1 and key_id = $2 and key_hash = $6
            )
            update api_keys
            set last_used_at = $3, last_used_address = $4, last_used_agent = $5
            where workspace_id = $1 and id = $2
                and coalesce(last_used_at < $3::timestamptz - interval '1 minute', true)",
            key.workspace.0,
            key.id.0,
            now,
            from.address,
            from.agent,
            key.old_secret,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// All keys by name, then those that were revoked last.
    pub async fn api_keys(&self, workspace: WorkspaceId) -> Result<Vec<KeyRow>> {
        let rows = sqlx::query!(
            r#"select k.id as "id: ApiKeyId", k.name, k.kind as "kind: KeyKind", k.prefix, k.scopes,
                k.allowed_origins, u.name as "created_by?", k.created_at, k.expires_at,
                k.revoked_at, k.last_used_at, k.last_used_address, k.last_used_agent
            from api_keys k
            left join users u on u.workspace_id = k.workspace_id and u.id = k.created_by
            where k.workspace_id = $1 and (k.revoked_at is null or k.id in (
                select id from api_keys where workspace_id = $1 and revoked_at is not null
                order by revoked_at desc limit $2
            ))
            order by k.revoked_at desc nulls first, lower(k.name), k.id"#,
            workspace.0,
            REVOKED_SHOWN,
        )
        .fetch_all(self.pool())
        .await?;
        let rows = rows.into_iter().map(|r| KeyRow {
            scopes: read_scopes(&r.scopes),
            id: r.id,
            name: r.name,
            kind: r.kind,
            prefix: r.prefix,
            allowed_origins: r.allowed_origins,
            created_by: r.created_by,
            created_at: r.created_at,
            expires_at: r.expires_at,
            revoked_at: r.revoked_at,
            last_used_at: r.last_used_at,
            last_used_address: r.last_used_address,
            last_used_agent: r.last_used_agent,
            old_secrets: Vec::new(),
            usage: Vec::new(),
        });
        self.with_secrets(workspace, rows.collect()).await
    }
}

/// Inserts a key; the constraint `api_keys_key_hash_key` refuses one in use, `api_keys_name` a name
/// that another valid key has.
pub async fn insert_api_key(tx: &mut Tx, key: &NewApiKey<'_>) -> Result<()> {
    let scopes: Vec<String> = key.scopes.iter().map(|s| s.as_str().to_string()).collect();
    sqlx::query!(
        "insert into api_keys (workspace_id, id, name, kind, prefix, key_hash, scopes,
            allowed_origins, created_by, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        key.workspace.0,
        key.id.0,
        key.name,
        key.kind.as_str(),
        key.prefix,
        key.hash,
        &scopes,
        key.allowed_origins,
        key.created_by.map(|user| user.0),
        key.expires_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many keys are not revoked. Two who make one at once wait for each other here.
pub async fn count_api_keys(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('api_keys' || $1::text, 0))",
        workspace.0.to_string(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from api_keys where workspace_id = $1 and revoked_at is null"#,
        workspace.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Revokes a key and answers its name; `None` where there is none to revoke.
pub async fn revoke_api_key(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: ApiKeyId,
    at: DateTime<Utc>,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "update api_keys set revoked_at = $3
        where workspace_id = $1 and id = $2 and revoked_at is null returning name",
        workspace.0,
        id.0,
        at,
    )
    .fetch_optional(&mut **tx)
    .await?)
}
