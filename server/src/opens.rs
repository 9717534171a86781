//! `/o/{token}.gif`: the picture in our mails that tells when they were opened.
//!
//! Whoever asks gets the same picture, whatever the token is: the answer tells nobody anything.

use crate::state::AppState;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rapport_services::deliveries;
use rapport_store::Store;

/// One transparent pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\
    !\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The route; nobody who opens a mail is logged in here.
pub fn router() -> Router<AppState> {
    Router::new().route("/o/{name}", get(picture))
}

async fn picture(
    State(store): State<Store>,
    method: Method,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    // HEAD comes from those who check links, not from readers.
    if method == Method::GET
        && let Some(token) = name.strip_suffix(".gif")
    {
        let agent = headers.get(header::USER_AGENT).and_then(|a| a.to_str().ok());
        if let Err(error) = deliveries::opened(&store, token, agent.unwrap_or_default()).await {
            tracing::warn!(%error, "an opened mail was not noted");
        }
    }
    ([(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")], PIXEL)
        .into_response()
}
