//! Answers, notes, and messages that other systems bring.

use super::outgoing;
use crate::files::{self, Attached, NewFile};
use crate::notifications::{self, Told};
use crate::tickets::{Then, TouchByMessage, touch_by_message};
use crate::{Ctx, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use rapport_domain::message::{
    HeaderLine, NewAttachment, NewMessage, UploadMode, WriteMessage, WriteNote, Written,
};
use rapport_domain::ticket::{Channel, MessageKind, Receipt};
use rapport_domain::{
    AppError, AttachmentId, CustomerId, MessageId, Permission, UserId, limits, text,
};
use rapport_store::messages::{self, InsertMessage, TicketPlace};
use rapport_store::{StoreError, Tx, users};

/// How far ahead of our clock a message of another system may be.
const AHEAD: TimeDelta = TimeDelta::hours(24);

/// Stores what the composer sends: an answer, or a note when `mode` says so.
pub async fn write(ctx: &Ctx, number: i64, mode: &str, new: WriteMessage) -> Result<Written> {
    match mode {
        "note" => {
            let WriteMessage { body, client_key, attachments, seen, .. } = new;
            note(ctx, number, WriteNote { body, client_key, attachments, seen }).await
        }
        _ => reply(ctx, number, new).await,
    }
}

/// Stores an agent's answer to the customer, and closes the ticket if they say so.
pub async fn reply(ctx: &Ctx, number: i64, new: WriteMessage) -> Result<Written> {
    ctx.require(Permission::Write)?;
    let mut message = NewMessage::new(MessageKind::Agent, "");
    message.body_markdown = Some(text::required_text("body", &new.body, limits::MESSAGE_CHARS)?);
    message.client_key = new.client_key;
    // Without a mailbox it stays here, and the page says so.
    message.receipt = Some(Receipt::Queued);
    message.send = true;
    let line = |line: Option<String>| line.map(|l| vec![l]);
    (message.to, message.cc, message.bcc) = (line(new.to), line(new.cc), line(new.bcc));
    let then = new.snooze.map(Then::Snooze).or(new.close.then_some(Then::Close));
    let extra = Extra { then, uploads: new.attachments, seen: new.seen, ..Extra::default() };
    store(ctx, number, message, extra).await
}

/// Stores an internal note: the team sees it, the customer never.
pub async fn note(ctx: &Ctx, number: i64, new: WriteNote) -> Result<Written> {
    ctx.require(Permission::Write)?;
    let mut message = NewMessage::new(MessageKind::Note, "");
    message.body_markdown = Some(text::required_text("body", &new.body, limits::MESSAGE_CHARS)?);
    message.client_key = new.client_key;
    let extra = Extra { uploads: new.attachments, seen: new.seen, ..Extra::default() };
    store(ctx, number, message, extra).await
}

/// Stores a message for another system: live, or history with its own time and author.
pub async fn add_message(ctx: &Ctx, number: i64, new: NewMessage) -> Result<Written> {
    ctx.require(Permission::Write)?;
    store(ctx, number, new, Extra::default()).await
}

/// What a message brings along that no other system can say.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// What the author chose to do with the ticket along with it.
    pub then: Option<Then>,
    /// The author's own files that waited for it.
    pub uploads: Vec<AttachmentId>,
    /// The message that this one passes on, files included.
    pub forwards: Option<MessageId>,
    /// The newest message that the author saw.
    pub seen: Option<MessageId>,
}

pub(super) async fn store(
    ctx: &Ctx,
    number: i64,
    new: NewMessage,
    extra: Extra,
) -> Result<Written> {
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
    let mut tx = ctx.store.begin().await?;
    let ticket = messages::ticket_place(&mut tx, ctx.workspace, number).await?;
    let author = author(&mut tx, ctx, &ticket, &mut new).await?;
    let channel = channel(&new, &ticket);
    let id = MessageId::generate();
    if let Some(written) = written_before(&mut tx, ctx, number, &ticket, &new).await? {
        return Ok(written);
    }
    let plan = if new.send && channel == Channel::Email {
        let alone = extra.forwards.is_some();
        outgoing::plan(&mut tx, ctx, &ticket, id, &author.name, &mut new, alone).await?
    } else {
        None
    };
    let headers = headers(&new, &ticket, &author, channel);
    let sent_at = new.sent_at.unwrap_or(ctx.now);
    let insert = InsertMessage {
        id,
        ticket: ticket.id,
        kind: new.kind,
        channel,
        author_user: author.user,
        author_customer: author.customer,
        author_name: &author.name,
        author_email: author.email.as_deref(),
        subject: new.subject.as_deref(),
        body_text: &body,
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
    };
    // Locks customer and ticket before the row is written, as everybody does.
    let touch = TouchByMessage {
        ticket: ticket.id,
        // What goes to others answers nobody, as a note.
        kind: if extra.forwards.is_some() { MessageKind::Note } else { new.kind },
        channel,
        text: &body,
        sent_at,
        moves_status: new.sent_at.is_none(),
        automatic: false,
        then: extra.then,
        author_name: &author.name,
    };
    let touched = touch_by_message(&mut tx, ctx, &touch).await?;
    // Under the ticket's lock: of two who answer at once one is asked.
    if let Some(seen) = extra.seen {
        let note = new.kind == MessageKind::Note;
        let (ticket, user) = (ticket.id, ctx.user());
        let newer = messages::newer(&mut tx, ctx.workspace, ticket, seen, user, note).await?;
        if !newer.is_empty() {
            return Err(AppError::Overtaken(newer));
        }
    }
    match messages::insert_message(&mut tx, ctx.workspace, &insert).await {
        Ok(true) => {}
        // Somebody stored this key while we waited for the ticket: undo, and answer with theirs.
        Ok(false) => {
            drop(tx);
            let mut tx = ctx.store.begin().await?;
            let before = written_before(&mut tx, ctx, number, &ticket, &new).await?;
            return before.ok_or(AppError::Unavailable);
        }
        Err(error) if error.is_constraint("messages_message_id") => {
            let message = "There is a message with this Message-ID already.";
            return Err(AppError::invalid("message_id", message));
        }
        Err(error) => return Err(error.into()),
    }
    messages::insert_attachments(&mut tx, ctx.workspace, id, &files::inserts(&files)).await?;
    let note = new.kind == MessageKind::Note;
    let uploads = Attached {
        mode: if note { UploadMode::Note } else { UploadMode::Reply },
        ids: &extra.uploads,
        text: new.body_markdown.as_deref().unwrap_or_default(),
        by_mail: plan.is_some(),
    };
    files::attach(&mut tx, ctx, id, ticket.id, uploads).await?;
    if let Some(user) = ctx.user().filter(|_| new.kind == MessageKind::Agent) {
        messages::forget_returned(&mut tx, ctx.workspace, user, ticket.id).await?;
    }
    if let (MessageKind::Note, Some(source)) = (new.kind, &new.body_markdown) {
        notifications::tell_named(&mut tx, ctx, ticket.id, id, source).await?;
    }
    // History that an import brings is no news.
    if new.kind == MessageKind::Customer && new.sent_at.is_none() {
        let told = Told::of_customer(ticket.id, id, &touched, &author.name, &body);
        notifications::tell(&mut tx, ctx, &told).await?;
    }
    if let Some(forwarded) = extra.forwards {
        messages::set_forwards(&mut tx, ctx.workspace, id, forwarded).await?;
    }
    if let Some(plan) = &plan {
        outgoing::enqueue(&mut tx, ctx, id, plan, &touched).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    let version = touched.version;
    Ok(Written { id, ticket_id: ticket.id, number, version, duplicate: false })
}

/// What the same request stored before, if it did.
async fn written_before(
    tx: &mut Tx,
    ctx: &Ctx,
    number: i64,
    ticket: &TicketPlace,
    new: &NewMessage,
) -> Result<Option<Written>> {
    let Some(key) = &new.client_key else { return Ok(None) };
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
