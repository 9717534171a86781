//! `Idempotency-Key`: a POST that is sent again gets the first answer again.

use super::problem::{MEDIA_TYPE, Problem};
use crate::state::AppState;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rapport_domain::AppError;
use rapport_services::idempotency::{self, Claim, IdempotencyKey};
use rapport_store::api_keys::ApiKey;
use sha2::{Digest, Sha256};

/// The header that names the attempt.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters in a key.
const KEY_CHARS: usize = 255;
/// Bytes of an answer that is kept; ours are far smaller.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// The layer's settings: the state, and the bytes that the routes below take.
#[derive(Debug, Clone)]
pub struct Replay {
    pub state: AppState,
    pub body_limit: usize,
}

/// Answers a repeated POST from the store; runs and remembers a new one.
pub async fn replay(State(layer): State<Replay>, request: Request, next: Next) -> Response {
    let key = match key(&request) {
        Ok(Some(key)) if request.method() == Method::POST => key,
        Ok(_) => return next.run(request).await,
        Err(problem) => return problem.into_response(),
    };
    // The caller may hang up; what was begun is finished and its answer kept for the retry.
    match tokio::spawn(run(layer, key, request, next)).await {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::internal().into_response(),
    }
}

fn key(request: &Request) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = request.headers().get(&KEY) else { return Ok(None) };
    let Some(api_key) = request.extensions().get::<ApiKey>() else { return Err(Problem::no_key()) };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > KEY_CHARS {
        let message = format!("An Idempotency-Key has 1 to {KEY_CHARS} visible ASCII characters.");
        return Err(AppError::invalid("Idempotency-Key", message).into());
    }
    Ok(Some(IdempotencyKey { workspace: api_key.workspace, api_key: api_key.id, key: key.into() }))
}

async fn run(
    layer: Replay,
    key: IdempotencyKey,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let too_large = |_| Problem::too_large(layer.body_limit);
    let body = to_bytes(body, layer.body_limit).await.map_err(too_large)?;
    let hash = Sha256::new()
        .chain_update(parts.method.as_str())
        .chain_update([0])
        .chain_update(parts.uri.path_and_query().map_or("", |p| p.as_str()))
        .chain_update([0])
        .chain_update(&body)
        .finalize();
    let store = &layer.state.store;
    match idempotency::claim(store, &key, &hash).await? {
        Claim::New => {}
        Claim::Running => {
            let running =
                "The first request with this Idempotency-Key still runs. Try again later.";
            return Err(AppError::Conflict(running.into()).into());
        }
        Claim::Other => {
            let other = "This Idempotency-Key was used for another request.";
            return Err(AppError::invalid("Idempotency-Key", other).into());
        }
        Claim::Answered { status, body } => return Ok(answer_again(status, &body)),
    }
    // A panic in the handler must not leave the key taken.
    let handled = tokio::spawn(next.run(Request::from_parts(parts, Body::from(body)))).await;
    let response = handled.unwrap_or_else(|_| Problem::internal().into_response());
    remember(&layer.state, &key, response).await
}

/// Keeps an answer that would be the same again; a failure of ours may be retried.
async fn remember(
    state: &AppState,
    key: &IdempotencyKey,
    response: Response,
) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_BYTES).await.map_err(|_| Problem::internal())?;
    let json = serde_json::from_slice(&body).ok().filter(|_| !parts.status.is_server_error());
    let kept = match json {
        Some(json) => idempotency::finish(&state.store, key, parts.status.as_u16(), &json).await,
        None => idempotency::release(&state.store, key).await,
    };
    if let Err(error) = kept {
        // The work is done; only a retry with this key would not know.
        tracing::error!(%error, "an answer was not kept under its idempotency key");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn answer_again(status: u16, body: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media_type = if status.is_success() { "application/json" } else { MEDIA_TYPE };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    (status, headers, body.to_string()).into_response()
}
