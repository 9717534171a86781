//! Server functions of the ticket pane.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::message::{Effect, FirstKind, Opening};
use rapport_domain::ticket::{Channel, Priority, TicketCreated, TicketList, TicketListQuery};
use rapport_domain::{AttachmentId, CustomerId};
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

/// What the form for a new ticket starts from.
#[server(input = Json)]
pub async fn load_opening(customer: CustomerId) -> Result<Opening, Failure> {
    crate::api::run(async |ctx| rapport_services::messages::opening(ctx, customer).await).await
}

/// Remembers that the reader has seen a ticket.
#[server(input = Json)]
pub async fn mark_ticket_read(number: i64) -> Result<(), Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::mark_read(ctx, number).await).await
}

/// Makes a ticket unread for the reader until they open it again.
#[server(input = Json)]
pub async fn mark_ticket_unread(number: i64) -> Result<(), Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::mark_unread(ctx, number).await).await
}

/// Opens a ticket with the message that it begins with, and leads to it; a plain form works too.
#[server]
pub async fn create_ticket(
    customer: CustomerId,
    mode: FirstKind,
    subject: String,
    to: Option<String>,
    cc: Option<String>,
    body: Option<String>,
    signed: Option<String>,
    signature: Option<String>,
    priority: Priority,
    channel: Channel,
    assignee: Option<String>,
    #[server(default)] effects: Vec<Effect>,
    #[server(default)] attachments: Vec<AttachmentId>,
) -> Result<TicketCreated, Failure> {
    let signature = signed.map(|_| signature.unwrap_or_default());
    let form = super::form::NewTicketForm {
        customer,
        mode,
        subject,
        to,
        cc,
        body: body.unwrap_or_default(),
        signature,
        priority,
        channel,
        assignee,
        effects,
        attachments,
    };
    let created = crate::api::run(async |ctx| {
        let (ticket, first) = form.read()?;
        rapport_services::messages::open(ctx, ticket, first).await
    })
    .await?;
    let TicketCreated { customer_id, number, .. } = created;
    leptos_axum::redirect(&format!("/customers/{customer_id}/tickets/{number}"));
    Ok(created)
}
