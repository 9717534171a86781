//! Writes a mail's message into its ticket.

use super::StoredMail;
use crate::notifications::{self, Notice};
use crate::tickets::{TouchByMessage, open_as, touch_by_message};
use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::message::{InboundEmail, MailClass, MailFacts};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket};
use rapport_domain::{CustomerId, MessageId, TicketId, limits, text};
use rapport_mail::Unreadable;
use rapport_store::messages::{self, InsertMessage};
use rapport_store::{Tx, customers, tickets};

/// Stands for everybody whose address cannot be read.
const UNKNOWN_SENDER: (&str, &str) = ("rapport:unknown-sender", "Unknown sender");
/// Stands for us: our own mail that came back, and what colleagues write to a mailbox.
pub(super) const OURSELVES: (&str, &str) = ("rapport:own-mail", "Our own mail");

/// The customer that stands for nobody in particular.
pub(super) async fn system_customer(
    tx: &mut Tx,
    ctx: &Ctx,
    who: (&str, &str),
) -> Result<CustomerId> {
    let key = Key { kind: IdentifierKind::AnonymousId, value: who.0.into() };
    Ok(customers::find_or_create(tx, ctx.workspace, &key, Some(who.1), "email", ctx.now).await?)
}

/// Files what cannot be read under a customer of its own, its raw text as the message.
pub(super) async fn unreadable(
    tx: &mut Tx,
    ctx: &Ctx,
    mail: &StoredMail,
    why: Unreadable,
) -> Result<InboundEmail> {
    let sender = system_customer(tx, ctx, UNKNOWN_SENDER).await?;
    let subject = rapport_mail::peek_subject(&mail.raw);
    let title = subject.as_deref().unwrap_or("Unreadable e-mail");
    let mut new = NewTicket::new(sender, title, Channel::Email);
    new.submitted_at = Some(mail.received_at);
    let ticket = open_as(tx, ctx, new, UNKNOWN_SENDER.1).await?.id;
    let shown = &mail.raw[..mail.raw.len().min(limits::RAW_SHOWN_BYTES)];
    let shown = text::clean(&String::from_utf8_lossy(shown).replace("\r\n", "\n"));
    let reason = why.to_string();
    let insert = InsertMessage {
        author_name: UNKNOWN_SENDER.1,
        // The page shows it above the raw text.
        subject: Some(&reason),
        body_text: &shown,
        unreadable: true,
        ..base_message(ticket, Some(sender), mail, mail.received_at)
    };
    store(tx, ctx, &insert, mail.received_at, false, &MailFacts::default()).await
}

/// A customer's e-mail with nothing in it yet.
pub(super) fn base_message<'a>(
    ticket: TicketId,
    sender: Option<CustomerId>,
    mail: &StoredMail,
    sent_at: DateTime<Utc>,
) -> InsertMessage<'a> {
    InsertMessage {
        id: MessageId::generate(),
        ticket,
        kind: MessageKind::Customer,
        channel: Channel::Email,
        author_user: None,
        author_customer: sender,
        author_name: "",
        author_email: None,
        subject: None,
        body_text: "",
        body_markdown: None,
        body_html: None,
        headers: &[],
        message_id: None,
        in_reply_to: None,
        raw_email: Some(mail.id),
        unreadable: false,
        receipt: None,
        receipt_at: None,
        receipt_error: None,
        client_key: None,
        sent_at,
        answer_to: None,
        addressed: &[],
        addressed_vouched: false,
    }
}

/// Stores the message and what it does to its ticket. Unread is what was received after the
/// last look, so the ticket goes by that time: a slow mail with an old Date is still news.
pub(super) async fn store(
    tx: &mut Tx,
    ctx: &Ctx,
    insert: &InsertMessage<'_>,
    received: DateTime<Utc>,
    automatic: bool,
    facts: &MailFacts,
) -> Result<InboundEmail> {
    let touch = TouchByMessage {
        ticket: insert.ticket,
        kind: insert.kind,
        channel: insert.channel,
        text: insert.body_text,
        sent_at: received,
        moves_status: !automatic,
        automatic,
        effects: &[],
        author_name: insert.author_name,
    };
    let touched = touch_by_message(tx, ctx, &touch).await?;
    messages::insert_message(tx, ctx.workspace, insert).await?;
    messages::set_mail_facts(tx, ctx.workspace, insert.id, facts).await?;
    if facts.class != MailClass::Ordinary {
        tickets::note_automatic(tx, ctx.workspace, insert.ticket, received).await?;
    }
    if insert.kind == MessageKind::Customer && !automatic {
        let (name, text) = (insert.author_name, insert.body_text);
        let notice = Notice::of_customer(insert.ticket, insert.id, &touched, name, text);
        notifications::notify(tx, ctx, &notice).await?;
    }
    tracing::info!(ticket = touched.number, class = ?facts.class, unreadable = insert.unreadable, "mail filed");
    Ok(InboundEmail {
        ticket_number: touched.number,
        ticket_id: insert.ticket,
        message_id: insert.id,
        customer_id: touched.customer,
        duplicate: false,
        unreadable: insert.unreadable,
    })
}
