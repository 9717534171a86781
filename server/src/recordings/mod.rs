//! `/v1/recordings`: what the recorder in a browser asks and sends. The same keys, origins, quotas
//! and CORS as events have. No cookie is read, so every origin may call.

mod body;

use crate::api::problem::Problem;
use crate::segment;
use crate::state::AppState;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use body::Body;
use rapport_domain::limits::RECORDING_CHUNK_BYTES;
use rapport_domain::{AppError, recording};
use rapport_services::Ctx;
use rapport_services::recordings::{self, Taken};
use serde::Serialize;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// How long a sender may pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// Seconds that a browser keeps its settings.
const AGE: &str = "public, max-age=60";
/// Chunks that are unpacked at once: each may take up 24 MB for a moment.
static UNPACKING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(8)));
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes before the chunk itself: who sends it, and what browsers say of themselves.
const HEAD_BYTES: usize = 16 * 1024;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/recordings/settings/{key}", get(settings))
        .route("/v1/recordings/chunks", post(take))
        .layer(DefaultBodyLimit::max(RECORDING_CHUNK_BYTES + HEAD_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(segment::cors())
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
}

/// What a recorder is told; how long sessions are kept is none of its business.
async fn settings(
    State(state): State<AppState>,
    Path(key): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ip = crate::middleware::real_ip::real_ip(&state.config, peer, &headers);
    let found = state.gate.admit_browser(&state.recordings_store, &key, ip, &headers).await?;
    let ctx = Ctx::for_browser(state.recordings_store.clone(), &found);
    let set = recordings::settings_for_recorder(&ctx).await?;
    let recording::Settings { enabled, sample_percent, mask_text, mask, hide, unmask, .. } = set;
    let body = json!({
        "enabled": enabled,
        "samplePercent": sample_percent,
        "maskText": mask_text,
        "mask": mask,
        "hide": hide,
        "unmask": unmask,
        "onlyPages": set.only_pages,
        "neverPages": set.never_pages,
        "identifiedOnly": set.identified_only,
        "afterError": set.after_error,
        "console": set.console,
        "network": set.network,
        "canvas": set.canvas,
    });
    Ok(([(header::CACHE_CONTROL, AGE)], Json(body)).into_response())
}

#[derive(Serialize)]
struct Answer {
    success: bool,
    /// Set when nothing more of this session is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<&'static str>,
}

/// A browser may send chunks with its public key, and nobody else: a session is seen, not said.
async fn take(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let ip = crate::middleware::real_ip::real_ip(&state.config, peer, &headers);
    let limit = RECORDING_CHUNK_BYTES;
    let bytes = crate::api::extract::bytes(request, &(), limit).await?;
    let body = Body::read(bytes)?;
    // Who may send is asked before anything is unpacked.
    let key = body.head.key.as_str();
    let key = state.gate.admit_browser(&state.recordings_store, key, ip, &headers).await?;
    let turn = tokio::time::timeout(PATIENCE, UNPACKING.clone().acquire_owned()).await;
    let turn = turn.ok().and_then(Result::ok).ok_or(AppError::Unavailable)?;
    let sent = body.unpack().await?;
    let ctx = Ctx::for_browser(state.recordings_store.clone(), &key);
    let taken = recordings::take(&ctx, &state.ingest, sent).await;
    drop(turn);
    let stop = match taken? {
        Taken::Stored | Taken::Duplicate => None,
        Taken::Declined(why) => Some(why),
    };
    Ok((StatusCode::OK, Json(Answer { success: true, stop })).into_response())
}
