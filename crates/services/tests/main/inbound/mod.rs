//! E-mail that comes in.

mod as_sent;
mod kinds;
mod reading;
mod senders;
mod stored;
mod thread;

use rapport_domain::message::{
    InboundEmail, MailClass, MailSource, NewMessage, Outcome, TicketDetails, Verdict, Verdicts,
    WriteMessage,
};
use rapport_domain::ticket::{MessageKind, Receipt, Status};
use rapport_domain::{AppError, MessageId};
use rapport_mail::reply_token;
use rapport_services::Ctx;
use rapport_services::messages::{self, Arrived};
use sqlx::PgPool;

pub fn mail(from: &str, extra: &str, body: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: support@acme.example\r\n{extra}\r\n{body}\r\n").into_bytes()
}

pub fn write(body: &str) -> WriteMessage {
    WriteMessage { body: body.into(), ..WriteMessage::default() }
}

/// Takes in a mail whose sender nobody checked.
pub async fn take(ctx: &Ctx, raw: Vec<u8>) -> InboundEmail {
    messages::inbound_email(ctx, raw, None).await.unwrap()
}

/// Takes in a mail that proves to come from `domain`.
pub async fn take_proven(ctx: &Ctx, domain: &str, raw: Vec<u8>) -> InboundEmail {
    let arrived = Arrived::now(raw, MailSource::Smtp);
    let mail = messages::store_mail(ctx, arrived).await.unwrap();
    let dmarc = Some(Verdict::new(Outcome::Pass, domain));
    messages::file_mail(ctx, mail, Verdicts { dmarc, ..Verdicts::default() }).await.unwrap()
}

/// An answer of ours that left with this Message-ID.
pub async fn sent(ctx: &Ctx, ticket: i64, message_id: &str) -> MessageId {
    let message = NewMessage {
        message_id: Some(message_id.into()),
        receipt: Some(Receipt::Sent),
        ..NewMessage::new(MessageKind::Agent, "Done")
    };
    messages::add_message(ctx, ticket, message).await.unwrap().id
}

pub async fn opened(ctx: &Ctx, number: i64) -> TicketDetails {
    messages::details(ctx, number, None).await.unwrap()
}

pub async fn count(pool: &PgPool, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}
