//! The Segment protocol under `/v1`, for the clients that people have already: only their
//! host changes. No cookie is read, so every origin may call.
//!
//! Answers `{"success": true}` after the commit, with what became of each event beside it.

mod access;
mod body;
mod settings;

use crate::api::problem::Problem;
use crate::state::AppState;
use access::Access;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use body::Sent;
use rapport_domain::api_key::KeyKind;
use rapport_domain::timeline::{EventOutcome, EventResult, MessageType};
use rapport_domain::{AppError, limits};
use rapport_services::Ctx;
use rapport_services::ingest::{Batch, take_segment};
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use tower_http::timeout::RequestBodyTimeoutLayer;

pub use access::{Gate, Keys};

/// How long a sender may pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// How long a browser remembers that it may call.
const PREFLIGHT_AGE: Duration = Duration::from_secs(86_400);

/// Every page of any origin may call what takes in events.
pub fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        // Clients add headers of their own when they try again or vouch for a batch
        // (X-Retry-Count, AnonymousId …). None of them means anything here, so all may come.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}

/// Everything under `/v1`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/projects/{key}/settings", get(settings::settings))
        .route("/v1/m", post(metrics))
        .route("/v1/{kind}", post(take))
        .layer(DefaultBodyLimit::max(limits::SEGMENT_BATCH_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(cors())
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
}

/// What clients read, and what people do.
#[derive(Debug, Serialize)]
struct Taken {
    success: bool,
    results: Vec<EventResult>,
}

/// What a path says its messages are; `None` is a batch.
fn kind_of(path: &str) -> Result<Option<MessageType>, Problem> {
    let kind = match path {
        "b" | "batch" | "import" => return Ok(None),
        "i" => "identify",
        "t" => "track",
        "p" => "page",
        "s" => "screen",
        "g" => "group",
        "a" => "alias",
        long => long,
    };
    kind.parse().map(Some).map_err(|_| Problem::no_route())
}

/// Counts that clients send about themselves: nobody here reads them.
async fn metrics() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn take(
    State(state): State<AppState>,
    Path(path): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Problem> {
    let kind = kind_of(&path)?;
    let access = Access::of(request.headers());
    let headers = request.headers().clone();
    let ip = crate::middleware::real_ip::real_ip(&state.config, peer, &headers);
    let sent = Sent::read(request, kind.is_none()).await?;
    let key = access.or_in_body(sent.write_key.as_deref())?;
    let key = state.gate.admit(&state.store, key, ip, &headers).await?;
    let ctx = match key.kind {
        KeyKind::Secret => Ctx::for_api_key(state.store.clone(), &key),
        KeyKind::Public => Ctx::for_browser(state.store.clone(), &key),
    };
    let batch = Batch { messages: sent.messages, kind, sent_at: sent.sent_at, token: sent.token };
    let single = kind.is_some();
    let results = take_segment(&ctx, &state.ingest, &state.config.secret_key, batch).await?;
    // A client that sent one event learns from the status that it is wrong; one that sent many
    // would send the good ones again.
    if let [EventResult { status: EventOutcome::Rejected, errors, .. }] = results.as_slice()
        && single
    {
        let mut problem = Problem::from(AppError::Invalid(errors.clone()));
        problem.status = StatusCode::BAD_REQUEST.as_u16();
        return Err(problem);
    }
    Ok(Json(Taken { success: true, results }).into_response())
}
