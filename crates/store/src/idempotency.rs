//! Answers kept under the client's Idempotency-Key, so that a retry does nothing twice.

use crate::{Result, Store};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::{ApiKeyId, WorkspaceId};

/// How long an answer is kept.
const KEEP: TimeDelta = TimeDelta::hours(24);
/// A request still unanswered after this died with its server; a retry may run.
const STUCK: TimeDelta = TimeDelta::minutes(2);

/// A key as one API key of a workspace uses it.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    pub workspace: WorkspaceId,
    pub api_key: ApiKeyId,
    pub key: String,
}

/// What is known of a key.
#[derive(Debug, PartialEq)]
pub enum Claim {
    /// Nobody used it: run the request, then [`Store::finish_idempotent`].
    New,
    /// The first request with it still runs.
    Running,
    /// The same request was answered so.
    Answered { status: u16, body: serde_json::Value },
    /// It was used for another request.
    Other,
}

impl Store {
    /// Takes the key for the request with this hash, or says who has it. Drops some old keys.
    pub async fn claim_idempotent(
        &self,
        key: &IdempotencyKey,
        request_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Claim> {
        let taken = sqlx::query!(
            "with old as (
                delete from idempotency_keys
                where (workspace_id, api_key_id, key) in (
                    select workspace_id, api_key_id, key from idempotency_keys
                    where workspace_id = $1 and created_at < $6 and key <> $3
                    order by created_at limit 100
                )
            )
            insert into idempotency_keys as k (workspace_id, api_key_id, key, request_hash, created_at)
            values ($1, $2, $3, $4, $5)
            on conflict (workspace_id, api_key_id, key) do update
                set request_hash = excluded.request_hash, created_at = excluded.created_at,
                    status = null, response = null
                where k.created_at < $6 or (k.status is null and k.created_at < $7)",
            key.workspace.0,
            key.api_key.0,
            key.key,
            request_hash,
            now,
            now - KEEP,
            now - STUCK,
        )
        .execute(self.pool())
        .await?;
        if taken.rows_affected() == 1 {
            return Ok(Claim::New);
        }
        let row = sqlx::query!(
            "select request_hash, status, response from idempotency_keys
            where workspace_id = $1 and api_key_id = $2 and key = $3",
            key.workspace.0,
            key.api_key.0,
            key.key,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(match row {
            Some(row) if row.request_hash != request_hash => Claim::Other,
            Some(row) => match (row.status.and_then(|s| u16::try_from(s).ok()), row.response) {
                (Some(status), Some(body)) => Claim::Answered { status, body },
                _ => Claim::Running,
            },
            // Released between the two statements: its request failed just now.
            None => Claim::Running,
        })
    }

    /// Keeps the answer for retries.
    pub async fn finish_idempotent(
        &self,
        key: &IdempotencyKey,
        status: u16,
        body: &serde_json::Value,
    ) -> Result<()> {
        sqlx::query!(
            "update idempotency_keys set status = $4, response = $5
            where workspace_id = $1 and api_key_id = $2 and key = $3",
            key.workspace.0,
            key.api_key.0,
            key.key,
            i16::try_from(status).unwrap_or(i16::MAX),
            body,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Gives the key back: the request failed and may be tried again.
    pub async fn release_idempotent(&self, key: &IdempotencyKey) -> Result<()> {
        sqlx::query!(
            "delete from idempotency_keys
            where workspace_id = $1 and api_key_id = $2 and key = $3 and status is null",
            key.workspace.0,
            key.api_key.0,
            key.key,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
