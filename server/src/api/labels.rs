//! `/status-labels`: what the workspace calls its statuses.

use super::Answer;
use super::auth::Caller;
use super::problem::Problem;
use axum::Json;
use rapport_domain::ticket::StatusLabel;
use rapport_services::labels;
use serde::Serialize;
use utoipa::ToSchema;

/// All of them; there are few, so there is one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabelsPage {
    pub items: Vec<StatusLabel>,
}

/// List the workspace's statuses in their order, archived ones last. A ticket is given one by
/// `label` in `PATCH /tickets/{number}`.
#[utoipa::path(get, path = "/status-labels", tag = "tickets",
    responses((status = 200, body = LabelsPage), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn list(Caller(ctx): Caller) -> Answer<LabelsPage> {
    Ok(Json(LabelsPage { items: labels::list(&ctx).await? }))
}
