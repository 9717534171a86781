//! Server functions of the open ticket.

use crate::Failure;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rapport_domain::message::{HeaderLine, TicketDetails};
use rapport_domain::snippet::FilledSnippet;
use rapport_domain::{AttachmentId, Cursor, CustomerId, MessageId, UserId};
use server_fn::codec::Json;

/// Everything the open ticket shows. `customer` is whose it has to be; without one, the page
/// follows a ticket wherever it goes.
#[server(input = Json)]
pub async fn open_ticket(
    customer: Option<CustomerId>,
    number: i64,
    before: Option<Cursor>,
) -> Result<TicketDetails, Failure> {
    crate::api::run(async |ctx| match customer {
        Some(customer) => {
            rapport_services::messages::details_of(ctx, customer, number, before).await
        }
        None => rapport_services::messages::details(ctx, number, before).await,
    })
    .await
}

/// Changes one property; an empty value clears it.
#[server]
pub async fn edit_ticket(
    number: i64,
    version: i32,
    property: String,
    value: Option<String>,
) -> Result<(), Failure> {
    let value = value.unwrap_or_default();
    crate::api::run(async |ctx| {
        rapport_services::tickets::edit(ctx, number, version, &property, &value).await?;
        Ok(())
    })
    .await
}

/// Gives the ticket to the customer with an e-mail or id, and leads to it there.
#[server]
pub async fn move_ticket(number: i64, version: i32, customer: String) -> Result<(), Failure> {
    let to = crate::api::run(async |ctx| {
        rapport_services::tickets::give_to(ctx, number, version, &customer).await
    })
    .await?;
    leptos_axum::redirect(&format!("/customers/{to}/tickets/{number}"));
    Ok(())
}

/// Stores what the composer sends, and lets a reply leave. `mode` is `reply` or `note`; `to`,
/// `cc` and `bcc` are addresses separated by commas, and `addressed` says that the form had these
/// lines; `close` closes the ticket too, `snooze` lets it sleep until then. `attachments[]` are ids
/// of uploads: those of the other mode stay where they are, so that one form can name all. `seen` is
/// the newest message that the author saw.
#[server]
pub async fn write_message(
    number: i64,
    mode: String,
    body: String,
    addressed: Option<String>,
    to: Option<String>,
    cc: Option<String>,
    bcc: Option<String>,
    client_key: Option<String>,
    close: Option<String>,
    snooze: Option<DateTime<Utc>>,
    #[server(default)] attachments: Vec<AttachmentId>,
    seen: Option<MessageId>,
) -> Result<(), Failure> {
    let close = close.is_some();
    let cc = if addressed.is_some() { Some(cc.unwrap_or_default()) } else { cc };
    let new = rapport_domain::message::WriteMessage {
        body,
        to,
        cc,
        bcc,
        client_key,
        close,
        snooze,
        attachments,
        seen,
    };
    crate::api::run(async |ctx| {
        rapport_services::messages::write(ctx, number, &mode, new).await?;
        Ok(())
    })
    .await
}

/// Takes a message back that has not left yet, and gives its text back: to the script, or to the
/// page that the form leads back to.
#[server]
pub async fn undo_send(id: MessageId) -> Result<String, Failure> {
    crate::api::run(async |ctx| match crate::api::is_plain_form() {
        true => rapport_services::messages::undo_send_on_page(ctx, id).await,
        false => rapport_services::messages::undo_send(ctx, id).await,
    })
    .await
}

/// Sends a message again that failed or waits.
#[server]
pub async fn retry_send(id: MessageId) -> Result<(), Failure> {
    crate::api::run(async |ctx| rapport_services::messages::retry_send(ctx, id).await).await
}

/// The snippets whose name holds what was typed, filled in for a ticket.
#[server(endpoint = "suggest_snippets")]
pub async fn suggest_snippets(number: i64, typed: String) -> Result<Vec<FilledSnippet>, Failure> {
    crate::api::run(async |ctx| rapport_services::snippets::find(ctx, number, &typed).await).await
}

/// The people whom a note can name: id and name.
#[server(endpoint = "suggest_people")]
pub async fn suggest_people(typed: String) -> Result<Vec<(UserId, String)>, Failure> {
    crate::api::run(async |ctx| rapport_services::notifications::find_people(ctx, &typed).await)
        .await
}

/// Every header of a message.
#[server(input = Json)]
pub async fn read_headers(id: MessageId) -> Result<Vec<HeaderLine>, Failure> {
    crate::api::run(async |ctx| rapport_services::messages::message_headers(ctx, id).await).await
}
