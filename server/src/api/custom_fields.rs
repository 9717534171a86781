//! `/custom-fields`: what customers, accounts and tickets have besides the usual.

use super::auth::Caller;
use super::extract::{Body, Params};
use super::problem::Problem;
use super::{Answer, Created};
use axum::Json;
use axum::http::StatusCode;
use rapport_domain::fields::{FieldDef, FieldEntity, NewField};
use rapport_services::fields;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Fields of which entity.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FieldsQuery {
    pub entity: Option<FieldEntity>,
}

/// All custom fields; there are at most 100 of each entity, so there is one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldsPage {
    pub items: Vec<FieldDef>,
}

/// List the custom fields in use, in their order.
#[utoipa::path(get, path = "/custom-fields", tag = "custom fields", params(FieldsQuery),
    responses((status = 200, body = FieldsPage), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(Caller(ctx): Caller, Params(query): Params<FieldsQuery>) -> Answer<FieldsPage> {
    Ok(Json(FieldsPage { items: fields::list(&ctx, query.entity, false).await? }))
}

/// Define a custom field.
#[utoipa::path(post, path = "/custom-fields", tag = "custom fields", request_body = NewField,
    responses((status = 201, body = FieldDef), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn create(Caller(ctx): Caller, Body(field): Body<NewField>) -> Created<FieldDef> {
    Ok((StatusCode::CREATED, Json(fields::create(&ctx, field).await?)))
}
