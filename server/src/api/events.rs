//! `/events`: one event or many, each answered by itself.

use super::Answer;
use super::auth::Caller;
use super::extract::Body;
use super::problem::Problem;
use axum::Json;
use axum::extract::State;
use rapport_domain::timeline::{EventResult, NewEventInput};
use rapport_services::ingest::Ingest;
use rapport_services::timeline;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One event, or a list of up to 2,500.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum EventsBody {
    #[schema(value_type = Vec<NewEventInput>)]
    Many(Vec<Value>),
    #[schema(value_type = NewEventInput)]
    One(Value),
}

/// What became of each event, in the order sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventsAnswer {
    pub results: Vec<EventResult>,
}

/// Add events to timelines. A bad event among good ones is refused alone: look at `results`.
#[utoipa::path(post, path = "/events", tag = "events", request_body = EventsBody,
    responses((status = 200, body = EventsAnswer), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn create(
    State(ingest): State<Ingest>,
    Caller(ctx): Caller,
    Body(body): Body<EventsBody>,
) -> Answer<EventsAnswer> {
    let events = match body {
        EventsBody::Many(events) => events,
        EventsBody::One(event) => vec![event],
    };
    Ok(Json(EventsAnswer { results: timeline::ingest_json(&ctx, &ingest, events).await? }))
}
