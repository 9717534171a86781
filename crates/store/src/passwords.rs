//! Passwords, and the links by which one is set anew.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{UserId, WorkspaceId};

/// Whose password a link sets.
#[derive(Debug)]
pub struct Reset {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub email: String,
}

impl Store {
    /// The hash of a person's password.
    pub async fn password_hash(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<String>> {
        Ok(sqlx::query_scalar!(
            "select password_hash from users where workspace_id = $1 and id = $2",
            workspace.0,
            user.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// Whose password the link with this hash sets, while it counts and they may log in.
    pub async fn password_reset(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Reset>> {
        Ok(sqlx::query_as!(
            Reset,
            r#"select r.workspace_id as "workspace: WorkspaceId", r.user_id as "user: UserId", u.email
            from password_resets r
            join users u on u.workspace_id = r.workspace_id and u.id = r.user_id
            where r.token_hash = $1 and r.expires_at > $2 and u.disabled_at is null"#,
            token_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// Sets the hash of a person's password.
pub async fn set(tx: &mut Tx, workspace: WorkspaceId, user: UserId, hash: &str) -> Result<()> {
    sqlx::query!(
        "update users set password_hash = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a link in the place of the person's one before.
pub async fn put_reset(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    token_hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into password_resets (workspace_id, user_id, token_hash, expires_at)
        values ($1, $2, $3, $4)
        on conflict (workspace_id, user_id) do update
        set token_hash = excluded.token_hash, expires_at = excluded.expires_at",
        workspace.0,
        user.0,
        token_hash,
        expires_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Uses a link up; answers whether it was still there.
pub async fn take_reset(tx: &mut Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "delete from password_resets where token_hash = $1 and expires_at > $2",
        token_hash,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets a person's link.
pub async fn drop_reset(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<()> {
    sqlx::query!(
        "delete from password_resets where workspace_id = $1 and user_id = $2",
        workspace.0,
        user.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
