//! E-mail as it arrived, stored before anybody tries to read it.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::message::{Envelope, MailSource};
use rapport_domain::{CustomerId, MessageId, RawEmailId, TicketId, WorkspaceId};
use sqlx::types::Json;

/// What became of an e-mail that was taken in before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredRaw {
    pub message: MessageId,
    pub ticket: TicketId,
    pub number: i64,
    pub customer: CustomerId,
    pub unreadable: bool,
}

/// An e-mail to store.
#[derive(Debug)]
pub struct InsertRaw<'a> {
    pub received_at: DateTime<Utc>,
    pub sha256: &'a [u8],
    pub body_sha256: &'a [u8],
    pub raw: &'a [u8],
    pub source: MailSource,
    pub envelope: &'a Envelope,
}

/// An e-mail as it was stored.
#[derive(Debug)]
pub struct RawRow {
    pub raw: Vec<u8>,
    pub received_at: DateTime<Utc>,
    pub source: MailSource,
    pub envelope: Envelope,
    pub attempts: i32,
}

/// Stores an e-mail; the same bytes again find the same row.
pub async fn insert_raw(
    tx: &mut Tx,
    workspace: WorkspaceId,
    mail: &InsertRaw<'_>,
) -> Result<RawEmailId> {
    // The update changes nothing: it makes the row that was there come back.
    Ok(sqlx::query_scalar!(
        r#"insert into raw_emails
            (workspace_id, id, received_at, sha256, body_sha256, raw, source, envelope)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (workspace_id, sha256) do update set sha256 = excluded.sha256
        returning id as "id: RawEmailId""#,
        workspace.0,
        RawEmailId::generate().0,
        mail.received_at,
        mail.sha256,
        mail.body_sha256,
        mail.raw,
        mail.source.as_str(),
        Json(mail.envelope) as _,
    )
    .fetch_one(&mut **tx)
    .await?)
}

impl Store {
    /// An e-mail as it was stored.
    pub async fn raw_email(&self, workspace: WorkspaceId, id: RawEmailId) -> Result<RawRow> {
        let row = sqlx::query!(
            r#"select raw, received_at, source as "source: MailSource",
                envelope as "envelope: Json<Envelope>", attempts
            from raw_emails where workspace_id = $1 and id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        Ok(RawRow {
            raw: row.raw,
            received_at: row.received_at,
            source: row.source,
            envelope: row.envelope.0,
            attempts: row.attempts,
        })
    }

    /// E-mails of all workspaces that were stored before an instant and not filed, oldest
    /// first. Taking one counts as an attempt; it comes back later unless it was filed.
    ///
    /// It names no workspace: nobody asks for it but the server itself.
    pub async fn take_unfiled(
        &self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, RawEmailId)>> {
        let rows = sqlx::query!(
            r#"update raw_emails r set attempts = attempts + 1
            from (
                select workspace_id, id from raw_emails
                where state = 'stored'
                    and stored_at + attempts * interval '1 minute' < $1
                order by attempts, stored_at, id limit $2
                for update skip locked
            ) due
            where r.workspace_id = due.workspace_id and r.id = due.id
            returning r.workspace_id as "workspace: WorkspaceId", r.id as "id: RawEmailId""#,
            before,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        let mut due: Vec<_> = rows.into_iter().map(|r| (r.workspace, r.id)).collect();
        // Ids grow with time; an update answers in any order.
        due.sort_by_key(|(_, id)| id.0);
        Ok(due)
    }
}

/// Lets an e-mail wait that cannot be filed for want of room: it is tried as long as it takes,
/// and never counts as one that cannot be read.
pub async fn keep_trying(
    store: &Store,
    workspace: WorkspaceId,
    id: RawEmailId,
    attempts_max: i32,
) -> Result<()> {
    sqlx::query!(
        "update raw_emails set attempts = least(attempts, $3)
        where workspace_id = $1 and id = $2 and state = 'stored'",
        workspace.0,
        id.0,
        attempts_max - 1,
    )
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Locks an e-mail, so that two deliveries of it become one message; says what became of it:
/// a message of its own, or one that it reports on.
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
        from (
            select id from messages where workspace_id = $1 and raw_email_id = $2
            union all
            select concerns_message_id from raw_emails where workspace_id = $1 and id = $2
        ) found
        join messages m on m.workspace_id = $1 and m.id = found.id
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        limit 1"#,
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

/// Notes that an e-mail made no message of its own but is about this one.
pub async fn set_raw_concerns(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RawEmailId,
    message: MessageId,
) -> Result<()> {
    sqlx::query!(
        "update raw_emails set concerns_message_id = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        message.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
