//! Reading a mail again.

use super::{lost, status_of, ticket_href};
use crate::server_page::PageRequest;
use axum::response::{IntoResponse, Redirect, Response};
use rapport_services::{Result, messages};

pub async fn send(request: PageRequest) -> Response {
    match reparse(&request).await {
        Ok(ticket) => Redirect::to(&ticket).into_response(),
        Err(error) => request.respond(status_of(&error), "Read the mail again", || lost(error)),
    }
}

async fn reparse(request: &PageRequest) -> Result<String> {
    let id = request.param("id")?;
    messages::reparse(&request.ctx, id).await?;
    let shown = messages::to_forward(&request.ctx, id).await?;
    Ok(ticket_href(shown.customer, shown.number))
}
