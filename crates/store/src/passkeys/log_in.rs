//! Log-ins that wait for a passkey, and the one that answers.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{PasskeyId, UserId, WorkspaceId};
use serde_json::Value;

/// Log-ins of one browser that can wait for a passkey, as many tabs, and of all together: the oldest
/// give way.
const CHALLENGES_OF_BROWSER: i64 = 5;
const CHALLENGES_MAX: i64 = 10_000;

/// The passkey that a device answered with, and whose it is.
#[derive(Debug)]
pub struct FoundPasskey {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub email: String,
    pub id: PasskeyId,
    pub rp_id: String,
    pub credential: Value,
}

/// A log-in that waits for a passkey.
#[derive(Debug)]
pub struct PasskeyChallenge {
    /// Whose it has to be, where a password was right before.
    pub of: Option<(WorkspaceId, UserId)>,
    pub state: Value,
}

impl Store {
    /// Whether anybody has a passkey: else the login page offers none.
    pub async fn has_passkeys(&self) -> Result<bool> {
        Ok(sqlx::query_scalar!(r#"select exists (select from passkeys) as "any!""#)
            .fetch_one(self.pool())
            .await?)
    }

    /// Stores a log-in that waits for a passkey, and drops those that waited too long or are too many.
    pub async fn insert_passkey_challenge(
        &self,
        challenge: &PasskeyChallenge,
        token_hash: &[u8],
        browser_hash: &[u8],
        expires_at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "with old as (
                delete from passkey_challenges where expires_at < now()
                    or token_hash in (
                        select token_hash from passkey_challenges where browser_hash = $2
                        order by expires_at desc offset $7
                    )
                    or token_hash in (
                        select token_hash from passkey_challenges
                        order by expires_at desc offset $8
                    )
            )
            insert into passkey_challenges
                (token_hash, browser_hash, workspace_id, user_id, state, expires_at)
            values ($1, $2, $3, $4, $5, $6)",
            token_hash,
            browser_hash,
            challenge.of.map(|(workspace, _)| workspace.0),
            challenge.of.map(|(_, user)| user.0),
            challenge.state,
            expires_at,
            CHALLENGES_OF_BROWSER - 1,
            CHALLENGES_MAX - 1,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Takes a log-in that this browser began: once, whatever comes of it.
    pub async fn take_passkey_challenge(
        &self,
        token_hash: &[u8],
        browser_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<PasskeyChallenge>> {
        let row = sqlx::query!(
            r#"delete from passkey_challenges
            where token_hash = $1 and browser_hash = $2 and expires_at > $3
            returning workspace_id as "workspace: WorkspaceId", user_id as "user: UserId", state"#,
            token_hash,
            browser_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| PasskeyChallenge { of: r.workspace.zip(r.user), state: r.state }))
    }
}

/// The passkey that a device calls so, of somebody who can log in; its row stays locked, so that each
/// count of the device is compared with the one before.
pub async fn lock_by_credential(tx: &mut Tx, credential_id: &[u8]) -> Result<Option<FoundPasskey>> {
    Ok(sqlx::query_as!(
        FoundPasskey,
        r#"select p.workspace_id as "workspace: WorkspaceId", p.user_id as "user: UserId", u.email,
            p.id as "id: PasskeyId", p.rp_id, p.credential
        from passkeys p
        join users u on u.workspace_id = p.workspace_id and u.id = p.user_id
        where p.credential_id = $1 and u.disabled_at is null
        for update of p"#,
        credential_id,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Notes that it let somebody in, and what the device counted.
pub async fn used(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: PasskeyId,
    credential: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update passkeys set credential = $3, last_used_at = $4
        where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        credential,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
