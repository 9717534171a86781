//! Second factors: the secret behind one-time codes, recovery codes, and log-ins that wait for one.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{UserId, WorkspaceId};

/// A person's second factor.
#[derive(Debug)]
pub struct TwoFactor {
    /// Sealed to the person.
    pub secret: Vec<u8>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub last_step: i64,
    /// Wrong codes in a row, and the newest of them.
    pub wrong: i32,
    pub wrong_at: Option<DateTime<Utc>>,
}

/// What a person sees of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TwoFactorState {
    pub created_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that were not used.
    pub codes_left: i64,
}

impl Store {
    /// How far somebody is with their second factor.
    pub async fn two_factor_state(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<TwoFactorState> {
        Ok(sqlx::query_as!(
            TwoFactorState,
            r#"select created_at as "created_at?", confirmed_at, (select count(*) from recovery_codes c
                where c.workspace_id = $1 and c.user_id = $2) as "codes_left!"
            from two_factors where workspace_id = $1 and user_id = $2"#,
            workspace.0,
            user.0,
        )
        .fetch_optional(self.pool())
        .await?
        .unwrap_or_default())
    }

    /// Whether a log-in of this person needs a code.
    pub async fn needs_code(&self, workspace: WorkspaceId, user: UserId) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select from two_factors where workspace_id = $1 and user_id = $2
                and confirmed_at is not null) as "needed!""#,
            workspace.0,
            user.0,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Stores a log-in that waits for its code, and drops those that waited too long.
    pub async fn insert_challenge(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        token_hash: &[u8],
        expires_at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "with old as (
                delete from login_challenges where workspace_id = $1 and user_id = $2
                    and expires_at < now()
            )
            insert into login_challenges (workspace_id, user_id, token_hash, expires_at)
            values ($1, $2, $3, $4)",
            workspace.0,
            user.0,
            token_hash,
            expires_at,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Who waits behind a form's token, and with which address, while it is valid and they can log in.
    pub async fn challenge(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<(WorkspaceId, UserId, String)>> {
        let row = sqlx::query!(
            r#"select c.workspace_id as "workspace: WorkspaceId", c.user_id as "user: UserId", u.email
            from login_challenges c
            join users u on u.workspace_id = c.workspace_id and u.id = c.user_id
            where c.token_hash = $1 and c.expires_at > $2 and u.disabled_at is null"#,
            token_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| (r.workspace, r.user, r.email)))
    }
}

/// Begins anew with a secret that no code has confirmed yet; one that is confirmed stays. Answers
/// whether it was stored.
pub async fn begin(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    secret: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into two_factors as t (workspace_id, user_id, secret, created_at)
        values ($1, $2, $3, $4)
        on conflict (workspace_id, user_id) do update
            set secret = $3, created_at = $4, last_step = 0, wrong = 0, wrong_at = null
            where t.confirmed_at is null",
        workspace.0,
        user.0,
        secret,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A person's second factor; its row stays locked, so that a code counts once.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<Option<TwoFactor>> {
    Ok(sqlx::query_as!(
        TwoFactor,
        "select secret, confirmed_at, last_step, wrong, wrong_at from two_factors
        where workspace_id = $1 and user_id = $2 for update",
        workspace.0,
        user.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Notes that the code of a step was right.
pub async fn right(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    step: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update two_factors set last_step = $3, confirmed_at = coalesce(confirmed_at, $4),
            wrong = 0, wrong_at = null
        where workspace_id = $1 and user_id = $2",
        workspace.0,
        user.0,
        step,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes a wrong code.
pub async fn wrong(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    in_a_row: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update two_factors set wrong = $3, wrong_at = $4 where workspace_id = $1 and user_id = $2",
        workspace.0,
        user.0,
        in_a_row,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Replaces all recovery codes by these.
pub async fn set_codes(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    hashes: &[Vec<u8>],
) -> Result<()> {
    sqlx::query!(
        "delete from recovery_codes where workspace_id = $1 and user_id = $2",
        workspace.0,
        user.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into recovery_codes (workspace_id, user_id, code_hash)
        select $1, $2, hash from unnest($3::bytea[]) as h (hash)",
        workspace.0,
        user.0,
        hashes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Uses a recovery code up; answers whether it was one of theirs.
pub async fn take_code(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    hash: &[u8],
) -> Result<bool> {
    let done = sqlx::query!(
        "delete from recovery_codes where workspace_id = $1 and user_id = $2 and code_hash = $3",
        workspace.0,
        user.0,
        hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes the second factor, codes included; answers whether there was one.
pub async fn remove(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from two_factors where workspace_id = $1 and user_id = $2",
        workspace.0,
        user.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a log-in that waited: it came to its end, or was given up.
pub async fn end_challenge(tx: &mut Tx, token_hash: &[u8]) -> Result<bool> {
    let done = sqlx::query!("delete from login_challenges where token_hash = $1", token_hash)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}
