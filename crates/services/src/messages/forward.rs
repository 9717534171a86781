//! Passing a message on to others: a mail of its own, that the customer does not get.

use super::insert::Extra;
use super::write::store;
use crate::{Ctx, Result, auth};
use chrono::{DateTime, Utc};
use rapport_domain::message::{NewMessage, Written};
use rapport_domain::ticket::{Channel, MessageKind, Receipt};
use rapport_domain::{AppError, CustomerId, MessageId, Permission, limits, text};
use rapport_mail::text_html;
use rapport_store::messages::ForwardRow;

/// What a person says about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forward {
    /// Addresses, separated by commas.
    pub to: String,
    /// What stands above the message; may be empty.
    pub note: String,
    /// The same key stores one message, however often it is sent.
    pub client_key: Option<String>,
}

/// A message as it would be passed on.
#[derive(Debug, Clone)]
pub struct ToForward {
    pub number: i64,
    pub customer: CustomerId,
    pub subject: String,
    /// Who wrote it when, and its words.
    pub quoted: String,
    pub files: Vec<String>,
    /// Goes into the form: sending it twice stores one message.
    pub form_key: String,
}

/// Shows how a message would be passed on. Internal notes are not found here.
pub async fn to_forward(ctx: &Ctx, id: MessageId) -> Result<ToForward> {
    ctx.require(Permission::TicketsReply)?;
    let row = ctx.store.to_forward(ctx.workspace, id).await?;
    Ok(ToForward {
        number: row.number,
        customer: row.customer,
        subject: subject(&row),
        quoted: format!("{}\n\n{}", head(&row).join("\n"), row.body_text),
        files: row.files,
        form_key: auth::random_token(),
    })
}

/// Sends a message with its files to others, under a note. Their answers come into the ticket.
pub async fn forward(ctx: &Ctx, id: MessageId, new: Forward) -> Result<Written> {
    ctx.require(Permission::TicketsReply)?;
    if new.to.trim().is_empty() {
        return Err(AppError::invalid("to", "Who should it go to?"));
    }
    let note = text::clean(&new.note);
    if note.chars().count() > limits::MESSAGE_CHARS / 2 {
        return Err(AppError::invalid("note", "This note is too long."));
    }
    let row = ctx.store.to_forward(ctx.workspace, id).await?;
    if row.files_bytes > limits::ATTACHMENTS_BYTES as i64 {
        let message = "Its files are larger than 10 MB together; most mail servers refuse that.";
        return Err(AppError::invalid("to", message));
    }
    let head = head(&row);
    let quoted: String = row.body_text.chars().take(limits::MESSAGE_CHARS / 2).collect();
    let body = format!("{note}\n\n{}\n\n{quoted}", head.join("\n"));
    let mut message = NewMessage::new(MessageKind::Agent, body.trim());
    let marked = row.body_markdown.as_deref().map(rapport_mail::markdown_html);
    message.body_html = marked
        .or_else(|| row.body_html.clone())
        .filter(|html| html.len() <= limits::MESSAGE_HTML_BYTES / 2)
        .map(|html| format!("{}<hr>{}{html}", text_html(&note), text_html(&head.join("\n"))));
    message.subject = Some(subject(&row));
    // Whatever way the ticket came.
    message.channel = Some(Channel::Email);
    message.client_key = new.client_key;
    message.receipt = Some(Receipt::Queued);
    message.send = true;
    message.to = Some(vec![new.to]);
    // Nobody else: the people in the conversation have it, or are not meant.
    (message.cc, message.bcc) = (Some(Vec::new()), Some(Vec::new()));
    store(ctx, row.number, message, Extra { forwards: Some(id), ..Extra::default() }).await
}

/// `Fwd: ` before the message's subject, once.
fn subject(row: &ForwardRow) -> String {
    let subject = row.subject.as_deref().unwrap_or(&row.ticket_subject);
    let marked = subject.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("fwd:"));
    if marked { subject.to_string() } else { format!("Fwd: {subject}") }
}

/// The lines above a message that is passed on.
fn head(row: &ForwardRow) -> Vec<String> {
    let from = match &row.author_email {
        Some(email) => format!("{} <{email}>", row.author_name),
        None => row.author_name.clone(),
    };
    let to = row.headers.iter().find(|h| h.name.eq_ignore_ascii_case("to"));
    let mut lines = vec![
        "---------- Forwarded message ----------".to_string(),
        format!("From: {from}"),
        format!("Date: {}", date(row.sent_at)),
        format!("Subject: {}", row.subject.as_deref().unwrap_or(&row.ticket_subject)),
    ];
    lines.extend(to.map(|h| format!("To: {}", rapport_mail::decode_header(&h.value))));
    lines
}

fn date(at: DateTime<Utc>) -> String {
    at.format("%a, %-d %b %Y %H:%M UTC").to_string()
}
