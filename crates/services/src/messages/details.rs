//! The open ticket, and pages of its thread.

use crate::{Ctx, Result, auth};
use chrono::{DateTime, Utc};
use rapport_domain::message::{
    Answers, Delivery, HeaderLine, Message, Recipients, ThreadActivity, ThreadPage, TicketDetails,
    main_headers, shown_receipt,
};
use rapport_domain::ticket::MessageKind;
use rapport_domain::{
    AppError, Cursor, CustomerId, EventId, MessageId, Permission, UserId, limits,
};
use rapport_store::messages::{ActivityRow, MessageRow};

/// Everything the open ticket shows, with its newest messages or those before a position.
pub async fn details(ctx: &Ctx, number: i64, before: Option<Cursor>) -> Result<TicketDetails> {
    ctx.require(Permission::Read)?;
    let rows = ctx.store.ticket_details(ctx.workspace, ctx.user(), number, before).await?;
    let thread = page(rows.messages, ctx.now);
    let sending = rows.sending;
    let participants = rows.ticket.participants.iter().map(|p| p.email.clone());
    let (last, customer) = (sending.last_sender, sending.customer);
    let recipients = Recipients::suggest(last, customer, participants, &sending.own);
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
        ticket: rows.ticket,
        field_defs: rows.field_defs,
        thread,
        activities,
        assignable: rows.assignable,
        answers: Answers { from: sending.from, recipients },
        uploads: rows.uploads,
        returned: rows.returned,
        form_key: auth::random_token(),
    })
}

/// The same under a customer's address: somebody else's ticket is not found there.
pub async fn details_of(
    ctx: &Ctx,
    customer: CustomerId,
    number: i64,
    before: Option<Cursor>,
) -> Result<TicketDetails> {
    let details = details(ctx, number, before).await?;
    if details.ticket.row.customer.id == customer { Ok(details) } else { Err(AppError::NotFound) }
}

/// A page of a ticket's messages, oldest first, ending before a position.
pub async fn thread_page(ctx: &Ctx, number: i64, before: Option<Cursor>) -> Result<ThreadPage> {
    ctx.require(Permission::Read)?;
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
        comment: row.score.and(row.body),
        score: row.score,
        title: if row.title.is_empty() { row.name.clone() } else { row.title },
        name: row.name,
        actor_name: row.actor_name,
    }
}
