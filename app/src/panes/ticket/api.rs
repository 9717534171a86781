//! Server functions of the open ticket.

use crate::Failure;
use crate::ui::combobox::Suggestion;
use leptos::prelude::*;
use rapport_domain::macros::FilledMacro;
use rapport_domain::message::{Effect, HeaderLine, MessageMode, Returned, TicketDetails};
#[cfg(feature = "ssr")]
use rapport_domain::ticket::TicketEdit;
use rapport_domain::ticket::TicketProperty;
use rapport_domain::{AttachmentId, Cursor, CustomerId, MacroId, MessageId, UserId};
use server_fn::codec::Json;

/// Everything the open ticket shows.
#[server(input = Json)]
pub async fn open_ticket(number: i64, before: Option<Cursor>) -> Result<TicketDetails, Failure> {
    crate::api::run(async |ctx| rapport_services::messages::details(ctx, number, before).await)
        .await
}

/// Changes one property, and answers the ticket's version after it; an empty value clears it.
/// With `sets` it replaces a value, `was`, and is refused where another stands there by now.
#[server]
pub async fn edit_ticket(
    number: i64,
    property: TicketProperty,
    value: Option<String>,
    sets: Option<bool>,
    was: Option<String>,
) -> Result<i32, Failure> {
    // An empty text reads as absent.
    let was = sets.is_some().then(|| was.unwrap_or_default());
    crate::api::run(async |ctx| {
        let edit = TicketEdit::read(&property, value.as_deref().unwrap_or_default())?;
        let changed = rapport_services::tickets::edit(ctx, number, was, edit).await?;
        Ok(changed.version)
    })
    .await
}

/// Gives the ticket to the customer with an e-mail or id, and answers whose it is now. A form
/// without scripts is led there.
#[server]
pub async fn move_ticket(number: i64, customer: String) -> Result<CustomerId, Failure> {
    let to = crate::api::run(async |ctx| {
        let seen = rapport_services::tickets::Seen::Anything;
        rapport_services::tickets::give_to(ctx, number, seen, &customer).await
    })
    .await?;
    if crate::api::is_plain_form() {
        leptos_axum::redirect(&format!("/customers/{to}/tickets/{number}"));
    }
    Ok(to)
}

/// Stores what the composer sends, and lets a reply leave. `to`, `cc` and `bcc` are addresses
/// separated by commas, and `addressed` says that the form had these lines, as `signed` says it of
/// the signature. `quote` is the message that is quoted at the end. `attachments[]` are ids
/// of uploads: those of the other mode stay where they are, so that one form can name all. `seen` is
/// the newest message that the author saw.
#[server]
pub async fn write_message(
    number: i64,
    mode: MessageMode,
    body: String,
    addressed: Option<String>,
    to: Option<String>,
    cc: Option<String>,
    bcc: Option<String>,
    signed: Option<String>,
    signature: Option<String>,
    quote: Option<MessageId>,
    client_key: Option<String>,
    #[server(default)] effects: Vec<Effect>,
    #[server(default)] attachments: Vec<AttachmentId>,
    seen: Option<MessageId>,
) -> Result<(), Failure> {
    let cc = if addressed.is_some() { Some(cc.unwrap_or_default()) } else { cc };
    let signature = signed.map(|_| signature.unwrap_or_default());
    let new = rapport_domain::message::WriteMessage {
        body,
        to,
        cc,
        bcc,
        client_key,
        effects,
        attachments,
        seen,
        signature,
        quote,
    };
    crate::api::run(async |ctx| {
        rapport_services::messages::write(ctx, number, mode, new).await?;
        Ok(())
    })
    .await
}

/// Takes a message back that has not left yet, and gives it back: to the script, or its text to the
/// page that the form leads back to.
#[server]
pub async fn undo_send(id: MessageId) -> Result<Returned, Failure> {
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

/// The macros whose folder or name holds what was typed, ready for a ticket or, by the id of a
/// customer, for one that is not opened yet. `few`: as many as a list beside the cursor holds.
#[server(endpoint = "find_macros")]
pub async fn find_macros(
    desk: String,
    mode: MessageMode,
    typed: String,
    few: Option<String>,
) -> Result<Vec<FilledMacro>, Failure> {
    crate::api::run(async |ctx| {
        rapport_services::macros::find(ctx, desk.parse()?, mode, &typed, few.is_some()).await
    })
    .await
}

/// One macro, ready likewise.
#[server(endpoint = "fill_macro")]
pub async fn fill_macro(desk: String, id: MacroId) -> Result<FilledMacro, Failure> {
    crate::api::run(async |ctx| rapport_services::macros::filled(ctx, id, desk.parse()?).await)
        .await
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

/// How many suggestions one looks through.
#[cfg(feature = "ssr")]
const SUGGESTED: u32 = 8;

/// The customer's other tickets whose number or subject matches what was typed.
#[server(endpoint = "suggest_tickets", input = Json)]
pub async fn suggest_tickets(
    customer: CustomerId,
    other_than: i64,
    typed: String,
) -> Result<Vec<Suggestion>, Failure> {
    use rapport_domain::ticket::TicketListQuery;
    let query = TicketListQuery { text: typed, limit: Some(SUGGESTED), ..Default::default() };
    let find =
        async |ctx: &_| rapport_services::tickets::list_for_customer(ctx, customer, &query).await;
    let found = crate::api::run(find).await?.page.items;
    let suggestion = |row: &rapport_domain::ticket::TicketRow| Suggestion {
        value: format!("#{}", row.number),
        text: format!("#{} {}", row.number, row.subject),
        detail: row.status_text(),
    };
    Ok(found.iter().filter(|row| row.number != other_than).map(suggestion).collect())
}

/// Customers whose name, e-mail, phone or id matches what was typed.
#[server(endpoint = "suggest_customers", input = Json)]
pub async fn suggest_customers(
    other_than: CustomerId,
    typed: String,
) -> Result<Vec<Suggestion>, Failure> {
    use rapport_domain::customer::{CustomerQuery, CustomerRow};
    let query = CustomerQuery { q: Some(typed), limit: Some(SUGGESTED), ..Default::default() };
    let found = crate::api::run(async |ctx| rapport_services::customers::list(ctx, query).await);
    let suggestion = |row: CustomerRow| Suggestion {
        value: row.email.clone().unwrap_or_else(|| row.id.to_string()),
        text: row.name,
        detail: row.email.or(row.account.map(|a| a.name)).unwrap_or_default(),
    };
    let others = found.await?.items.into_iter().filter(|row| row.id != other_than);
    Ok(others.map(suggestion).collect())
}
