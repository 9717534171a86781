//! `/tickets/{number}/messages` and `/tickets/{number}/csat`.

use super::auth::Caller;
use super::extract::{Body, Named, Params};
use super::problem::Problem;
use super::{Answer, Created};
use crate::download;
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rapport_domain::message::{Message, NewCsat, NewMessage, Written};
use rapport_domain::ticket::Ticket;
use rapport_domain::{AttachmentId, Cursor, Page};
use rapport_services::{csat, files, messages, tickets};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page of the messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MessagesQuery {
    /// `next` of the page before: earlier messages.
    pub cursor: Option<Cursor>,
}

/// List a ticket's messages: the newest 50, oldest first; `next` leads to earlier ones.
#[utoipa::path(get, path = "/tickets/{number}/messages", tag = "messages",
    params(("number" = i64, Path), MessagesQuery),
    responses((status = 200, body = Page<Message>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    Caller(ctx): Caller,
    Named(number): Named<i64>,
    Params(query): Params<MessagesQuery>,
) -> Answer<Page<Message>> {
    let mut page = messages::thread_page(&ctx, number, query.cursor).await?;
    for file in page.messages.iter_mut().flat_map(|m| &mut m.attachments) {
        file.url = Some(format!("/api/v1/attachments/{}", file.id));
    }
    Ok(Json(Page { items: page.messages, next: page.earlier }))
}

/// Get a file of a message: its bytes, or those that a `Range` names. Its type is what its
/// content says; HTML, SVG and the like come as `application/octet-stream`.
#[utoipa::path(get, path = "/attachments/{id}", tag = "messages",
    params(("id" = AttachmentId, Path)),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = String),
        (status = 206, description = "The bytes asked for", content_type = "application/octet-stream", body = String),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn attachment(
    Caller(ctx): Caller,
    Named(id): Named<AttachmentId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = files::open(&ctx, id).await?;
    Ok(download::send(file, &headers).await?)
}

/// Add a message or internal note. With `sent_at` it is history and moves no status.
#[utoipa::path(post, path = "/tickets/{number}/messages", tag = "messages",
    params(("number" = i64, Path)), request_body = NewMessage,
    responses((status = 201, body = Written), (status = 200, description = "It was stored before", body = Written),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn create(
    Caller(ctx): Caller,
    Named(number): Named<i64>,
    Body(message): Body<NewMessage>,
) -> Created<Written> {
    let written = messages::add_message(&ctx, number, message).await?;
    let status = if written.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(written)))
}

/// Record the customer's answer to "How did we do?".
#[utoipa::path(post, path = "/tickets/{number}/csat", tag = "tickets",
    params(("number" = i64, Path)), request_body = NewCsat,
    responses((status = 200, body = Ticket), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn csat(
    Caller(ctx): Caller,
    Named(number): Named<i64>,
    Body(answer): Body<NewCsat>,
) -> Answer<Ticket> {
    csat::record_csat(&ctx, number, answer).await?;
    Ok(Json(tickets::get(&ctx, number).await?))
}
