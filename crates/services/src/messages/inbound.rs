//! E-mail that comes in: stored first, then read, then filed.

use crate::tickets::{TouchByMessage, open_as, touch_by_message};
use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::message::{HeaderLine, InboundEmail};
use rapport_domain::ticket::{Channel, MessageKind, NewParticipant, NewTicket};
use rapport_domain::{
    AppError, CustomerId, MessageId, Permission, RawEmailId, TicketId, limits, text,
};
use rapport_mail::{ParsedEmail, Unreadable};
use rapport_store::messages::{self, InsertAttachment, InsertMessage, StoredRaw};
use rapport_store::{StoreError, Tx, customers, tickets};
use sha2::{Digest, Sha256};

/// Stands for everybody whose address cannot be read.
const UNKNOWN_SENDER: &str = "rapport:unknown-sender";

/// Takes in a raw e-mail (RFC 5322). Whatever it is, it ends as a message that somebody sees:
/// what cannot be read is filed with its raw text. The same e-mail again gets the same answer.
///
/// `received_at` is for mailboxes that are imported; live mail is received now. The Date
/// header says when a message was sent, never what is new to read.
pub async fn inbound_email(
    ctx: &Ctx,
    raw: Vec<u8>,
    received_at: Option<DateTime<Utc>>,
) -> Result<InboundEmail> {
    ctx.require(Permission::Write)?;
    if raw.is_empty() {
        return Err(AppError::invalid("raw", "The e-mail is empty."));
    }
    if raw.len() > limits::EMAIL_BYTES {
        return Err(AppError::invalid("raw", "An e-mail may have at most 25 MB."));
    }
    let received = received_at.unwrap_or(ctx.now).min(ctx.now);
    // In a transaction of its own: mail survives whatever reading it does.
    let sha256 = Sha256::digest(&raw);
    let raw_id = ctx.store.store_raw(ctx.workspace, received, &sha256, &raw).await?;
    let (raw, parsed) = read(raw, ctx.now).await?;
    let mut tx = ctx.store.begin().await?;
    if let Some(before) = messages::lock_raw(&mut tx, ctx.workspace, raw_id).await? {
        return Ok(answer(before, true));
    }
    let filed = match &parsed {
        Ok(mail) => file(&mut tx, ctx, raw_id, mail, received).await?,
        Err(why) => file_unreadable(&mut tx, ctx, raw_id, &raw, *why, received).await?,
    };
    let error = parsed.as_ref().err().map(ToString::to_string);
    let state = if error.is_some() { "unreadable" } else { "parsed" };
    messages::set_raw_state(&mut tx, ctx.workspace, raw_id, state, error.as_deref()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(filed)
}

type Parsed = std::result::Result<ParsedEmail, Unreadable>;

/// Parses off the async threads: 25 MB of MIME take a while.
async fn read(raw: Vec<u8>, now: DateTime<Utc>) -> Result<(Vec<u8>, Parsed)> {
    let parse = move || {
        let parsed = rapport_mail::parse(&raw, now);
        (raw, parsed)
    };
    tokio::task::spawn_blocking(parse).await.map_err(|error| {
        tracing::error!(%error, "reading an e-mail failed");
        AppError::Unavailable
    })
}

fn answer(stored: StoredRaw, duplicate: bool) -> InboundEmail {
    InboundEmail {
        ticket_number: stored.number,
        ticket_id: stored.ticket,
        message_id: stored.message,
        customer_id: stored.customer,
        duplicate,
        unreadable: stored.unreadable,
    }
}

/// Files a mail: into the ticket that it answers, else into a new one.
async fn file(
    tx: &mut Tx,
    ctx: &Ctx,
    raw: RawEmailId,
    mail: &ParsedEmail,
    received: DateTime<Utc>,
) -> Result<InboundEmail> {
    let workspace = ctx.workspace;
    let mut message_id = mail.message_id.as_deref();
    if let Some(id) = message_id {
        // Two deliveries of one mail wait for each other here.
        messages::lock_message_id(tx, workspace, id).await?;
        match messages::message_with_id(tx, workspace, id).await? {
            Some((before, author)) if author.as_deref() == Some(&mail.from.email) => {
                return Ok(answer(before, true));
            }
            // Somebody else's id: the mail is kept, the id stays with whom it belongs to.
            Some(_) => message_id = None,
            None => {}
        }
    }
    let email = mail.from.email.as_str();
    let name = mail.from.name.as_deref().unwrap_or(email);
    // A From header proves nothing: a new address becomes a visitor, unverified.
    let known_as = mail.from.name.as_deref();
    let sender =
        customers::find_or_create_by_email(tx, workspace, email, known_as, ctx.now).await?;
    let ids: Vec<String> = mail.in_reply_to.iter().chain(&mail.references).cloned().collect();
    let thread = messages::find_thread(tx, workspace, sender, email, &ids).await?;
    let sent_at = mail.date.unwrap_or(received).min(received);
    let ticket = match thread {
        Some(ticket) => ticket,
        None => {
            let subject = mail.subject.as_deref().unwrap_or("(no subject)");
            let mut new = NewTicket::new(sender, subject, Channel::Email);
            new.mailbox = mail.to.first().map(|to| to.email.clone());
            new.submitted_at = Some(sent_at);
            open_as(tx, ctx, new, name).await?.id
        }
    };
    let headers: Vec<HeaderLine> = mail
        .headers
        .iter()
        .map(|(name, value)| HeaderLine { name: name.clone(), value: value.clone() })
        .collect();
    let insert = InsertMessage {
        author_name: name,
        author_email: Some(email),
        subject: mail.subject.as_deref(),
        body_text: &mail.text,
        body_html: mail.html.as_deref(),
        headers: &headers,
        message_id,
        in_reply_to: mail.in_reply_to.first().map(String::as_str),
        ..blank(ticket, sender, raw, sent_at)
    };
    let filed = store(tx, ctx, &insert, sender, received).await?;
    for file in &mail.attachments {
        let file = InsertAttachment {
            file_name: &file.file_name,
            content_type: &file.content_type,
            content_id: file.content_id.as_deref(),
            data: &file.data,
        };
        messages::insert_attachment(tx, workspace, insert.id, &file).await?;
    }
    add_participants(tx, ctx, ticket, mail).await?;
    Ok(filed)
}

/// Whoever is in copy takes part in the conversation.
async fn add_participants(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: TicketId,
    mail: &ParsedEmail,
) -> Result<()> {
    let (_, there) = tickets::part_counts(tx, ctx.workspace, ticket).await?;
    let room = limits::PARTICIPANTS_MAX.saturating_sub(usize::try_from(there).unwrap_or(0));
    for person in mail.cc.iter().filter(|p| p.email != mail.from.email).take(room) {
        let person = NewParticipant { email: person.email.clone(), name: person.name.clone() };
        tickets::add_participant(tx, ctx.workspace, ticket, &person).await?;
    }
    Ok(())
}

/// Files what cannot be read under a customer of its own, its raw text as the message.
async fn file_unreadable(
    tx: &mut Tx,
    ctx: &Ctx,
    raw_id: RawEmailId,
    raw: &[u8],
    why: Unreadable,
    received: DateTime<Utc>,
) -> Result<InboundEmail> {
    let key = Key { kind: IdentifierKind::AnonymousId, value: UNKNOWN_SENDER.into() };
    let (name, source) = (Some("Unknown sender"), "email");
    let sender = customers::find_or_create(tx, ctx.workspace, &key, name, source, ctx.now).await?;
    let subject = rapport_mail::peek_subject(raw);
    let title = subject.as_deref().unwrap_or("Unreadable e-mail");
    let mut new = NewTicket::new(sender, title, Channel::Email);
    new.submitted_at = Some(received);
    let ticket = open_as(tx, ctx, new, "Unknown sender").await?.id;
    let shown = &raw[..raw.len().min(limits::RAW_SHOWN_BYTES)];
    let shown = text::clean(&String::from_utf8_lossy(shown).replace("\r\n", "\n"));
    let reason = why.to_string();
    let insert = InsertMessage {
        author_name: "Unknown sender",
        // The page shows it above the raw text.
        subject: Some(&reason),
        body_text: &shown,
        unreadable: true,
        ..blank(ticket, sender, raw_id, received)
    };
    store(tx, ctx, &insert, sender, received).await
}

/// A customer's e-mail with nothing in it yet.
fn blank<'a>(
    ticket: TicketId,
    sender: CustomerId,
    raw: RawEmailId,
    sent_at: DateTime<Utc>,
) -> InsertMessage<'a> {
    InsertMessage {
        id: MessageId::generate(),
        ticket,
        kind: MessageKind::Customer,
        channel: Channel::Email,
        author_user: None,
        author_customer: Some(sender),
        author_name: "",
        author_email: None,
        subject: None,
        body_text: "",
        body_html: None,
        headers: &[],
        message_id: None,
        in_reply_to: None,
        raw_email: Some(raw),
        unreadable: false,
        receipt: None,
        receipt_at: None,
        receipt_error: None,
        client_key: None,
        sent_at,
    }
}

/// Stores the message and what it does to its ticket. Unread is what was received after the
/// last look, so the ticket goes by that time: a slow mail with an old Date is still news.
async fn store(
    tx: &mut Tx,
    ctx: &Ctx,
    insert: &InsertMessage<'_>,
    sender: CustomerId,
    received: DateTime<Utc>,
) -> Result<InboundEmail> {
    let touch = TouchByMessage {
        ticket: insert.ticket,
        kind: insert.kind,
        channel: insert.channel,
        text: insert.body_text,
        sent_at: received,
        moves_status: true,
        then: None,
        author_name: insert.author_name,
    };
    let touched = touch_by_message(tx, ctx, &touch).await?;
    messages::insert_message(tx, ctx.workspace, insert).await?;
    tracing::info!(ticket = touched.number, %sender, unreadable = insert.unreadable, "mail filed");
    Ok(InboundEmail {
        ticket_number: touched.number,
        ticket_id: insert.ticket,
        message_id: insert.id,
        customer_id: touched.customer,
        duplicate: false,
        unreadable: insert.unreadable,
    })
}
