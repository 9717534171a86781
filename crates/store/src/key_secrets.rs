//! Rotating the secret of an API key, and how much keys are used.

use crate::api_keys::read_scopes;
use crate::{Result, Store, Tx};
use chrono::{DateTime, NaiveDate, Utc};
use rapport_domain::api_key::{KeyKind, KeyRow, OldSecret, USAGE_DAYS};
use rapport_domain::{ApiKeyId, Permission, Uuid, WorkspaceId};

/// Requests of a key on a day.
#[derive(Debug, Clone, Copy)]
pub struct KeyUse {
    pub workspace: WorkspaceId,
    pub key: ApiKeyId,
    pub day: NaiveDate,
    pub requests: i64,
}

/// A key that is about to be rotated, locked until the transaction ends.
#[derive(Debug)]
pub struct LockedKey {
    pub name: String,
    pub kind: KeyKind,
    pub prefix: String,
    pub scopes: Vec<Permission>,
    /// Old secrets that work still.
    pub old: i64,
}

/// Days that are kept.
fn days() -> i32 {
    i32::try_from(USAGE_DAYS).unwrap_or(i32::MAX)
}

impl Store {
    /// Adds to what was counted before, and forgets days of the same keys that nobody is shown. A key that is
    /// gone meanwhile is passed over.
    pub async fn add_key_usage(&self, uses: &[KeyUse]) -> Result<()> {
        let workspaces: Vec<Uuid> = uses.iter().map(|u| u.workspace.0).collect();
        let keys: Vec<Uuid> = uses.iter().map(|u| u.key.0).collect();
        let dates: Vec<NaiveDate> = uses.iter().map(|u| u.day).collect();
        let requests: Vec<i64> = uses.iter().map(|u| u.requests).collect();
        sqlx::query!(
            "with used as (
                select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[])
                    as u (workspace_id, key_id, day, requests)
            ), forgotten as (
                delete from api_key_usage o using used u
                where o.workspace_id = u.workspace_id and o.key_id = u.key_id
                    and o.day <= u.day - $5::int
            )
            insert into api_key_usage (workspace_id, key_id, day, requests)
            select u.workspace_id, u.key_id, u.day, u.requests from used u
            join api_keys k on k.workspace_id = u.workspace_id and k.id = u.key_id
            order by u.workspace_id, u.key_id, u.day
            on conflict (workspace_id, key_id, day)
                do update set requests = api_key_usage.requests + excluded.requests",
            &workspaces,
            &keys,
            &dates,
            &requests,
            days(),
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Puts beside keys their old secrets that work still, and how much they were used lately.
    pub(crate) async fn with_secrets(
        &self,
        workspace: WorkspaceId,
        mut keys: Vec<KeyRow>,
    ) -> Result<Vec<KeyRow>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.id.0).collect();
        let old = sqlx::query!(
            r#"select key_id as "key: ApiKeyId", prefix, valid_until, last_used_at
            from api_key_old_secrets
            where workspace_id = $1 and key_id = any($2) and valid_until > now()
            order by valid_until desc, rotated_at desc"#,
            workspace.0,
            &ids,
        )
        .fetch_all(self.pool())
        .await?;
        let usage = sqlx::query!(
            r#"select key_id as "key: ApiKeyId", day, requests from api_key_usage
            where workspace_id = $1 and key_id = any($2)
                and day > (now() at time zone 'UTC')::date - $3::int
            order by key_id, day"#,
            workspace.0,
            &ids,
            days(),
        )
        .fetch_all(self.pool())
        .await?;
        for key in &mut keys {
            let mine = old.iter().filter(|row| row.key == key.id);
            key.old_secrets = mine
                .map(|row| OldSecret {
                    prefix: row.prefix.clone(),
                    valid_until: row.valid_until,
                    last_used_at: row.last_used_at,
                })
                .collect();
            let mine = usage.iter().filter(|row| row.key == key.id);
            key.usage = mine.map(|row| (row.day, row.requests)).collect();
        }
        Ok(keys)
    }
}

/// Locks a key that is valid; `None` where there is none.
pub async fn lock_api_key(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<Option<LockedKey>> {
    sqlx::query!(
        "delete from api_key_old_secrets
        where workspace_id = $1 and key_id = $2 and valid_until <= $3",
        workspace.0,
        id.0,
        now,
    )
    .execute(&mut **tx)
    .await?;
    let row = sqlx::query!(
        r#"select name, kind as "kind: KeyKind", prefix, scopes,
            (select count(*) from api_key_old_secrets o
                where o.workspace_id = k.workspace_id and o.key_id = k.id) as "old!"
        from api_keys k
        where workspace_id = $1 and id = $2 and revoked_at is null
            and coalesce(expires_at > $3, true)
        for no key update"#,
        workspace.0,
        id.0,
        now,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| LockedKey {
        name: row.name,
        kind: row.kind,
        prefix: row.prefix,
        scopes: read_scopes(&row.scopes),
        old: row.old,
    }))
}

/// Gives a key another secret; the one before works until `until`.
pub async fn replace_secret(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: ApiKeyId,
    (prefix, hash): (&str, &[u8]),
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query!(
        "insert into api_key_old_secrets (workspace_id, key_id, key_hash, prefix, valid_until)
        select workspace_id, id, key_hash, prefix, $3::timestamptz from api_keys
        where workspace_id = $1 and id = $2 and $3::timestamptz is not null",
        workspace.0,
        id.0,
        until,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update api_keys set prefix = $3, key_hash = $4 where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        prefix,
        hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends all old secrets of a key; answers how many there were.
pub async fn end_old_secrets(tx: &mut Tx, workspace: WorkspaceId, id: ApiKeyId) -> Result<u64> {
    let done = sqlx::query!(
        "delete from api_key_old_secrets where workspace_id = $1 and key_id = $2",
        workspace.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
