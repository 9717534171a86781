//! Answers, notes, and messages that other systems bring.

use super::outgoing::{self, Below};
use crate::files::{self, Attached, Kept, NewFile};
use crate::notifications::{self, Notice};
use crate::tickets::{self, TouchByMessage, Touched, touch_by_message};
use crate::transaction::Told;
use crate::{Ctx, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use rapport_domain::message::{
    Effect, FirstMessage, HeaderLine, MessageMode, NewAttachment, NewMessage, Opening,
    WriteMessage, WriteNote, Written,
};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket, Receipt, TicketCreated};
use rapport_domain::{
    AppError, AttachmentId, CustomerId, MessageId, Permission, UserId, limits, text,
};
use rapport_store::messages::{self, InsertMessage, TicketPlace, UploadPlace};
use rapport_store::{Tx, mailboxes, users};

/// How far ahead of our clock a message of another system may be.
const AHEAD: TimeDelta = TimeDelta::hours(24);

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
    let mailbox = mailboxes::answering(&mut tx, ctx.workspace, None).await?;
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
    let mut ready = Ready::of(ctx, message, &extra).await?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let created = tickets::open(&mut tx, ctx, new).await?;
    let ticket = messages::ticket_place(&mut tx, ctx.workspace, created.number).await?;
    let touched = insert(&mut tx, ctx, &ticket, uploads, &mut ready, &extra).await?;
    tx.commit(Told::OnTimeline).await?;
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

/// What a message brings along that no other system can say.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// What happens to the ticket along with it.
    pub effects: Vec<Effect>,
    /// The author's own files that waited for it.
    pub uploads: Vec<AttachmentId>,
    /// What stands below its text.
    pub below: Below,
    /// The message that this one passes on, files included.
    pub forwards: Option<MessageId>,
    /// The newest message that the author saw.
    pub seen: Option<MessageId>,
}

/// A message that was checked, its files kept, before anything is locked.
struct Ready {
    new: NewMessage,
    body: String,
    html: Option<String>,
    files: Vec<Kept>,
}

impl Ready {
    async fn of(ctx: &Ctx, new: NewMessage, extra: &Extra) -> Result<Self> {
        let mut new = new.checked()?;
        if new.sent_at.is_some_and(|at| at > ctx.now + AHEAD) {
            return Err(AppError::invalid("sent_at", "This time is in the future."));
        }
        let mut files = decode(std::mem::take(&mut new.attachments))?;
        if let Some(forwarded) = extra.forwards {
            files.extend(files::copies(ctx, forwarded).await?);
        }
        let files = files::keep(&ctx.store, ctx.workspace, files).await?;
        let html = new.body_html.take().map(|h| rapport_mail::sanitize(&h));
        let body = match new.body_text.take() {
            Some(body) => body,
            None => text::clean(&rapport_mail::html_to_text(html.as_deref().unwrap_or_default())),
        };
        Ok(Self { new, body, html, files })
    }
}

pub(super) async fn store(
    ctx: &Ctx,
    number: i64,
    new: NewMessage,
    extra: Extra,
) -> Result<Written> {
    let mut ready = Ready::of(ctx, new, &extra).await?;
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
    tx.commit(Told::OnTimeline).await?;
    let version = touched.version;
    Ok(Written { id, ticket_id: ticket.id, number, version, duplicate: false })
}

/// Stores a message and all that goes with it in the caller's transaction; `None` when the ticket
/// has one with its key already.
async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    uploads: UploadPlace,
    ready: &mut Ready,
    extra: &Extra,
) -> Result<Option<(MessageId, Touched)>> {
    let Ready { new, body, html, files } = ready;
    let author = author(tx, ctx, ticket, new).await?;
    let channel = channel(new, ticket);
    let id = MessageId::generate();
    let plan = if new.send && channel == Channel::Email {
        let alone = extra.forwards.is_some();
        outgoing::plan(tx, ctx, ticket, id, &author.name, new, &extra.below, alone).await?
    } else {
        None
    };
    let headers = headers(new, ticket, &author, channel);
    let sent_at = new.sent_at.unwrap_or(ctx.now);
    let message = InsertMessage {
        id,
        ticket: ticket.id,
        kind: new.kind,
        channel,
        author_user: author.user,
        author_customer: author.customer,
        author_name: &author.name,
        author_email: author.email.as_deref(),
        subject: new.subject.as_deref(),
        body_text: body,
        body_markdown: new.body_markdown.as_deref(),
        body_html: html.as_deref().filter(|h| !h.trim().is_empty()),
        headers: &headers,
        message_id: new.message_id.as_deref(),
        in_reply_to: new.in_reply_to.as_deref(),
        raw_email: None,
        unreadable: false,
        receipt: new.receipt,
        receipt_at: new.receipt_at,
        receipt_error: new.receipt_error.as_deref(),
        client_key: new.client_key.as_deref(),
        sent_at,
        answer_to: None,
        addressed: &[],
        addressed_vouched: false,
    };
    // Locks customer and ticket before the row is written, as everybody does.
    let touch = TouchByMessage {
        ticket: ticket.id,
        // What goes to others answers nobody, as a note.
        kind: if extra.forwards.is_some() { MessageKind::Note } else { new.kind },
        channel,
        text: body,
        sent_at,
        moves_status: new.sent_at.is_none(),
        automatic: false,
        effects: &extra.effects,
        author_name: &author.name,
    };
    let touched = touch_by_message(tx, ctx, &touch).await?;
    // Under the ticket's lock: of two who answer at once one is asked.
    if let Some(seen) = extra.seen {
        let note = new.kind == MessageKind::Note;
        let (ticket, user) = (ticket.id, ctx.user());
        let newer = messages::newer(tx, ctx.workspace, ticket, seen, user, note).await?;
        if !newer.is_empty() {
            return Err(AppError::Overtaken(newer));
        }
    }
    match messages::insert_message(tx, ctx.workspace, &message).await {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) if error.is_constraint("messages_message_id") => {
            let message = "There is a message with this Message-ID already.";
            return Err(AppError::invalid("message_id", message));
        }
        Err(error) => return Err(error.into()),
    }
    messages::insert_attachments(tx, ctx.workspace, id, &files::inserts(files)).await?;
    let note = new.kind == MessageKind::Note;
    let attached = Attached {
        mode: if note { MessageMode::Note } else { MessageMode::Reply },
        ids: &extra.uploads,
        text: new.body_markdown.as_deref().unwrap_or_default(),
        by_mail: plan.is_some(),
    };
    files::attach(tx, ctx, id, uploads, attached).await?;
    if let Some(user) = ctx.user().filter(|_| new.kind == MessageKind::Agent) {
        messages::forget_returned(tx, ctx.workspace, user, ticket.id).await?;
    }
    if let (MessageKind::Note, Some(source)) = (new.kind, &new.body_markdown) {
        notifications::notify_named(tx, ctx, ticket.id, id, source).await?;
    }
    // History that an import brings is no news.
    if new.kind == MessageKind::Customer && new.sent_at.is_none() {
        let notice = Notice::of_customer(ticket.id, id, &touched, &author.name, body);
        notifications::notify(tx, ctx, &notice).await?;
    }
    if let Some(forwarded) = extra.forwards {
        messages::set_forwards(tx, ctx.workspace, id, forwarded).await?;
    }
    if let Some(plan) = &plan {
        outgoing::enqueue(tx, ctx, id, plan, &touched).await?;
    }
    Ok(Some((id, touched)))
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

#[derive(Debug)]
struct Author {
    user: Option<UserId>,
    customer: Option<CustomerId>,
    name: String,
    email: Option<String>,
}

/// Who wrote it. Customers' messages are the ticket's customer's; a person's own are theirs.
async fn author(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    new: &mut NewMessage,
) -> Result<Author> {
    let (name, email) = (new.author_name.take(), new.author_email.take());
    if new.kind == MessageKind::Customer {
        return Ok(Author {
            user: None,
            customer: Some(ticket.customer),
            name: name.unwrap_or_else(|| ticket.customer_name.clone()),
            email: email.or_else(|| ticket.customer_email.clone()),
        });
    }
    let user = new.author_id.or(ctx.user());
    let known = match user {
        Some(user) => users::names_of_people(tx, ctx.workspace, &[user]).await?.pop(),
        None => None,
    };
    if new.author_id.is_some() && known.is_none() {
        return Err(AppError::invalid("author_id", "There is no such person."));
    }
    let name = name.or(known.map(|(_, name)| name));
    let name = name.unwrap_or_else(|| ctx.actor_name().to_string());
    Ok(Author { user, customer: None, name, email })
}

fn channel(new: &NewMessage, ticket: &TicketPlace) -> Channel {
    match (new.channel, new.kind, ticket.channel) {
        (_, MessageKind::Note, _) => Channel::Internal,
        (Some(channel), ..) => channel,
        (None, _, Channel::Chat) => Channel::Chat,
        (None, MessageKind::Customer, channel) => channel,
        // Whatever way a ticket came, an answer from here is an e-mail.
        (None, MessageKind::Agent, _) => Channel::Email,
    }
}

/// The given headers; for an answer by e-mail, those it is going to carry.
fn headers(
    new: &NewMessage,
    ticket: &TicketPlace,
    author: &Author,
    channel: Channel,
) -> Vec<HeaderLine> {
    if !new.headers.is_empty() || new.kind != MessageKind::Agent || channel != Channel::Email {
        return new.headers.clone();
    }
    let mailbox = ticket.mailbox.as_deref().filter(|m| m.contains('@'));
    let from = match mailbox {
        Some(mailbox) => format!("{} <{mailbox}>", author.name),
        None => author.name.clone(),
    };
    let subject = outgoing::answer_subject(&ticket.subject);
    let line = |name: &str, value: &str| HeaderLine { name: name.into(), value: value.into() };
    let to = ticket.customer_email.as_deref();
    let mut lines = vec![line("From", &from)];
    lines.extend(to.map(|to| line("To", to)));
    lines.push(line("Subject", new.subject.as_deref().unwrap_or(&subject)));
    lines
}

/// Reads the files, with names made safe.
fn decode(files: Vec<NewAttachment>) -> Result<Vec<NewFile>> {
    let mut total = 0;
    let decode = |file: NewAttachment| {
        let data = STANDARD
            .decode(file.data.as_bytes())
            .map_err(|_| AppError::invalid("attachments", "A file's data is not base64."))?;
        total += data.len();
        if total > limits::ATTACHMENTS_BYTES {
            let message = "The files of a message may have 10 MB together.";
            return Err(AppError::invalid("attachments", message));
        }
        let name = rapport_mail::clean_file_name(&file.file_name);
        Ok(NewFile {
            file_name: if name.is_empty() { "attachment".into() } else { name },
            declared: file.content_type,
            content_id: None,
            data: data.into(),
        })
    };
    files.into_iter().map(decode).collect()
}
