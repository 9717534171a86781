//! Storing a message that was checked, with all that goes along, in one transaction.

use super::author::{self, Author};
use super::outgoing::{self, Below};
use crate::files::{self, Attached, Kept, NewFile};
use crate::notifications::{self, Notice};
use crate::tickets::{TouchByMessage, Touched, touch_by_message};
use crate::{Ctx, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use rapport_domain::message::{Effect, HeaderLine, MessageMode, NewAttachment, NewMessage};
use rapport_domain::ticket::{Channel, MessageKind};
use rapport_domain::{AppError, AttachmentId, MessageId, TicketId, limits, text};
use rapport_store::Tx;
use rapport_store::messages::{self, InsertMessage, TicketPlace, UploadPlace};

/// How far ahead of our clock a message of another system may be.
const AHEAD: TimeDelta = TimeDelta::hours(24);

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
pub(super) struct Ready {
    pub new: NewMessage,
    body: String,
    html: Option<String>,
    files: Vec<Kept>,
}

impl Ready {
    pub(super) async fn prepared(ctx: &Ctx, new: NewMessage, extra: &Extra) -> Result<Self> {
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

/// Stores a message and all that goes with it in the caller's transaction; `None` when the ticket
/// has one with its key already.
pub(super) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    uploads: UploadPlace,
    ready: &mut Ready,
    extra: &Extra,
) -> Result<Option<(MessageId, Touched)>> {
    let author = author::of(tx, ctx, ticket, &mut ready.new).await?;
    let channel = author::channel(&ready.new, ticket);
    let id = MessageId::generate();
    let plan = if ready.new.send && channel == Channel::Email {
        let alone = extra.forwards.is_some();
        let new = &mut ready.new;
        outgoing::plan(tx, ctx, ticket, id, &author.name, new, &extra.below, alone).await?
    } else {
        None
    };
    let headers = author::headers(&ready.new, ticket, &author, channel);
    // Locks customer and ticket before the row is written, as everybody does.
    let touched = touch(tx, ctx, ticket, ready, extra, &author, channel).await?;
    let message = row(ctx, id, ticket, ready, &author, channel, &headers);
    match messages::insert_message(tx, ctx.workspace, &message).await {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) if error.is_constraint("messages_message_id") => {
            let message = "There is a message with this Message-ID already.";
            return Err(AppError::invalid("message_id", message));
        }
        Err(error) => return Err(error.into()),
    }
    let stored = Stored { id, ticket: ticket.id, uploads, by_mail: plan.is_some() };
    accompany(tx, ctx, &stored, ready, extra, &author, &touched).await?;
    if let Some(plan) = &plan {
        outgoing::enqueue(tx, ctx, id, plan, &touched).await?;
    }
    Ok(Some((id, touched)))
}

/// What the message does to the ticket. Under its lock: of two who answer at once one is asked.
async fn touch(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    ready: &Ready,
    extra: &Extra,
    author: &Author,
    channel: Channel,
) -> Result<Touched> {
    let new = &ready.new;
    let touch = TouchByMessage {
        ticket: ticket.id,
        // What goes to others answers nobody, as a note.
        kind: if extra.forwards.is_some() { MessageKind::Note } else { new.kind },
        channel,
        text: &ready.body,
        sent_at: new.sent_at.unwrap_or(ctx.now),
        moves_status: new.sent_at.is_none(),
        automatic: false,
        effects: &extra.effects,
        author_name: &author.name,
    };
    let touched = touch_by_message(tx, ctx, &touch).await?;
    if let Some(seen) = extra.seen {
        let note = new.kind == MessageKind::Note;
        let (ticket, user) = (ticket.id, ctx.user());
        let newer = messages::newer(tx, ctx.workspace, ticket, seen, user, note).await?;
        if !newer.is_empty() {
            return Err(AppError::Overtaken(newer));
        }
    }
    Ok(touched)
}

fn row<'a>(
    ctx: &Ctx,
    id: MessageId,
    ticket: &TicketPlace,
    ready: &'a Ready,
    author: &'a Author,
    channel: Channel,
    headers: &'a [HeaderLine],
) -> InsertMessage<'a> {
    let Ready { new, body, html, .. } = ready;
    InsertMessage {
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
        headers,
        message_id: new.message_id.as_deref(),
        in_reply_to: new.in_reply_to.as_deref(),
        raw_email: None,
        unreadable: false,
        receipt: new.receipt,
        receipt_at: new.receipt_at,
        receipt_error: new.receipt_error.as_deref(),
        client_key: new.client_key.as_deref(),
        sent_at: new.sent_at.unwrap_or(ctx.now),
        answer_to: None,
        addressed: &[],
        addressed_vouched: false,
    }
}

/// A message whose row is written.
struct Stored {
    id: MessageId,
    ticket: TicketId,
    uploads: UploadPlace,
    by_mail: bool,
}

/// Writes what goes with the row: its files, who is told of it, and what it passes on.
async fn accompany(
    tx: &mut Tx,
    ctx: &Ctx,
    stored: &Stored,
    ready: &Ready,
    extra: &Extra,
    author: &Author,
    touched: &Touched,
) -> Result<()> {
    let Ready { new, body, files, .. } = ready;
    let Stored { id, ticket, .. } = *stored;
    messages::insert_attachments(tx, ctx.workspace, id, &files::inserts(files)).await?;
    let note = new.kind == MessageKind::Note;
    let attached = Attached {
        mode: if note { MessageMode::Note } else { MessageMode::Reply },
        ids: &extra.uploads,
        text: new.body_markdown.as_deref().unwrap_or_default(),
        by_mail: stored.by_mail,
    };
    files::attach(tx, ctx, id, stored.uploads, attached).await?;
    if let Some(user) = ctx.user().filter(|_| new.kind == MessageKind::Agent) {
        messages::forget_returned(tx, ctx.workspace, user, ticket).await?;
    }
    if let (MessageKind::Note, Some(source)) = (new.kind, &new.body_markdown) {
        notifications::notify_named(tx, ctx, ticket, id, source).await?;
    }
    // History that an import brings is no news.
    if new.kind == MessageKind::Customer && new.sent_at.is_none() {
        let notice = Notice::of_customer(ticket, id, touched, &author.name, body);
        notifications::notify(tx, ctx, &notice).await?;
    }
    if let Some(forwarded) = extra.forwards {
        messages::set_forwards(tx, ctx.workspace, id, forwarded).await?;
    }
    Ok(())
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
