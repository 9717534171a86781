//! REST API v1: one file per resource, one service call per handler.
//!
//! No cookie is read here, so no CSRF check is needed; [`auth::guard`] stands before
//! every route but the description. Nothing here decides what may be stored: that is
//! the services' work.

mod accounts;
pub mod auth;
mod custom_fields;
mod customers;
mod events;
pub(crate) mod extract;
mod idempotency;
mod inbound;
mod labels;
mod mailboxes;
mod messages;
mod notes;
mod openapi;
pub(crate) mod problem;
mod recordings;
mod scopes;
mod tickets;

use crate::middleware::csp;
use crate::state::AppState;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::{any, get};
use axum::{Json, Router, middleware};
use leptos::nonce::Nonce;
use problem::Problem;
use rapport_app::pages::api_docs;
use rapport_domain::customer::Upserted;
use rapport_domain::{Uuid, limits};
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::RequestBodyTimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a sender may pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// What a handler answers.
type Answer<T> = Result<Json<T>, Problem>;
/// What a handler answers that made something.
type Created<T> = Result<(StatusCode, Json<T>), Problem>;

/// 201 with the new thing, 200 with the one that was there.
fn created<T>(done: Upserted<T>) -> (StatusCode, Json<T>) {
    let status = if done.created { StatusCode::CREATED } else { StatusCode::OK };
    (status, Json(done.item))
}

/// Everything under `/api/v1`.
pub fn router(state: &AppState) -> Router<AppState> {
    let (routes, mut description) = routes(state).split_for_parts();
    scopes::describe(&mut description);
    let document = Arc::new(serde_json::to_value(&description).expect("it is made of text"));
    let description = description.to_json().expect("the description is made of text");
    let openapi = get(move || async move {
        ([(header::CONTENT_TYPE, "application/json")], description).into_response()
    });
    let routes = routes
        .route("/openapi.json", openapi)
        .method_not_allowed_fallback(async || Problem::no_method());
    let no_route = any(async || Problem::no_route());
    // Not nest's fallback: /api/{*function} of the pages would win over it.
    Router::new()
        .nest("/api/v1", routes)
        .merge(docs(document))
        .route("/api/v1/{*rest}", no_route)
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(NewRequestId))
}

/// The same for people, made for each who asks: a page knows its own scripts.
fn docs(document: Arc<serde_json::Value>) -> Router<AppState> {
    let page = async move |State(state): State<AppState>, request: Request| {
        let nonce = request.extensions().get::<Nonce>().cloned();
        let origin = state.config.public_url.as_deref().map(|url| url.trim_end_matches('/').into());
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let here = || format!("http://{}", host.unwrap_or("127.0.0.1:3000"));
        let origin: String = origin.unwrap_or_else(here);
        Html(api_docs::page(&state.leptos, nonce, &document, &origin))
    };
    Router::new().route("/api/docs", get(page)).layer(middleware::from_fn(csp::set))
}

fn routes(state: &AppState) -> OpenApiRouter<AppState> {
    let json = OpenApiRouter::new()
        .routes(routes!(customers::list, customers::upsert))
        .routes(routes!(customers::get, customers::patch))
        .routes(routes!(accounts::list, accounts::upsert))
        .routes(routes!(accounts::get, accounts::patch))
        .routes(routes!(accounts::timeline))
        .routes(routes!(custom_fields::list, custom_fields::create))
        .routes(routes!(tickets::list, tickets::create))
        .routes(routes!(tickets::get, tickets::patch))
        .routes(routes!(labels::list))
        .routes(routes!(mailboxes::list, mailboxes::create))
        .routes(routes!(mailboxes::get, mailboxes::put, mailboxes::delete))
        .routes(routes!(messages::list, messages::create))
        .routes(routes!(messages::csat))
        .routes(routes!(messages::attachment))
        .routes(routes!(events::create))
        .routes(routes!(recordings::of_customer))
        .routes(routes!(recordings::get, recordings::delete))
        .routes(routes!(recordings::mask))
        .routes(routes!(notes::of_customer, notes::on_customer))
        .routes(routes!(notes::of_account, notes::on_account));
    let mail = OpenApiRouter::new().routes(routes!(inbound::email));
    OpenApiRouter::with_openapi(openapi::Description::openapi())
        .merge(guarded(state, json, limits::API_BODY_BYTES))
        .merge(guarded(state, mail, inbound::BODY_BYTES))
}

/// The routes behind key, quota, body limit and idempotency, outermost last.
fn guarded(
    state: &AppState,
    routes: OpenApiRouter<AppState>,
    body_limit: usize,
) -> OpenApiRouter<AppState> {
    let replay = idempotency::Replay { state: state.clone(), body_limit };
    routes
        .route_layer(middleware::from_fn_with_state(replay, idempotency::replay))
        .route_layer(middleware::from_fn_with_state(state.clone(), auth::guard))
        .layer(DefaultBodyLimit::max(body_limit))
}

#[derive(Debug, Clone, Copy)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        Uuid::now_v7().to_string().parse().ok().map(RequestId::new)
    }
}
