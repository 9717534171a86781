//! What browsers need to be told: where a device says its address, and the icons with a number.

use crate::middleware::session;
use crate::refused::Refused;
use crate::state::AppState;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use rapport_domain::session::Viewer;
use rapport_services::Ctx;
use rapport_services::push::{self, NewDevice};

/// The routes; below the session layer.
pub fn router() -> Router<AppState> {
    Router::new().route("/notifications/devices", post(subscribe)).route("/icon/{name}", get(icon))
}

async fn subscribe(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    headers: HeaderMap,
    device: Result<Json<NewDevice>, JsonRejection>,
) -> Result<StatusCode, Refused> {
    let Ok(Json(device)) = device else { return Ok(StatusCode::BAD_REQUEST) };
    let token = session::token(state.config.tls(), &headers).unwrap_or_default();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let ctx = Ctx::for_viewer(state.store.clone(), viewer);
    push::subscribe(&ctx, token, agent.unwrap_or("A browser"), device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `/icon/3.svg`: the icon of a tab with a number in its corner; ten and more are `9+`.
async fn icon(Path(name): Path<String>) -> Response {
    let number = name.strip_suffix(".svg").and_then(|n| n.parse::<u8>().ok());
    let Some(number) = number.filter(|n| (1..=10).contains(n)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let text = if number > 9 { "9+".to_string() } else { number.to_string() };
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "private, max-age=86400"),
    ];
    (headers, ICON.replace("{number}", &text)).into_response()
}

/// `public/favicon.svg` with a badge.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2261dd"/><path d="M11.5 24V8h5.6a4.7 4.7 0 0 1 0 9.4h-5.6m5.2 0 5 6.6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/><circle cx="22" cy="22" r="10" fill="#c81e1e" stroke="#fff" stroke-width="1.5"/><text x="22" y="27" font-family="sans-serif" font-size="13" font-weight="700" text-anchor="middle" fill="#fff">{number}</text></svg>"##;
