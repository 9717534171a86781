//! Turning an answer into a mail to send: who gets it, what it answers, when it leaves.

use super::send::SendMail;
use super::sender::from_name;
use crate::{Ctx, Result};
use chrono::TimeDelta;
use rapport_domain::message::{HeaderLine, NewMessage, RecipientRole, Recipients, parse_addresses};
use rapport_domain::ticket::{MessageKind, Receipt};
use rapport_domain::{AppError, MailboxId, MessageId, limits, text};
use rapport_queue::NoPayload;
use rapport_store::mailboxes::Answering;
use rapport_store::messages::{self, InsertOutgoing, TicketPlace};
use rapport_store::{Tx, mailboxes};

/// How long an answer can be taken back before it leaves.
pub const UNDO: TimeDelta = TimeDelta::seconds(10);

/// How a message leaves.
#[derive(Debug)]
pub(super) struct Plan {
    mailbox: MailboxId,
    recipients: Vec<(String, RecipientRole)>,
    references: Vec<String>,
    signature: String,
    own_signature: bool,
    quoted: Option<String>,
}

/// What stands below an answer, as its author decided.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// `None`: the author's own or the mailbox's.
    pub signature: Option<String>,
    /// The message that is quoted.
    pub quote: Option<MessageId>,
}

/// Decides how a message leaves, and gives it its subject, ids and headers. `None` when the
/// workspace has no mailbox that can send: the message is stored and waits. `alone` leaves out
/// what the conversation said before: it goes to people who were not in it.
pub(super) async fn plan(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    id: MessageId,
    author_name: &str,
    new: &mut NewMessage,
    below: &Below,
    alone: bool,
) -> Result<Option<Plan>> {
    let came_to = ticket.mailbox.as_deref();
    let Some(mailbox) = mailboxes::answering(tx, ctx.workspace, came_to, ctx.user()).await? else {
        return Ok(None);
    };
    let Answering { id: mailbox, address, name, signature: usual, own_signature, .. } = mailbox;
    let signature = match &below.signature {
        Some(own) => signature(own)?,
        None => usual,
    };
    let quoted = match below.quote {
        Some(message) => Some(quoted(tx, ctx, ticket, message).await?),
        None => None,
    };
    let recipients = recipients(tx, ctx, ticket, new).await?;
    let references = match alone {
        true => Vec::new(),
        false => messages::thread_ids(tx, ctx.workspace, ticket.id).await?,
    };
    let ascii = text::ascii_email(&address);
    let (_, domain) =
        ascii.as_deref().and_then(|a| a.rsplit_once('@')).unwrap_or(("", "localhost"));
    let message_id = format!("{}.{id}@{domain}", ticket.id);
    let subject = new.subject.take().unwrap_or_else(|| answer_subject(&ticket.subject));
    let line = |name: &str, value: String| HeaderLine { name: name.into(), value };
    let all = |role| {
        let emails = recipients.iter().filter(move |(_, r)| *r == role).map(|(e, _)| e.as_str());
        emails.collect::<Vec<_>>().join(", ")
    };
    new.headers = vec![
        line("From", format!("{} <{address}>", from_name(author_name, &name))),
        line("To", all(RecipientRole::To)),
        line("Cc", all(RecipientRole::Cc)),
        line("Bcc", all(RecipientRole::Bcc)),
        line("Subject", subject.clone()),
        line("Message-ID", format!("<{message_id}>")),
    ];
    new.headers.retain(|h| !h.value.is_empty());
    new.subject = Some(subject);
    new.in_reply_to = references.last().cloned();
    new.message_id = Some(message_id);
    new.receipt = Some(Receipt::Queued);
    new.receipt_at = Some(ctx.now);
    Ok(Some(Plan { mailbox, recipients, references, signature, own_signature, quoted }))
}

/// Stores the plan with its message, and the job that carries it out.
pub(super) async fn enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    message: MessageId,
    plan: &Plan,
    touched: &crate::tickets::Touched,
) -> Result<()> {
    let send_at = ctx.now + UNDO;
    let outgoing = InsertOutgoing {
        message,
        mailbox: plan.mailbox,
        recipients: &plan.recipients,
        references: &plan.references,
        signature: &plan.signature,
        signature_markdown: plan.own_signature,
        quoted: plan.quoted.as_deref(),
        moved: &touched.moved,
        send_at,
        now: ctx.now,
    };
    messages::insert_outgoing(tx, ctx.workspace, &outgoing).await?;
    rapport_queue::enqueue::<SendMail>(tx, ctx.workspace, &message, &NoPayload {}, send_at).await?;
    Ok(())
}

/// A signature that was changed for one mail.
fn signature(text: &str) -> Result<String> {
    let text = text::clean(text).trim_end().to_string();
    if text.chars().count() > limits::SIGNATURE_CHARS {
        let message = format!("At most {} characters fit.", limits::SIGNATURE_CHARS);
        return Err(AppError::invalid("signature", message));
    }
    Ok(text)
}

/// The words that the composer showed: those of a message of this ticket, without the thread that
/// it quotes itself.
async fn quoted(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    message: MessageId,
) -> Result<String> {
    let found = messages::to_quote(tx, ctx.workspace, ticket.id, message).await?;
    let Some((kind, author, at, text)) = found else {
        let message = "The message to quote is not in this ticket any more.";
        return Err(AppError::invalid("quote", message));
    };
    let fresh = match kind {
        MessageKind::Customer => rapport_mail::split_quoted(&text).fresh,
        _ => text,
    };
    Ok(rapport_domain::message::quoted(&author, at, &fresh))
}

async fn recipients(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    new: &NewMessage,
) -> Result<Vec<(String, RecipientRole)>> {
    let read = |field: &str, given: &Option<Vec<String>>| {
        given.as_ref().map(|g| parse_addresses(field, &g.join(","))).transpose()
    };
    let suggested = suggestion(tx, ctx, ticket).await?;
    let to = read("to", &new.to)?.filter(|to| !to.is_empty()).unwrap_or(suggested.to);
    if to.is_empty() {
        let message = "This customer has no e-mail address to write to.";
        return Err(AppError::invalid("to", message));
    }
    let cc = read("cc", &new.cc)?.unwrap_or(suggested.cc);
    let bcc = read("bcc", &new.bcc)?.unwrap_or_default();
    let mut found: Vec<(String, RecipientRole)> = Vec::new();
    let roles = [(to, RecipientRole::To), (cc, RecipientRole::Cc), (bcc, RecipientRole::Bcc)];
    for (emails, role) in roles {
        for email in emails {
            if !found.iter().any(|(known, _)| *known == email) {
                found.push((email, role));
            }
        }
    }
    if found.len() > limits::RECIPIENTS_MAX {
        let message = format!("A message has at most {} recipients.", limits::RECIPIENTS_MAX);
        return Err(AppError::invalid("cc", message));
    }
    Ok(found)
}

async fn suggestion(tx: &mut Tx, ctx: &Ctx, ticket: &TicketPlace) -> Result<Recipients> {
    let last = messages::last_sender(tx, ctx.workspace, ticket.id).await?;
    let participants = messages::participant_emails(tx, ctx.workspace, ticket.id).await?;
    let own = mailboxes::addresses(tx, ctx.workspace).await?;
    Ok(Recipients::suggest(last, ticket.customer_email.clone(), participants, &own))
}

/// `Re: ` before the ticket's subject, once.
pub(super) fn answer_subject(subject: &str) -> String {
    match subject.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("re:") => subject.to_string(),
        _ => format!("Re: {subject}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_marked_once() {
        assert_eq!(answer_subject("Export"), "Re: Export");
        assert_eq!(answer_subject("RE: Export"), "RE: Export");
        assert_eq!(answer_subject("é"), "Re: é");
    }
}
