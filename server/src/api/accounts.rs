//! `/accounts`: create or change by external id or name, list, read.

use super::auth::Caller;
use super::extract::{Body, IfMatch, Named, PageParams, Params, page_limit};
use super::problem::Problem;
use super::{Answer, Created, created};
use axum::Json;
use rapport_domain::account::{Account, AccountInput, AccountRef};
use rapport_domain::{AccountId, Page};
use rapport_services::accounts;

/// List accounts, newest first.
#[utoipa::path(get, path = "/accounts", tag = "accounts", params(PageParams),
    responses((status = 200, body = Page<AccountRef>), (status = "4XX", body = Problem)))]
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
        (status = "4XX", body = Problem)))]
pub async fn upsert(Caller(ctx): Caller, Body(input): Body<AccountInput>) -> Created<Account> {
    Ok(created(accounts::upsert(&ctx, input).await?))
}

/// Read an account.
#[utoipa::path(get, path = "/accounts/{id}", tag = "accounts",
    params(("id" = AccountId, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = Problem)))]
pub async fn get(Caller(ctx): Caller, Named(id): Named<AccountId>) -> Answer<Account> {
    Ok(Json(accounts::get(&ctx, id).await?))
}

/// Change an account.
#[utoipa::path(patch, path = "/accounts/{id}", tag = "accounts",
    params(("id" = AccountId, Path), IfMatch), request_body = AccountInput,
    responses((status = 200, body = Account), (status = "4XX", body = Problem)))]
pub async fn patch(
    Caller(ctx): Caller,
    Named(id): Named<AccountId>,
    version: IfMatch,
    Body(input): Body<AccountInput>,
) -> Answer<Account> {
    Ok(Json(accounts::update(&ctx, id, version.version, input).await?))
}
