//! The inbox's server functions.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::TicketId;
use rapport_domain::ticket::{BulkChange, BulkDone, BulkUndo, InboxQuery, Views};
use server_fn::codec::Json;

/// The reader's views and how many tickets they have.
#[server(input = Json)]
pub async fn load_views() -> Result<Views, Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::views(ctx).await).await
}

/// Saves what the inbox shows under `href` as a view. A checkbox that is not ticked is not sent.
#[server]
pub async fn save_view(name: String, href: String, shared: Option<String>) -> Result<(), Failure> {
    let query = InboxQuery::from_href(&href);
    let view = rapport_domain::ticket::NewView { name, query, shared: shared.is_some() };
    crate::api::run(async |ctx| rapport_services::tickets::save_view(ctx, view).await).await
}

/// The tickets of a view, as many as can be changed at once.
#[server(input = Json)]
pub async fn tickets_of_view(query: InboxQuery) -> Result<Vec<TicketId>, Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::of_view(ctx, &query).await).await
}

/// Changes many tickets at once.
#[server(input = Json)]
pub async fn change_tickets(
    tickets: Vec<TicketId>,
    change: BulkChange,
) -> Result<BulkDone, Failure> {
    crate::api::run(async |ctx| {
        rapport_services::tickets::change_many(ctx, &tickets, &change).await
    })
    .await
}

/// Takes that back.
#[server(input = Json)]
pub async fn undo_tickets(undo: Vec<BulkUndo>) -> Result<BulkDone, Failure> {
    crate::api::run(async |ctx| rapport_services::tickets::undo_many(ctx, undo).await).await
}
