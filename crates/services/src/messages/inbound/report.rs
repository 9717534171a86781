//! What mail servers say about mail of ours: it becomes an activity of the ticket, and the
//! receipt of the message, and opens no ticket of its own.

use super::answer;
use super::file::Filing;
use crate::{Result, deliveries};
use rapport_domain::message::InboundEmail;
use rapport_domain::{limits, text};
use rapport_mail::{Action, Bounce, Feedback, Recipient};
use rapport_store::messages::{self, StoredRaw};
use rapport_store::timeline::NewEvent;
use rapport_store::{Tx, tickets, timeline};
use serde_json::json;

/// Recipients of one report that are written down.
const RECIPIENTS_MAX: usize = 20;

/// A delivery report; `None` when it is about no message of ours.
pub(super) async fn bounced(
    filing: &Filing<'_>,
    tx: &mut Tx,
    bounce: &Bounce,
) -> Result<Option<InboundEmail>> {
    let failed: Vec<String> =
        bounce.recipients.iter().flat_map(Recipient::addresses).map(String::from).collect();
    let found = about(filing, tx, bounce.about.as_deref(), &failed).await?;
    let Some((sent, message_id)) = found else { return Ok(None) };
    // Anybody can write a report, about anybody: it counts for somebody whom that mail went to. One
    // for programs may name nobody, where a mail went to one alone; words have to.
    let names_nobody = bounce.formal && failed.is_empty();
    if !names_nobody && !deliveries::went_to(tx, filing.ctx, &message_id, &failed).await? {
        return Ok(None);
    }
    messages::set_raw_concerns(tx, filing.ctx.workspace, filing.mail.id, sent.message).await?;
    let (ctx, at) = (filing.ctx, filing.mail.received_at);
    tickets::lock_ticket_by_id(tx, ctx.workspace, sent.ticket).await?;
    for recipient in bounce.recipients.iter().take(RECIPIENTS_MAX) {
        match recipient.action {
            Action::Failed => {
                let reason = text::excerpt(&recipient.reason(), limits::LINE_CHARS);
                let mut known = false;
                for email in addressed(recipient) {
                    known = deliveries::bounced(tx, ctx, &message_id, email, &reason).await?;
                    if known {
                        break;
                    }
                }
                // A message that another system sent has no deliveries here, but a receipt.
                if !known {
                    let id = sent.message;
                    messages::set_receipt_error(tx, ctx.workspace, id, at, &reason).await?;
                }
            }
            Action::Delivered => {
                for email in addressed(recipient) {
                    if deliveries::delivered(tx, ctx, &message_id, email).await? {
                        break;
                    }
                }
            }
            Action::Delayed | Action::Relayed | Action::Expanded => {}
        }
    }
    let reported = bounce.recipients.iter().take(RECIPIENTS_MAX).enumerate();
    let told = reported.filter_map(|(n, r)| Some((n, notice(r)?, r)));
    // The report's own words stand once, at the first line about it.
    let words = std::iter::once(bounce.words.as_str()).chain(std::iter::repeat(""));
    let events: Vec<NewEvent> = told
        .zip(words)
        .map(|((n, notice, r), words)| event(filing, &sent, n, notice, r, words))
        .collect();
    timeline::append(tx, ctx.workspace, ctx.now, &events).await?;
    Ok(Some(answer(sent, false)))
}

/// By what a delivery is looked for: the addresses of a recipient, or, where it has none, any.
fn addressed(recipient: &Recipient) -> impl Iterator<Item = Option<&str>> {
    let nobody = recipient.addresses().next().is_none();
    recipient.addresses().map(Some).chain(nobody.then_some(None))
}

/// A complaint about a message of ours; `None` when it is about none.
pub(super) async fn complained(
    filing: &Filing<'_>,
    tx: &mut Tx,
    feedback: &Feedback,
) -> Result<Option<InboundEmail>> {
    let found = about(filing, tx, feedback.about.as_deref(), &[]).await?;
    let Some((sent, _)) = found else { return Ok(None) };
    messages::set_raw_concerns(tx, filing.ctx.workspace, filing.mail.id, sent.message).await?;
    let (ctx, mail) = (filing.ctx, filing.mail);
    tickets::lock_ticket_by_id(tx, ctx.workspace, sent.ticket).await?;
    let event = NewEvent {
        dedupe_key: Some(format!("mail:{}", mail.id)),
        ..NewEvent::activity(
            sent.customer,
            mail.received_at,
            "ticket.mail_complaint",
            filing.name(),
        )
    }
    .title("passed on that a recipient marked our mail as spam")
    .ticket(sent.ticket)
    .payload(json!({ "kind": text::excerpt(&feedback.kind, 60), "message_id": sent.message }));
    timeline::append(tx, ctx.workspace, ctx.now, &[event]).await?;
    Ok(Some(answer(sent, false)))
}

/// The message of ours that a report is about, by the Message-ID in it or in its headers; a relay
/// may have replaced that, but not the address for answers, which leads to the ticket.
async fn about(
    filing: &Filing<'_>,
    tx: &mut Tx,
    named: Option<&str>,
    recipients: &[String],
) -> Result<Option<(StoredRaw, String)>> {
    let mut ids: Vec<String> = named.map(String::from).into_iter().collect();
    ids.extend(filing.answered_ids());
    let workspace = filing.ctx.workspace;
    if let Some(found) = messages::sent_message(tx, workspace, &ids).await? {
        return Ok(Some(found));
    }
    let Some(ticket) = filing.known.reported.or(filing.known.ticket) else { return Ok(None) };
    let Some(ticket) = messages::find_ticket(tx, workspace, ticket).await? else { return Ok(None) };
    Ok(messages::sent_to(tx, workspace, ticket, recipients).await?)
}

/// The activity's name and title; nothing for what went as it should.
fn notice(recipient: &Recipient) -> Option<(&'static str, String)> {
    let whom = recipient.email.as_deref().unwrap_or("the recipient");
    match recipient.action {
        Action::Failed => Some((
            "ticket.mail_bounced",
            format!("could not deliver to {whom}: {}", recipient.reason()),
        )),
        Action::Delayed => {
            Some(("ticket.mail_delayed", format!("is still trying to deliver to {whom}")))
        }
        Action::Delivered | Action::Relayed | Action::Expanded => None,
    }
}

fn event(
    filing: &Filing<'_>,
    sent: &StoredRaw,
    n: usize,
    (name, title): (&str, String),
    recipient: &Recipient,
    words: &str,
) -> NewEvent {
    let mail = filing.mail;
    NewEvent {
        dedupe_key: Some(format!("mail:{}:{n}", mail.id)),
        ..NewEvent::activity(sent.customer, mail.received_at, name, filing.name())
    }
    .title(text::excerpt(&title, limits::LINE_CHARS))
    .body(Some(words).filter(|w| !w.is_empty()))
    .ticket(sent.ticket)
    .payload(json!({
        "recipient": recipient.email,
        "status": recipient.status,
        "reason": recipient.diagnostic,
        "message_id": sent.message,
    }))
}
