//! Reading a mail again.

use super::{lost, status_of, ticket_href};
use crate::plain::Visit;
use axum::response::{IntoResponse, Redirect, Response};
use rapport_services::{Result, messages};

pub async fn send(visit: Visit) -> Response {
    match reparse(&visit).await {
        Ok(ticket) => Redirect::to(&ticket).into_response(),
        Err(error) => visit.respond(status_of(&error), "Read the mail again", || lost(error)),
    }
}

async fn reparse(visit: &Visit) -> Result<String> {
    let id = visit.param("id")?;
    messages::reparse(&visit.ctx, id).await?;
    let shown = messages::to_forward(&visit.ctx, id).await?;
    Ok(ticket_href(shown.customer, shown.number))
}
