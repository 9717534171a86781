//! The open ticket, and pages of its thread.

use super::plain_address;
use crate::{Ctx, Result, auth, fields};
use chrono::{DateTime, Utc};
use rapport_domain::message::{
    Answers, Delivery, HeaderLine, LeftOut, Message, NotAdded, Recipients, ThreadActivity,
    ThreadPage, TicketDetails, main_headers, shown_receipt,
};
use rapport_domain::ticket::{MessageKind, Ticket};
use rapport_domain::{Cursor, EventId, MessageId, Permission, UserId, limits};
use rapport_store::messages::{ActivityRow, MessageRow, Sending};

/// Everything the open ticket shows, with its newest messages or those before a position.
pub async fn details(ctx: &Ctx, number: i64, before: Option<Cursor>) -> Result<TicketDetails> {
    ctx.require(Permission::TicketsRead)?;
    let rows = ctx.store.ticket_details(ctx.workspace, ctx.user(), number, before).await?;
    let answers = answers(rows.sending, &rows.ticket, &rows.messages);
    let thread = page(rows.messages, ctx.now);
    // Activities stand between the messages that are shown: none before the first, and none
    // after the last when later messages follow.
    let from = thread.earlier.map(|c| c.at);
    let until = before.map(|c| c.at);
    let mut activities: Vec<_> = rows
        .activities
        .into_iter()
        .filter(|a| from.is_none_or(|f| a.occurred_at >= f))
        .filter(|a| until.is_none_or(|u| a.occurred_at < u))
        .map(activity)
        .collect();
    activities.reverse();
    Ok(TicketDetails {
        ticket: fields::show(ctx, rows.ticket).await?,
        field_defs: rows.field_defs,
        thread,
        activities,
        assignable: rows.assignable,
        answers,
        uploads: rows.uploads,
        returned: rows.returned,
        form_key: auth::random_token(),
    })
}

/// How an answer would leave, and who of those in the customer's mails it would leave out.
fn answers(sending: Sending, ticket: &Ticket, messages: &[MessageRow]) -> Answers {
    let Sending { last_sender, customer, mailbox, own } = sending;
    let vouched = ticket.participants.iter().filter(|p| p.proven);
    let participants = vouched.map(|p| p.email.clone());
    let recipients = Recipients::suggest(last_sender, customer, participants, &own);
    let mut left_out: Vec<LeftOut> = Vec::new();
    // Whoever takes part or got a mail of ours is at least no stranger here.
    let known = |email: &str| {
        ticket.participants.iter().any(|p| p.email == email)
            || messages.iter().any(|m| m.recipients.iter().any(|r| r.email == email))
    };
    let from_outside = |m: &&MessageRow| m.kind == MessageKind::Customer && m.has_raw;
    for message in messages.iter().filter(from_outside) {
        let sender = message.author_email.as_deref().unwrap_or_default();
        let proven = message.mail.as_ref().is_some_and(|m| m.verdicts.prove(sender));
        let why = if proven { NotAdded::NoParticipant } else { NotAdded::Unverified };
        let lines = message.headers.iter().filter(|h| is_recipients(h));
        // Who wrote without being asked is offered too, under the address that they want answers
        // at: it is for the agent to say whether they are who they seem.
        let wants = message.mail.as_ref().and_then(|m| m.reply_to.as_deref()).unwrap_or(sender);
        let wants = wants.to_lowercase();
        let new = !proven && !known(&wants);
        let itself = (!wants.is_empty()).then_some((wants, if new { NotAdded::New } else { why }));
        let named = lines.flat_map(|h| rapport_mail::header_addresses(&h.value));
        let named = named.filter(|email| *email != sender.to_lowercase()).map(|email| (email, why));
        for (email, why) in itself.into_iter().chain(named) {
            let gets_it = recipients.to.contains(&email) || recipients.cc.contains(&email);
            let ours = own.contains(&plain_address(&email));
            if left_out.len() < limits::LEFT_OUT_SHOWN
                && !gets_it
                && !ours
                && !left_out.iter().any(|l| l.email == email)
            {
                left_out.push(LeftOut { email, why });
            }
        }
    }
    let (from, signature, quotes) = match mailbox {
        Some(mailbox) => (Some(mailbox.address), mailbox.signature, mailbox.quotes),
        None => (None, String::new(), false),
    };
    Answers { from, recipients, left_out, signature, quotes }
}

fn is_recipients(header: &HeaderLine) -> bool {
    ["to", "cc"].iter().any(|name| header.name.eq_ignore_ascii_case(name))
}

/// A page of a ticket's messages, oldest first, ending before a position.
pub async fn thread_page(ctx: &Ctx, number: i64, before: Option<Cursor>) -> Result<ThreadPage> {
    ctx.require(Permission::TicketsRead)?;
    let rows = ctx.store.ticket_details(ctx.workspace, ctx.user(), number, before).await?;
    Ok(page(rows.messages, ctx.now))
}

fn page(mut rows: Vec<MessageRow>, now: DateTime<Utc>) -> ThreadPage {
    let more = rows.len() > limits::TICKET_MESSAGES as usize;
    rows.truncate(limits::TICKET_MESSAGES as usize);
    let earlier = if more { rows.last().map(MessageRow::cursor) } else { None };
    let messages = rows.into_iter().rev().map(|row| message(row, now)).collect();
    ThreadPage { messages, earlier }
}

fn message(row: MessageRow, now: DateTime<Utc>) -> Message {
    // Only mail carries a thread along; what an agent types here is all their own.
    let split = (row.kind == MessageKind::Customer && !row.unreadable)
        .then(|| rapport_mail::split_quoted(&row.body_text));
    let (text, quoted) = match split {
        Some(split) => (split.fresh, split.quoted),
        None => (row.body_text, None),
    };
    let headers = main_headers(&row.headers).into_iter().map(decoded).collect();
    let delivery = row.receipt.map(|receipt| Delivery {
        at: row.receipt_at,
        error: row.receipt_error,
        attempts: row.attempts.unwrap_or(0),
        next_attempt_at: row.next_attempt_at,
        recipients: row.recipients,
        ..Delivery::of(shown_receipt(receipt, row.unopened_since, now))
    });
    Message {
        id: MessageId(row.id),
        kind: row.kind,
        channel: row.channel,
        author_id: row.author_user_id.map(UserId),
        author_name: row.author_name,
        author_email: row.author_email,
        subject: row.subject,
        text,
        markdown: row.markdown,
        quoted,
        has_html: row.has_html,
        has_raw: row.has_raw,
        forwarded: row.forwarded,
        unreadable: row.unreadable,
        recorded: row.recorded,
        mail: row.mail,
        headers,
        delivery,
        sent_at: row.sent_at,
        attachments: row.attachments,
    }
}

fn decoded(header: HeaderLine) -> HeaderLine {
    HeaderLine { value: rapport_mail::decode_header(&header.value), name: header.name }
}

fn activity(row: ActivityRow) -> ThreadActivity {
    ThreadActivity {
        id: EventId(row.id),
        at: row.occurred_at,
        comment: row.body.filter(|_| row.score.is_some() || row.name.starts_with("ticket.mail_")),
        score: row.score,
        title: if row.title.is_empty() { row.name.clone() } else { row.title },
        name: row.name,
        actor_name: row.actor_name,
    }
}
