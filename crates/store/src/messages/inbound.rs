//! Where an e-mail belongs: its sender and its ticket.

use super::raw::StoredRaw;
use crate::{Result, Tx};
use rapport_domain::{CustomerId, MessageId, TicketId, WorkspaceId};

/// Stands for everybody whose address could not be read.
const UNKNOWN_SENDER: &str = "rapport:unknown-sender";

/// Makes two e-mails from one new address wait for each other, so that they find one customer.
pub async fn lock_address(tx: &mut Tx, workspace: WorkspaceId, address: &str) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text || $2, 0))",
        workspace.0,
        address,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The customer with this address, following a merge, or a new visitor.
///
/// A From header proves nothing: the address is stored unverified.
pub async fn mail_customer(
    tx: &mut Tx,
    workspace: WorkspaceId,
    email: &str,
    name: &str,
) -> Result<CustomerId> {
    lock_address(tx, workspace, email).await?;
    match identified(tx, workspace, "email", email).await? {
        Some(customer) => Ok(customer),
        None => insert_visitor(tx, workspace, "email", email, name).await,
    }
}

/// The customer under whom e-mails without a readable sender are filed.
pub async fn unknown_sender(tx: &mut Tx, workspace: WorkspaceId) -> Result<CustomerId> {
    lock_address(tx, workspace, UNKNOWN_SENDER).await?;
    match identified(tx, workspace, "anonymous_id", UNKNOWN_SENDER).await? {
        Some(customer) => Ok(customer),
        None => {
            insert_visitor(tx, workspace, "anonymous_id", UNKNOWN_SENDER, "Unknown sender").await
        }
    }
}

async fn identified(
    tx: &mut Tx,
    workspace: WorkspaceId,
    kind: &str,
    value: &str,
) -> Result<Option<CustomerId>> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(c.merged_into, c.id) as "id!: CustomerId"
        from customer_identifiers i
        join customers c on c.workspace_id = i.workspace_id and c.id = i.customer_id
        where i.workspace_id = $1 and i.kind = $2 and i.value = $3"#,
        workspace.0,
        kind,
        value,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

async fn insert_visitor(
    tx: &mut Tx,
    workspace: WorkspaceId,
    kind: &str,
    value: &str,
    name: &str,
) -> Result<CustomerId> {
    Ok(sqlx::query_scalar!(
        r#"with visitor as (
            insert into customers (workspace_id, id, kind, name, email, source, search)
            values ($1, $2, 'visitor', $5, case when $3 = 'email' then $4 end, 'email',
                lower($5 || ' ' || $4))
            returning workspace_id, id
        )
        insert into customer_identifiers (workspace_id, kind, value, customer_id, is_primary)
        select workspace_id, $3, $4, id, true from visitor
        returning customer_id as "id: CustomerId""#,
        workspace.0,
        CustomerId::generate().0,
        kind,
        value,
        name,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The ticket that an e-mail answers: the newest message named by In-Reply-To or References,
/// if the sender is that ticket's customer or takes part in it. Message-IDs leak and can be
/// typed into any mail, so knowing one opens no ticket.
pub async fn find_thread(
    tx: &mut Tx,
    workspace: WorkspaceId,
    sender: CustomerId,
    email: &str,
    message_ids: &[String],
) -> Result<Option<TicketId>> {
    Ok(sqlx::query_scalar!(
        r#"select t.id as "id: TicketId"
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.workspace_id = $1 and m.message_id = any($2) and (t.customer_id = $3 or exists (
            select 1 from ticket_participants p
            where p.workspace_id = t.workspace_id and p.ticket_id = t.id and p.email = $4
        ))
        order by m.sent_at desc, m.id desc limit 1"#,
        workspace.0,
        message_ids,
        sender.0,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The message with this Message-ID, and who wrote it: the same mail delivered by two ways
/// differs in its Received headers and is still one message.
pub async fn message_with_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message_id: &str,
) -> Result<Option<(StoredRaw, Option<String>)>> {
    let row = sqlx::query!(
        r#"select m.id as "message: MessageId", t.id as "ticket: TicketId", t.number,
            t.customer_id as "customer: CustomerId", m.unreadable, m.author_email
        from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        where m.workspace_id = $1 and m.message_id = $2"#,
        workspace.0,
        message_id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| {
        let stored = StoredRaw {
            message: r.message,
            ticket: r.ticket,
            number: r.number,
            customer: r.customer,
            unreadable: r.unreadable,
        };
        (stored, r.author_email)
    }))
}
