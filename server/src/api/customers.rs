//! `/customers`: create or change by what identifies them, list and search, read.

use super::auth::Caller;
use super::extract::{Body, IfMatch, Named, Params, PatchBody, page_limit};
use super::problem::Problem;
use super::{Answer, Created, created};
use axum::Json;
use rapport_domain::customer::{
    Customer, CustomerInput, CustomerPage, CustomerQuery, CustomerSort,
};
use rapport_domain::{AccountId, CustomerId};
use rapport_services::customers;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which customers, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CustomersQuery {
    /// Name, e-mail, phone, external id or account, or a part of one.
    pub q: Option<String>,
    /// Only customers of this account.
    pub account: Option<AccountId>,
    pub sort: Option<CustomerSort>,
    /// Rows on a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// List or search customers.
#[utoipa::path(get, path = "/customers", tag = "customers", params(CustomersQuery),
    responses((status = 200, body = CustomerPage), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    Caller(ctx): Caller,
    Params(query): Params<CustomersQuery>,
) -> Answer<CustomerPage> {
    let query = CustomerQuery {
        q: query.q,
        account: query.account,
        sort: query.sort,
        after: query.cursor,
        limit: Some(page_limit(query.limit)?),
    };
    Ok(Json(customers::list(&ctx, query).await?))
}

/// Create a customer, or find them by external id, else by e-mail, else by phone, and change them.
#[utoipa::path(post, path = "/customers", tag = "customers", request_body = CustomerInput,
    responses((status = 201, body = Customer), (status = 200, description = "They were there, and are changed", body = Customer),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn upsert(Caller(ctx): Caller, Body(input): Body<CustomerInput>) -> Created<Customer> {
    Ok(created(customers::upsert(&ctx, input).await?))
}

/// Read a customer.
#[utoipa::path(get, path = "/customers/{id}", tag = "customers",
    params(("id" = CustomerId, Path)),
    responses((status = 200, body = Customer), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn get(Caller(ctx): Caller, Named(id): Named<CustomerId>) -> Answer<Customer> {
    Ok(Json(customers::get(&ctx, id).await?))
}

/// Change a customer. Null clears a property.
#[utoipa::path(patch, path = "/customers/{id}", tag = "customers",
    params(("id" = CustomerId, Path), IfMatch), request_body = CustomerInput,
    responses((status = 200, body = Customer), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn patch(
    Caller(ctx): Caller,
    Named(id): Named<CustomerId>,
    version: IfMatch,
    PatchBody(input): PatchBody<CustomerInput>,
) -> Answer<Customer> {
    Ok(Json(customers::update(&ctx, id, version.version, input).await?))
}
