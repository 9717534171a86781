//! Passkeys: those that people have, and one that is about to be added. Log-ins by them are in
//! [`log_in`].

pub mod log_in;

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::people::PasskeyRow;
use rapport_domain::{PasskeyId, UserId, WorkspaceId, limits};
use serde_json::Value;

/// A passkey that is added.
#[derive(Debug)]
pub struct NewPasskey<'a> {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub id: PasskeyId,
    pub name: &'a str,
    pub rp_id: &'a str,
    pub credential_id: &'a [u8],
    pub credential: Value,
    pub now: DateTime<Utc>,
}

/// What a device is asked for a new passkey, and what its answer is held against.
#[derive(Debug)]
pub struct PasskeySetup {
    pub options: Value,
    pub state: Value,
    pub expires_at: DateTime<Utc>,
}

/// How somebody can prove that it is still them.
#[derive(Debug)]
pub struct Standing {
    /// When this session began.
    pub since: DateTime<Utc>,
    /// They come by single sign-on, and may know no password.
    pub sso: bool,
}

impl Store {
    /// Somebody's passkeys, the oldest first.
    pub async fn passkeys_of(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Vec<PasskeyRow>> {
        Ok(sqlx::query_as!(
            PasskeyRow,
            r#"select id as "id: PasskeyId", name, rp_id, created_at, last_used_at from passkeys
            where workspace_id = $1 and user_id = $2 order by created_at, id limit $3"#,
            workspace.0,
            user.0,
            limits::PASSKEYS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// What devices call those of them that work at this domain.
    pub async fn passkey_credentials(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        rp_id: &str,
    ) -> Result<Vec<Vec<u8>>> {
        Ok(sqlx::query_scalar!(
            "select credential_id from passkeys
            where workspace_id = $1 and user_id = $2 and rp_id = $3 order by created_at limit $4",
            workspace.0,
            user.0,
            rp_id,
            limits::PASSKEYS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// What somebody's device is asked for a new passkey, while the session that began it waits.
    pub async fn passkey_setup(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        session_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Value>> {
        Ok(sqlx::query_scalar!(
            "select options from passkey_setups where workspace_id = $1 and user_id = $2
                and session_hash = $3 and expires_at > $4",
            workspace.0,
            user.0,
            session_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// How fresh somebody's session is, and whether they come by single sign-on.
    pub async fn standing(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        session_hash: &[u8],
    ) -> Result<Option<Standing>> {
        Ok(sqlx::query_as!(
            Standing,
            r#"select created_at as since, exists (
                select from sso_identities i where i.workspace_id = $1 and i.user_id = $2
            ) as "sso!"
            from sessions where workspace_id = $1 and user_id = $2 and token_hash = $3"#,
            workspace.0,
            user.0,
            session_hash,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// How many passkeys somebody has; nobody adds one of theirs until the transaction ends.
pub async fn count(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<i64> {
    sqlx::query!(
        "select from users where workspace_id = $1 and id = $2 for no key update",
        workspace.0,
        user.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from passkeys where workspace_id = $1 and user_id = $2"#,
        workspace.0,
        user.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Notes what a device is asked; what it was asked before counts no longer.
pub async fn put_setup(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    session_hash: &[u8],
    setup: &PasskeySetup,
) -> Result<()> {
    sqlx::query!(
        "insert into passkey_setups
            (workspace_id, user_id, session_hash, options, state, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (workspace_id, user_id) do update
            set session_hash = $3, options = $4, state = $5, expires_at = $6",
        workspace.0,
        user.0,
        session_hash,
        setup.options,
        setup.state,
        setup.expires_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes what this session's device was asked: once.
pub async fn take_setup(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    session_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Value>> {
    Ok(sqlx::query_scalar!(
        "delete from passkey_setups where workspace_id = $1 and user_id = $2
            and session_hash = $3 and expires_at > $4
        returning state",
        workspace.0,
        user.0,
        session_hash,
        now,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Stores a passkey; the constraint `passkeys_credential` refuses one that is known already.
pub async fn insert(tx: &mut Tx, new: &NewPasskey<'_>) -> Result<()> {
    sqlx::query!(
        "insert into passkeys
            (workspace_id, user_id, id, name, rp_id, credential_id, credential, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.workspace.0,
        new.user.0,
        new.id.0,
        new.name,
        new.rp_id,
        new.credential_id,
        new.credential,
        new.now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Calls one of somebody's own otherwise; answers whether there is such a one.
pub async fn rename(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: PasskeyId,
    name: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "update passkeys set name = $4 where workspace_id = $1 and user_id = $2 and id = $3",
        workspace.0,
        user.0,
        id.0,
        name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes one of somebody's own; answers what it was called.
pub async fn remove(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "delete from passkeys where workspace_id = $1 and user_id = $2 and id = $3 returning name",
        workspace.0,
        user.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Removes all of somebody's, and one that is about to be added; answers which there were.
pub async fn remove_all(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Vec<(PasskeyId, String)>> {
    let rows = sqlx::query!(
        r#"with setup as (delete from passkey_setups where workspace_id = $1 and user_id = $2)
        delete from passkeys where workspace_id = $1 and user_id = $2
        returning id as "id: PasskeyId", name"#,
        workspace.0,
        user.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
