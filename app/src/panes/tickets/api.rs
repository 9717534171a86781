//! Server functions of the ticket pane.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::CustomerId;
#[cfg(feature = "ssr")]
use rapport_domain::message::WriteNote;
use rapport_domain::ticket::{PersonRef, TicketCreated, TicketList, TicketListQuery};
use server_fn::codec::Json;

/// A customer's tickets, newest activity first.
#[server(input = Json)]
pub async fn load_tickets(
    customer: CustomerId,
    query: TicketListQuery,
) -> Result<TicketList, Failure> {
    crate::api::run(async |ctx| {
        rapport_services::tickets::list_for_customer(ctx, customer, &query).await
    })
    .await
}

/// Everybody a new ticket can be given to.
#[server(input = Json)]
pub async fn load_people() -> Result<Vec<PersonRef>, Failure> {
    crate::api::run(async |ctx| Ok(rapport_services::tickets::people_and_teams(ctx).await?.people))
        .await
}

/// Remembers that the reader has seen a ticket.
#[server(input = Json)]
pub async fn mark_ticket_read(number: i64) -> Result<(), Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::mark_read(ctx, number).await).await
}

/// Opens a ticket, with a first internal note if there is one, and leads to it; a plain
/// form works too.
#[server]
pub async fn create_ticket(
    customer: CustomerId,
    subject: String,
    priority: String,
    channel: String,
    assignee: Option<String>,
    note: Option<String>,
) -> Result<TicketCreated, Failure> {
    use rapport_services::{messages, tickets};
    let form = super::form::NewTicketForm { customer, subject, priority, channel, assignee, note };
    let created = crate::api::run(async |ctx| {
        let note = form.note();
        let created = tickets::create(ctx, form.ticket()?).await?;
        if let Some(body) = note {
            messages::note(ctx, created.number, WriteNote { body, ..WriteNote::default() }).await?;
        }
        Ok(created)
    })
    .await?;
    let TicketCreated { customer_id, number, .. } = created;
    leptos_axum::redirect(&format!("/customers/{customer_id}/tickets/{number}"));
    Ok(created)
}
