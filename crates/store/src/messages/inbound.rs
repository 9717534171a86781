//! Where an e-mail belongs.

use super::raw::StoredRaw;
use crate::{Result, Store, Tx};
use rapport_domain::{CustomerId, MessageId, RawEmailId, TicketId, WorkspaceId};

/// Makes two deliveries of one mail wait for each other, so that they become one message.
pub async fn lock_message_id(tx: &mut Tx, workspace: WorkspaceId, message_id: &str) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text || 'message:' || $2, 0))",
        workspace.0,
        message_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The ticket that an e-mail answers: that of the first known one of `message_ids`, if the
/// sender is that ticket's customer, takes part in it, or was in copy of a mail in it. Message-IDs leak and can be typed
/// into any mail, so knowing one opens no ticket. A `sender` of `None` is one of our own.
pub async fn find_thread(
    tx: &mut Tx,
    workspace: WorkspaceId,
    sender: Option<CustomerId>,
    email: &str,
    message_ids: &[String],
) -> Result<Option<TicketId>> {
    Ok(sqlx::query_scalar!(
        r#"select t.id as "id: TicketId"
        from unnest($2::text[]) with ordinality as ids (message_id, n)
        join messages m on m.workspace_id = $1 and m.message_id = ids.message_id
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where $3::uuid is null or t.customer_id = $3 or exists (
            select 1 from ticket_participants p
            where p.workspace_id = t.workspace_id and p.ticket_id = t.id and p.email = $4
        ) or exists (
            select 1 from messages c
            where c.workspace_id = t.workspace_id and c.ticket_id = t.id and $4 = any(c.addressed)
        ) or exists (
            select 1 from messages c
            join deliveries d on d.workspace_id = c.workspace_id and d.message_id = c.id
            where c.workspace_id = t.workspace_id and c.ticket_id = t.id and c.forwards is null
                and d.email = $4 and d.role <> 'bcc'
        )
        order by ids.n limit 1"#,
        workspace.0,
        message_ids,
        sender.map(|s| s.0),
        email,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Whether somebody was in To or Cc of a mail of this ticket, one that came or one that left, and
/// whether whoever put them there may bring others in. `None`: they were in none.
pub async fn in_copy(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    email: &str,
) -> Result<Option<bool>> {
    Ok(sqlx::query_scalar!(
        r#"select bool_or(vouched) from (
            select c.addressed_vouched as vouched from messages c
            where c.workspace_id = $1 and c.ticket_id = $2 and $3 = any(c.addressed)
            union all
            select true from messages c
            join deliveries d on d.workspace_id = c.workspace_id and d.message_id = c.id
            where c.workspace_id = $1 and c.ticket_id = $2 and c.forwards is null
                and d.email = $3 and d.role <> 'bcc'
        ) copies"#,
        workspace.0,
        ticket.0,
        email,
    )
    .fetch_one(&mut **tx)
    .await?)
}

impl Store {
    /// The ticket that a message stands in now.
    pub async fn ticket_of(
        &self,
        workspace: WorkspaceId,
        message: MessageId,
    ) -> Result<Option<TicketId>> {
        Ok(sqlx::query_scalar!(
            r#"select ticket_id as "id: TicketId" from messages
            where workspace_id = $1 and id = $2"#,
            workspace.0,
            message.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// Whether answers in this ticket go to this address already, because a mail said so that could.
pub async fn answers_go_to(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    email: &str,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select from messages where workspace_id = $1 and ticket_id = $2 and answer_to = $3
        ) as "there!""#,
        workspace.0,
        ticket.0,
        email,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// A message that left, as its row has it.
struct Sent {
    message: MessageId,
    ticket: TicketId,
    number: i64,
    customer: CustomerId,
    unreadable: bool,
    named: String,
}

impl From<Sent> for (StoredRaw, String) {
    fn from(sent: Sent) -> Self {
        let Sent { message, ticket, number, customer, unreadable, named } = sent;
        (StoredRaw { message, ticket, number, customer, unreadable }, named)
    }
}

/// The newest message of a ticket that left for one of these addresses, with its Message-ID.
pub async fn sent_to(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    emails: &[String],
) -> Result<Option<(StoredRaw, String)>> {
    let row = sqlx::query_as!(
        Sent,
        r#"select m.id as "message: MessageId", t.id as "ticket: TicketId", t.number,
            t.customer_id as "customer: CustomerId", m.unreadable, m.message_id as "named!"
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.workspace_id = $1 and m.ticket_id = $2 and m.kind = 'agent'
            and m.message_id is not null and exists (
                select from deliveries d where d.workspace_id = m.workspace_id
                    and d.message_id = m.id and d.email = any($3)
            )
        order by m.sent_at desc, m.id desc limit 1"#,
        workspace.0,
        ticket.0,
        emails,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Sent::into))
}

/// The ticket itself, if it is one of this workspace's: a signed token may outlive it. What was
/// merged into another is answered there.
pub async fn find_ticket(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
) -> Result<Option<TicketId>> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(merged_into, id) as "id!: TicketId" from tickets
        where workspace_id = $1 and id = $2"#,
        workspace.0,
        ticket.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The ticket that a message of these was split off into, away from `ticket`: whoever answers
/// it has the old ticket's address still.
pub async fn split_off_into(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    message_ids: &[String],
) -> Result<Option<TicketId>> {
    Ok(sqlx::query_scalar!(
        r#"select m.ticket_id as "id: TicketId"
        from unnest($3::text[]) with ordinality as ids (message_id, n)
        join messages m on m.workspace_id = $1 and m.message_id = ids.message_id
        where m.split_from = $2
        order by ids.n limit 1"#,
        workspace.0,
        ticket.0,
        message_ids,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The newest ticket that a customer has; its number decides.
pub async fn newest_ticket(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<Option<TicketId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: TicketId" from tickets
        where workspace_id = $1 and customer_id = $2 order by number desc limit 1"#,
        workspace.0,
        customer.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// A message that has the Message-ID of a mail that just came.
#[derive(Debug)]
pub struct Namesake {
    pub stored: StoredRaw,
    /// We sent it.
    pub ours: bool,
    pub author_email: Option<String>,
    pub body_text: String,
    /// Of the mail it came as; `None` when it did not come as one.
    pub body_sha256: Option<Vec<u8>>,
}

/// The message with this Message-ID, and what tells whether it is the same mail: delivered by
/// two ways it differs in its Received headers and is still one message.
pub async fn message_with_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message_id: &str,
) -> Result<Option<Namesake>> {
    let row = sqlx::query!(
        r#"select m.id as "message: MessageId", t.id as "ticket: TicketId", t.number,
            t.customer_id as "customer: CustomerId", m.unreadable, m.author_email, m.body_text,
            m.kind = 'agent' as "ours!", r.body_sha256
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        left join raw_emails r on r.workspace_id = m.workspace_id and r.id = m.raw_email_id
        where m.workspace_id = $1 and m.message_id = $2"#,
        workspace.0,
        message_id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| Namesake {
        stored: StoredRaw {
            message: r.message,
            ticket: r.ticket,
            number: r.number,
            customer: r.customer,
            unreadable: r.unreadable,
        },
        ours: r.ours,
        author_email: r.author_email,
        body_text: r.body_text,
        body_sha256: r.body_sha256,
    }))
}

/// The first of these messages that an agent sent, with the Message-ID that named it.
pub async fn sent_message(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message_ids: &[String],
) -> Result<Option<(StoredRaw, String)>> {
    let row = sqlx::query_as!(
        Sent,
        r#"select m.id as "message: MessageId", t.id as "ticket: TicketId", t.number,
            t.customer_id as "customer: CustomerId", m.unreadable, m.message_id as "named!"
        from unnest($2::text[]) with ordinality as ids (message_id, n)
        join messages m on m.workspace_id = $1 and m.message_id = ids.message_id
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.kind = 'agent'
        order by ids.n limit 1"#,
        workspace.0,
        message_ids,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Sent::into))
}

/// The mail that a message came as.
pub async fn raw_of_message(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
) -> Result<Option<RawEmailId>> {
    let found = sqlx::query_scalar!(
        r#"select raw_email_id as "id: RawEmailId" from messages
        where workspace_id = $1 and id = $2 for update"#,
        workspace.0,
        message.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.flatten())
}
