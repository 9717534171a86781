//! `/mailboxes`: the addresses that the workspace answers from. Passwords and keys go in and
//! never come back out.

use super::auth::Caller;
use super::extract::{Body, IfMatch, Named};
use super::problem::Problem;
use super::{Answer, Created};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_domain::mailbox::{Mailbox, MailboxInput};
use rapport_domain::{AppError, MailboxId};
use rapport_services::mailboxes;
use serde::Serialize;
use utoipa::ToSchema;

/// All mailboxes; there are at most 100, so there is one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailboxesPage {
    pub items: Vec<Mailbox>,
}

/// List mailboxes, the default first.
#[utoipa::path(get, path = "/mailboxes", tag = "mailboxes",
    responses((status = 200, body = MailboxesPage), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(Caller(ctx): Caller) -> Answer<MailboxesPage> {
    Ok(Json(MailboxesPage { items: mailboxes::list(&ctx).await? }))
}

/// Add a mailbox; the first one becomes the default.
#[utoipa::path(post, path = "/mailboxes", tag = "mailboxes", request_body = MailboxInput,
    responses((status = 201, body = Mailbox), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn create(
    Caller(ctx): Caller,
    State(state): State<AppState>,
    Body(input): Body<MailboxInput>,
) -> Created<Mailbox> {
    let id = mailboxes::create(&ctx, &state.config.secret_key, input).await?;
    Ok((StatusCode::CREATED, Json(mailboxes::get(&ctx, id).await?)))
}

/// Read a mailbox.
#[utoipa::path(get, path = "/mailboxes/{id}", tag = "mailboxes",
    params(("id" = MailboxId, Path)),
    responses((status = 200, body = Mailbox), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn get(Caller(ctx): Caller, Named(id): Named<MailboxId>) -> Answer<Mailbox> {
    Ok(Json(mailboxes::get(&ctx, id).await?))
}

/// Replace a mailbox's settings. What is absent is taken away, but for passwords and the DKIM
/// key: those that are stored stay. `If-Match` carries the version that was read.
#[utoipa::path(put, path = "/mailboxes/{id}", tag = "mailboxes",
    params(("id" = MailboxId, Path), IfMatch), request_body = MailboxInput,
    responses((status = 200, body = Mailbox), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    Caller(ctx): Caller,
    State(state): State<AppState>,
    Named(id): Named<MailboxId>,
    version: IfMatch,
    Body(input): Body<MailboxInput>,
) -> Answer<Mailbox> {
    let missing = || AppError::invalid("If-Match", "Send the version that you read.");
    let version = version.version.ok_or_else(missing)?;
    mailboxes::update(&ctx, &state.config.secret_key, id, version, input).await?;
    Ok(Json(mailboxes::get(&ctx, id).await?))
}

/// Remove a mailbox. Mail that is still waiting to be sent from it will fail.
#[utoipa::path(delete, path = "/mailboxes/{id}", tag = "mailboxes",
    params(("id" = MailboxId, Path)),
    responses((status = 204, description = "It is gone"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn delete(
    Caller(ctx): Caller,
    Named(id): Named<MailboxId>,
) -> Result<StatusCode, Problem> {
    mailboxes::remove(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
