//! E-mail as it arrived, stored before anybody tries to read it.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{CustomerId, MessageId, RawEmailId, TicketId, WorkspaceId};

/// What became of an e-mail that was taken in before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRaw {
    pub message: MessageId,
    pub ticket: TicketId,
    pub number: i64,
    pub customer: CustomerId,
    pub unreadable: bool,
}

impl Store {
    /// Stores an e-mail in a transaction of its own; the same bytes again find the same row.
    pub async fn store_raw(
        &self,
        workspace: WorkspaceId,
        received_at: DateTime<Utc>,
        sha256: &[u8],
        raw: &[u8],
    ) -> Result<RawEmailId> {
        // The update changes nothing: it makes the row that was there come back.
        Ok(sqlx::query_scalar!(
            r#"insert into raw_emails (workspace_id, id, received_at, sha256, raw)
            values ($1, $2, $3, $4, $5)
            on conflict (workspace_id, sha256) do update set sha256 = excluded.sha256
            returning id as "id: RawEmailId""#,
            workspace.0,
            RawEmailId::generate().0,
            received_at,
            sha256,
            raw,
        )
        .fetch_one(self.pool())
        .await?)
    }
}

/// Locks an e-mail, so that two deliveries of it become one message; says what became of it.
pub async fn lock_raw(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RawEmailId,
) -> Result<Option<StoredRaw>> {
    sqlx::query!(
        "select id from raw_emails where workspace_id = $1 and id = $2 for update",
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(sqlx::query_as!(
        StoredRaw,
        r#"select m.id as "message: MessageId", t.id as "ticket: TicketId", t.number,
            t.customer_id as "customer: CustomerId", m.unreadable
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.workspace_id = $1 and m.raw_email_id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Notes whether an e-mail could be read, and why not.
pub async fn set_raw_state(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RawEmailId,
    state: &str,
    error: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update raw_emails set state = $3, error = $4 where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        state,
        error,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
