//! `/accounts`: create or change by external id or name, list, read; and what happened around one.

use super::auth::Caller;
use super::extract::{Body, IfMatch, Named, PageParams, Params, PatchBody, page_limit};
use super::problem::Problem;
use super::{Answer, Created, created};
use axum::Json;
use rapport_domain::account::{Account, AccountInput, AccountRef};
use rapport_domain::timeline::{EventKind, Position, TimelineItem, TimelineQuery};
use rapport_domain::{AccountId, Cursor, Page};
use rapport_services::{accounts, timeline};
use serde::Deserialize;
use utoipa::IntoParams;

/// List accounts, newest first.
#[utoipa::path(get, path = "/accounts", tag = "accounts", params(PageParams),
    responses((status = 200, body = Page<AccountRef>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    Caller(ctx): Caller,
    Params(page): Params<PageParams>,
) -> Answer<Page<AccountRef>> {
    let limit = page_limit(page.limit)?;
    Ok(Json(accounts::list(&ctx, page.cursor, Some(limit)).await?))
}

/// Create an account, or find it by external id, else by name, and change it.
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = AccountInput,
    responses((status = 201, body = Account), (status = 200, description = "It was there, and is changed", body = Account),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn upsert(Caller(ctx): Caller, Body(input): Body<AccountInput>) -> Created<Account> {
    Ok(created(accounts::upsert(&ctx, input).await?))
}

/// Read an account.
#[utoipa::path(get, path = "/accounts/{id}", tag = "accounts",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn get(Caller(ctx): Caller, Named(id): Named<AccountId>) -> Answer<Account> {
    Ok(Json(accounts::get(&ctx, id).await?))
}

/// Change an account. Null clears a property.
#[utoipa::path(patch, path = "/accounts/{id}", tag = "accounts",
    params(("id" = AccountId, Path), IfMatch), request_body = AccountInput,
    responses((status = 200, body = Account), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    Caller(ctx): Caller,
    Named(id): Named<AccountId>,
    version: IfMatch,
    PatchBody(input): PatchBody<AccountInput>,
) -> Answer<Account> {
    Ok(Json(accounts::update(&ctx, id, version.version, input).await?))
}

/// Which stretch of a timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TimelineParams {
    /// Events of this kind alone.
    pub kind: Option<EventKind>,
    /// `next` of the page before.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
}

/// Read an account's timeline, newest first, 50 a page: its own events, and those of the 200
/// customers who were active last.
#[utoipa::path(get, path = "/accounts/{id}/timeline", tag = "accounts",
    params(("id" = AccountId, Path), TimelineParams),
    responses((status = 200, body = Page<TimelineItem>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn timeline(
    Caller(ctx): Caller,
    Named(id): Named<AccountId>,
    Params(stretch): Params<TimelineParams>,
) -> Answer<Page<TimelineItem>> {
    let at = stretch.cursor.map_or(Position::Newest, Position::Before);
    let query = TimelineQuery::new(stretch.kind.as_slice(), at);
    let page = timeline::page(&ctx, id, &query).await?;
    Ok(Json(Page { items: page.items, next: page.older }))
}
