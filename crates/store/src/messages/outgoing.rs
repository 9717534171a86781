//! Mails that leave: what they need, and how far they are.

use crate::messages::FileRow;
use crate::tickets::Moved;
use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::message::{DeliveryState, RecipientRole};
use rapport_domain::ticket::MessageKind;
use rapport_domain::{CustomerId, MailboxId, MessageId, TicketId, WorkspaceId, limits};
use sqlx::types::Json;

/// A mail to send, beside the message that it is.
#[derive(Debug)]
pub struct InsertOutgoing<'a> {
    pub message: MessageId,
    pub mailbox: MailboxId,
    pub recipients: &'a [(String, RecipientRole)],
    pub references: &'a [String],
    /// Below the answer; empty for none.
    pub signature: &'a str,
    /// As its author's own is; a mailbox's is plain text.
    pub signature_markdown: bool,
    /// The message that is quoted at the end.
    pub quoted: Option<&'a str>,
    /// What the message did to its ticket.
    pub moved: &'a Moved,
    pub send_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

/// Stores a mail to send. It is tracked when the workspace tracks at that moment.
pub async fn insert_outgoing(
    tx: &mut Tx,
    workspace: WorkspaceId,
    mail: &InsertOutgoing<'_>,
) -> Result<()> {
    sqlx::query!(
        "insert into outgoing_mails (workspace_id, message_id, mailbox_id, reference_ids, tracked,
            signature, quoted, moved, next_attempt_at, signature_markdown)
        select workspace_id, $2, $3, $4, open_tracking, $5, $6, $7, $8, $9
        from workspaces where workspace_id = $1",
        workspace.0,
        mail.message.0,
        mail.mailbox.0,
        mail.references,
        mail.signature,
        mail.quoted,
        Json(mail.moved) as _,
        mail.send_at,
        mail.signature_markdown,
    )
    .execute(&mut **tx)
    .await?;
    let emails: Vec<String> = mail.recipients.iter().map(|(email, _)| email.clone()).collect();
    let roles: Vec<String> = mail.recipients.iter().map(|(_, r)| r.as_str().into()).collect();
    sqlx::query!(
        "insert into deliveries (workspace_id, message_id, email, role, at)
        select $1, $2, email, role, $5 from unnest($3::text[], $4::text[]) as r (email, role)",
        workspace.0,
        mail.message.0,
        &emails,
        &roles,
        mail.now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The newest Message-IDs of a ticket, oldest first. Notes have none that anybody else knows,
/// and what was passed on is none of the customer's.
pub async fn thread_ids(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
) -> Result<Vec<String>> {
    let mut ids = sqlx::query_scalar!(
        r#"select message_id as "id!" from messages
        where workspace_id = $1 and ticket_id = $2 and message_id is not null and kind <> 'note'
            and forwards is null
        order by sent_at desc, id desc limit $3"#,
        workspace.0,
        ticket.0,
        limits::REFERENCES_MAX as i64,
    )
    .fetch_all(&mut **tx)
    .await?;
    ids.reverse();
    Ok(ids)
}

/// Where an answer goes by what the customer's side wrote last: to its Reply-To, else to its
/// author, if that is the ticket's customer as it is now, or somebody who takes part and whom
/// anybody vouched for. Who a message was passed on to is not on that side.
pub async fn last_sender(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
) -> Result<Option<String>> {
    let found = sqlx::query_scalar!(
        "select coalesce(m.answer_to, m.author_email) from messages m
        join tickets t on t.workspace_id = m.workspace_id and t.id = m.ticket_id
        join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
        where m.workspace_id = $1 and m.ticket_id = $2 and m.kind = $3
            and m.author_email is not null
            and (
                t.customer_id = (select coalesce(a.merged_into, a.id) from customers a
                    where a.workspace_id = $1 and a.id = m.author_customer_id)
                or (m.author_customer_id is null and c.email is null)
                or exists (select from ticket_participants p
                    where p.workspace_id = $1 and p.ticket_id = $2 and p.proven
                        and p.email = lower(m.author_email))
            )
            and not exists (
                select from messages f
                join deliveries d on d.workspace_id = f.workspace_id and d.message_id = f.id
                where f.workspace_id = $1 and f.ticket_id = $2 and f.forwards is not null
                    and d.email = lower(m.author_email)
                    and m.author_customer_id is distinct from t.customer_id
            )
        order by m.sent_at desc, m.id desc limit 1",
        workspace.0,
        ticket.0,
        MessageKind::Customer.as_str(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.flatten())
}

/// The addresses of whoever else takes part in a ticket, if anybody vouched for them.
pub async fn participant_emails(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select email from ticket_participants
        where workspace_id = $1 and ticket_id = $2 and proven
        order by created_at, email limit $3",
        workspace.0,
        ticket.0,
        limits::PARTICIPANTS_MAX as i64,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Who wrote a message of a ticket when, and its words, for an answer that quotes it. Notes are
/// found nowhere here, nor what another ticket said.
pub async fn to_quote(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    message: MessageId,
) -> Result<Option<(MessageKind, String, DateTime<Utc>, String)>> {
    let found = sqlx::query!(
        r#"select kind as "kind: MessageKind", author_name, sent_at, body_text from messages
        where workspace_id = $1 and ticket_id = $2 and id = $3 and kind <> 'note'
            and forwards is null"#,
        workspace.0,
        ticket.0,
        message.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(|r| (r.kind, r.author_name, r.sent_at, r.body_text)))
}

/// Everything of a mail to send.
#[derive(Debug)]
pub struct Outgoing {
    pub mailbox: Option<MailboxId>,
    pub author_name: String,
    pub subject: String,
    pub body_text: String,
    pub body_markdown: Option<String>,
    /// Cleaned.
    pub body_html: Option<String>,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// `None`: the mailbox's.
    pub signature: Option<String>,
    pub signature_markdown: bool,
    pub quoted: Option<String>,
    pub tracked: bool,
    pub unclear: i32,
    pub sent_at: DateTime<Utc>,
    pub recipients: Vec<(String, RecipientRole, DeliveryState)>,
    pub files: Vec<FileRow>,
}

impl Store {
    /// A mail to send; `NotFound` once its message was taken back.
    pub async fn outgoing(&self, workspace: WorkspaceId, message: MessageId) -> Result<Outgoing> {
        let mail = sqlx::query!(
            r#"select o.mailbox_id as "mailbox: MailboxId",
                m.author_name, coalesce(m.subject, '') as "subject!", m.body_text,
                m.body_markdown, m.body_html,
                m.message_id as "message_id!", m.in_reply_to, o.reference_ids, o.tracked,
                o.signature, o.signature_markdown, o.quoted, o.unclear, m.sent_at
            from outgoing_mails o
            join messages m on m.workspace_id = o.workspace_id and m.id = o.message_id
            where o.workspace_id = $1 and o.message_id = $2 and m.message_id is not null"#,
            workspace.0,
            message.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let recipients = sqlx::query!(
            r#"select email, role as "role: RecipientRole", state as "state: DeliveryState"
            from deliveries where workspace_id = $1 and message_id = $2
            order by role desc, email limit $3"#,
            workspace.0,
            message.0,
            limits::RECIPIENTS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?;
        let files = self.message_files(workspace, message).await?;
        Ok(Outgoing {
            mailbox: mail.mailbox,
            author_name: mail.author_name,
            subject: mail.subject,
            body_text: mail.body_text,
            body_markdown: mail.body_markdown,
            body_html: mail.body_html,
            message_id: mail.message_id,
            in_reply_to: mail.in_reply_to,
            references: mail.reference_ids,
            signature: mail.signature,
            signature_markdown: mail.signature_markdown,
            quoted: mail.quoted,
            tracked: mail.tracked,
            unclear: mail.unclear,
            sent_at: mail.sent_at,
            recipients: recipients.into_iter().map(|r| (r.email, r.role, r.state)).collect(),
            files,
        })
    }

    /// The name of a customer and their addresses, the main one first.
    pub async fn addresses_of(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
    ) -> Result<(String, Vec<String>)> {
        let found = sqlx::query!(
            r#"select name, email, array(
                select value from customer_identifiers
                where workspace_id = $1 and customer_id = c.id and kind = 'email'
                order by is_primary desc, value limit $3) as "emails!"
            from customers c where workspace_id = $1 and id = $2"#,
            workspace.0,
            customer.0,
            limits::IDENTIFIERS_MAX as i64,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let mut emails: Vec<String> = found.email.into_iter().collect();
        emails.extend(found.emails.into_iter().filter(|e| !emails.contains(e)).collect::<Vec<_>>());
        Ok((found.name, emails))
    }

    /// Notes that the whole mail is about to be handed over: until [`end_attempt`] nobody
    /// knows whether the server took it, whatever happens to us.
    ///
    /// [`end_attempt`]: crate::deliveries::end_attempt
    pub async fn handing_over(
        &self,
        workspace: WorkspaceId,
        message: MessageId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "update outgoing_mails set unclear = unclear + 1, handed_over_at = $3
            where workspace_id = $1 and message_id = $2",
            workspace.0,
            message.0,
            at,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }
}

/// Lets a mail that failed, or waits for its next attempt, start anew at `at`: who has it keeps
/// it. False when every recipient has it.
pub async fn restart_outgoing(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    at: DateTime<Utc>,
) -> Result<bool> {
    let left = sqlx::query!(
        "update deliveries set state = 'queued', at = $3, reason = null, smtp_code = null
        where workspace_id = $1 and message_id = $2 and state in ('queued', 'failed', 'bounced')",
        workspace.0,
        message.0,
        at,
    )
    .execute(&mut **tx)
    .await?;
    // At least one attempt counts as made: the time to take it back is over.
    let known = sqlx::query!(
        "update outgoing_mails
        set unclear = 0, next_attempt_at = $3, attempts = greatest(attempts, 1)
        where workspace_id = $1 and message_id = $2",
        workspace.0,
        message.0,
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(left.rows_affected() > 0 && known.rows_affected() == 1)
}
