//! `/recordings` and `/customers/{id}/recordings`: what was recorded, without playing it.

use super::Answer;
use super::auth::Caller;
use super::extract::{Body, Named, PageParams, Params, page_limit};
use super::problem::Problem;
use axum::Json;
use axum::http::StatusCode;
use rapport_domain::recording::{Recording, RecordingFilter};
use rapport_domain::{CustomerId, Page, RecordingId};
use rapport_services::recordings;
use serde::Deserialize;
use utoipa::ToSchema;

/// List a customer's recorded sessions, the latest first.
#[utoipa::path(get, path = "/customers/{id}/recordings", tag = "recordings",
    params(("id" = CustomerId, Path), PageParams),
    responses((status = 200, body = Page<Recording>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn of_customer(
    Caller(ctx): Caller,
    Named(id): Named<CustomerId>,
    Params(page): Params<PageParams>,
) -> Answer<Page<Recording>> {
    let limit = page_limit(page.limit)?;
    let all = RecordingFilter::default();
    Ok(Json(recordings::list(&ctx, id, &all, page.cursor, limit).await?))
}

/// Read what is known of a recorded session.
#[utoipa::path(get, path = "/recordings/{id}", tag = "recordings",
    params(("id" = RecordingId, Path)),
    responses((status = 200, body = Recording), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn get(Caller(ctx): Caller, Named(id): Named<RecordingId>) -> Answer<Recording> {
    Ok(Json(recordings::get(&ctx, id).await?))
}

/// Delete a recorded session: its line on the timeline and its bytes.
#[utoipa::path(delete, path = "/recordings/{id}", tag = "recordings",
    params(("id" = RecordingId, Path)),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn delete(
    Caller(ctx): Caller,
    Named(id): Named<RecordingId>,
) -> Result<StatusCode, Problem> {
    recordings::delete(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is masked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskBody {
    /// CSS selectors: names, classes, ids and attributes, within each other.
    pub selectors: Vec<String>,
}

/// Mask elements of a recorded session that is over: text and telling attributes become stars, and
/// the bytes before are gone.
#[utoipa::path(post, path = "/recordings/{id}/mask", tag = "recordings",
    params(("id" = RecordingId, Path)), request_body = MaskBody,
    responses((status = 200, body = Recording), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn mask(
    Caller(ctx): Caller,
    Named(id): Named<RecordingId>,
    Body(body): Body<MaskBody>,
) -> Answer<Recording> {
    Ok(Json(recordings::mask(&ctx, id, &body.selectors).await?))
}
