//! `/customers/{id}/notes` and `/accounts/{id}/notes`.

use super::auth::Caller;
use super::extract::{Body, Named, PageParams, Params, page_limit};
use super::problem::Problem;
use super::{Answer, Created};
use axum::Json;
use axum::http::StatusCode;
use rapport_domain::note::{NewNote, Note, NoteTarget};
use rapport_domain::{AccountId, CustomerId, Page};
use rapport_services::notes;

/// List a customer's notes, newest first.
#[utoipa::path(get, path = "/customers/{id}/notes", tag = "notes",
    params(("id" = CustomerId, Path), PageParams),
    responses((status = 200, body = Page<Note>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn of_customer(
    Caller(ctx): Caller,
    Named(id): Named<CustomerId>,
    Params(page): Params<PageParams>,
) -> Answer<Page<Note>> {
    let limit = page_limit(page.limit)?;
    Ok(Json(notes::list(&ctx, NoteTarget::Customer(id), page.cursor, limit).await?))
}

/// Write a note on a customer.
#[utoipa::path(post, path = "/customers/{id}/notes", tag = "notes",
    params(("id" = CustomerId, Path)), request_body = NewNote,
    responses((status = 201, body = Note), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn on_customer(
    Caller(ctx): Caller,
    Named(id): Named<CustomerId>,
    Body(note): Body<NewNote>,
) -> Created<Note> {
    let note = notes::create(&ctx, NoteTarget::Customer(id), note).await?;
    Ok((StatusCode::CREATED, Json(note)))
}

/// List an account's notes, newest first.
#[utoipa::path(get, path = "/accounts/{id}/notes", tag = "notes",
    params(("id" = AccountId, Path), PageParams),
    responses((status = 200, body = Page<Note>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn of_account(
    Caller(ctx): Caller,
    Named(id): Named<AccountId>,
    Params(page): Params<PageParams>,
) -> Answer<Page<Note>> {
    let limit = page_limit(page.limit)?;
    Ok(Json(notes::list(&ctx, NoteTarget::Account(id), page.cursor, limit).await?))
}

/// Write a note on an account.
#[utoipa::path(post, path = "/accounts/{id}/notes", tag = "notes",
    params(("id" = AccountId, Path)), request_body = NewNote,
    responses((status = 201, body = Note), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn on_account(
    Caller(ctx): Caller,
    Named(id): Named<AccountId>,
    Body(note): Body<NewNote>,
) -> Created<Note> {
    let note = notes::create(&ctx, NoteTarget::Account(id), note).await?;
    Ok((StatusCode::CREATED, Json(note)))
}
