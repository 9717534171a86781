//! Mails that stay here instead of leaving.

use crate::{Result, Store, StoreError};
use chrono::{DateTime, Utc};
use rapport_domain::{Uuid, WorkspaceId, limits};

/// A mail in the outbox.
#[derive(Debug)]
pub struct CaughtMail {
    pub id: Uuid,
    pub sent_at: DateTime<Utc>,
    pub sender: String,
    pub recipients: Vec<String>,
    pub raw: Vec<u8>,
}

impl Store {
    /// Puts a mail into the outbox, and the oldest beyond [`limits::OUTBOX_MAX`] out of it.
    pub async fn catch_mail(&self, workspace: WorkspaceId, mail: &CaughtMail) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query!(
            "insert into outbox (workspace_id, id, sent_at, sender, recipients, raw)
            values ($1, $2, $3, $4, $5, $6)",
            workspace.0,
            mail.id,
            mail.sent_at,
            mail.sender,
            &mail.recipients,
            mail.raw,
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "delete from outbox where workspace_id = $1 and id in (select id from outbox
                where workspace_id = $1 order by id desc offset $2)",
            workspace.0,
            limits::OUTBOX_MAX,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest mails, newest first.
    pub async fn outbox(&self, workspace: WorkspaceId, limit: i64) -> Result<Vec<CaughtMail>> {
        Ok(sqlx::query_as!(
            CaughtMail,
            "select id, sent_at, sender, recipients, raw from outbox
            where workspace_id = $1 order by id desc limit $2",
            workspace.0,
            limit,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// One mail of the outbox.
    pub async fn caught_mail(&self, workspace: WorkspaceId, id: Uuid) -> Result<CaughtMail> {
        sqlx::query_as!(
            CaughtMail,
            "select id, sent_at, sender, recipients, raw from outbox
            where workspace_id = $1 and id = $2",
            workspace.0,
            id,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }
}
