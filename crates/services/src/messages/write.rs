//! Answers, notes, and messages that other systems bring.

use super::insert::{Extra, Ready, insert};
use super::outgoing::Below;
use crate::transaction::Recorded;
use crate::{Ctx, Result, files, tickets};
use rapport_domain::message::{
    FirstMessage, MessageMode, NewMessage, Opening, WriteMessage, WriteNote, Written,
};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket, Receipt, TicketCreated};
use rapport_domain::{AppError, CustomerId, Permission, limits, text};
use rapport_store::messages::{self, TicketPlace, UploadPlace};
use rapport_store::{Tx, mailboxes};

/// Stores what the composer sends.
pub async fn write(
    ctx: &Ctx,
    number: i64,
    mode: MessageMode,
    new: WriteMessage,
) -> Result<Written> {
    match mode {
        MessageMode::Reply => reply(ctx, number, new).await,
        MessageMode::Note => {
            let WriteMessage { body, client_key, effects, attachments, seen, .. } = new;
            note(ctx, number, WriteNote { body, client_key, effects, attachments, seen }).await
        }
    }
}

/// Stores an agent's answer to the customer, and does to the ticket what they chose.
pub async fn reply(ctx: &Ctx, number: i64, new: WriteMessage) -> Result<Written> {
    ctx.require(Permission::TicketsReply)?;
    let (message, extra) = mail_of(new)?;
    store(ctx, number, message, extra).await
}

/// Stores an internal note: the team sees it, the customer never.
pub async fn note(ctx: &Ctx, number: i64, new: WriteNote) -> Result<Written> {
    ctx.require(Permission::TicketsWrite)?;
    let (message, extra) = note_of(new)?;
    store(ctx, number, message, extra).await
}

/// Stores a message for another system: live, or history with its own time and author.
pub async fn add_message(ctx: &Ctx, number: i64, new: NewMessage) -> Result<Written> {
    ctx.require(Permission::TicketsWrite)?;
    store(ctx, number, new, Extra::default()).await
}

/// What the form for a customer's new ticket starts from.
pub async fn opening(ctx: &Ctx, customer: CustomerId) -> Result<Opening> {
    ctx.require(Permission::TicketsWrite)?;
    let (customer_name, emails) = ctx.store.addresses_of(ctx.workspace, customer).await?;
    let uploads = files::for_new_ticket(ctx, customer).await?;
    let people = ctx.store.assignable(ctx.workspace).await?.people;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let mailbox = mailboxes::answering(&mut tx, ctx.workspace, None, ctx.user()).await?;
    let (from, signature) = mailbox.map(|m| (m.address, m.signature)).unzip();
    let signature = signature.unwrap_or_default();
    Ok(Opening { customer_name, emails, from, signature, people, uploads })
}

/// Opens a ticket with its first message, both or neither. A mail leaves as any answer does: it
/// can be taken back for a while, and what the customer answers is filed in this ticket.
pub async fn open(ctx: &Ctx, new: NewTicket, first: FirstMessage) -> Result<TicketCreated> {
    ctx.require(Permission::TicketsWrite)?;
    let (mut message, extra) = match first {
        FirstMessage::None => return tickets::create(ctx, new).await,
        FirstMessage::Note(note) => note_of(note)?,
        FirstMessage::Mail(mail) => mail_of(mail)?,
    };
    if message.kind == MessageKind::Agent {
        // Nothing is answered, whatever way the ticket came.
        message.subject = Some(new.subject.clone());
        message.channel = Some(Channel::Email);
    }
    let uploads = UploadPlace::NewTicket(new.customer_id);
    let mut ready = Ready::prepared(ctx, message, &extra).await?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let created = tickets::open(&mut tx, ctx, new).await?;
    let ticket = messages::ticket_place(&mut tx, ctx.workspace, created.number).await?;
    let touched = insert(&mut tx, ctx, &ticket, uploads, &mut ready, &extra).await?;
    tx.commit(Recorded::OnTimeline).await?;
    let version = touched.map_or(created.version, |(_, touched)| touched.version);
    Ok(TicketCreated { version, ..created })
}

fn mail_of(new: WriteMessage) -> Result<(NewMessage, Extra)> {
    let mut message = NewMessage::new(MessageKind::Agent, "");
    message.body_markdown = Some(text::required_text("body", &new.body, limits::MESSAGE_CHARS)?);
    message.client_key = new.client_key;
    // Without a mailbox it stays here, and the page says so.
    message.receipt = Some(Receipt::Queued);
    message.send = true;
    let line = |line: Option<String>| line.map(|l| vec![l]);
    (message.to, message.cc, message.bcc) = (line(new.to), line(new.cc), line(new.bcc));
    let below = Below { signature: new.signature, quote: new.quote };
    let extra = Extra {
        effects: new.effects,
        uploads: new.attachments,
        below,
        seen: new.seen,
        ..Extra::default()
    };
    Ok((message, extra))
}

fn note_of(new: WriteNote) -> Result<(NewMessage, Extra)> {
    let mut message = NewMessage::new(MessageKind::Note, "");
    message.body_markdown = Some(text::required_text("body", &new.body, limits::MESSAGE_CHARS)?);
    message.client_key = new.client_key;
    let extra = Extra {
        effects: new.effects,
        uploads: new.attachments,
        seen: new.seen,
        ..Extra::default()
    };
    Ok((message, extra))
}

/// Stores it, unless the same request did before.
pub(super) async fn store(
    ctx: &Ctx,
    number: i64,
    new: NewMessage,
    extra: Extra,
) -> Result<Written> {
    let mut ready = Ready::prepared(ctx, new, &extra).await?;
    let key = ready.new.client_key.clone();
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let ticket = messages::ticket_place(&mut tx, ctx.workspace, number).await?;
    if let Some(written) = written_before(&mut tx, ctx, number, &ticket, key.as_deref()).await? {
        return Ok(written);
    }
    let uploads = UploadPlace::Ticket(ticket.id);
    let stored = insert(&mut tx, ctx, &ticket, uploads, &mut ready, &extra).await?;
    let Some((id, touched)) = stored else {
        // Somebody stored this key while we waited for the ticket: undo, and answer with theirs.
        drop(tx);
        let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
        let before = written_before(&mut tx, ctx, number, &ticket, key.as_deref()).await?;
        return before.ok_or(AppError::Unavailable);
    };
    tx.commit(Recorded::OnTimeline).await?;
    let version = touched.version;
    Ok(Written { id, ticket_id: ticket.id, number, version, duplicate: false })
}

/// What the same request stored before, if it did.
async fn written_before(
    tx: &mut Tx,
    ctx: &Ctx,
    number: i64,
    ticket: &TicketPlace,
    key: Option<&str>,
) -> Result<Option<Written>> {
    let Some(key) = key else { return Ok(None) };
    let found = messages::find_message(tx, ctx.workspace, ticket.id, key).await?;
    let Some(id) = found else { return Ok(None) };
    let version = ticket.version;
    Ok(Some(Written { id, ticket_id: ticket.id, number, version, duplicate: true }))
}
