//! What the browser client asks for first: where to send to.

use crate::api::problem::Problem;
use crate::state::AppState;
use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::net::SocketAddr;

/// Seconds that a browser keeps the answer.
const AGE: &str = "public, max-age=300";

/// The settings of the project that a key stands for.
pub async fn settings(
    State(state): State<AppState>,
    Path(key): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ip = crate::middleware::real_ip::real_ip(&state.config, peer, &headers);
    state.gate.admit_browser(&state.store, &key, ip, &headers).await?;
    let (protocol, host) = own_host(&state, &headers);
    // What a caller says of our name is told to that caller alone.
    let kept = if state.config.public_url.is_some() { AGE } else { "no-store" };
    let body = json!({
        "integrations": { "Segment.io": {
            "apiKey": key,
            "apiHost": format!("{host}/v1"),
            "protocol": protocol,
            "unbundledIntegrations": [],
            "addBundledMetadata": false,
        } },
        "plan": { "track": { "__default": { "enabled": true } },
            "identify": { "__default": { "enabled": true } },
            "group": { "__default": { "enabled": true } } },
        "edgeFunction": {},
        "enabledMiddleware": {},
        "metrics": { "sampleRate": 0 },
        "remotePlugins": [],
        "legacyVideoPluginsEnabled": false,
    });
    Ok(([(header::CACHE_CONTROL, kept)], Json(body)).into_response())
}

/// How this server is reached: as it is configured, else as it was called.
fn own_host(state: &AppState, headers: &HeaderMap) -> (&'static str, String) {
    let public = state.config.public_url.as_deref().and_then(|u| u.split_once("://"));
    let called = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    match public {
        Some((scheme, host)) => {
            let protocol = if scheme == "http" { "http" } else { "https" };
            (protocol, host.trim_end_matches('/').into())
        }
        None => ("http", called.map_or_else(|| state.config.addr.to_string(), String::from)),
    }
}
