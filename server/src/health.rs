//! Whether the process lives and whether it can work.

use crate::assets;
use axum::extract::State;
use axum::http::StatusCode;
use leptos::config::LeptosOptions;
use rapport_store::Store;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: Postgres answers and has the schema this program knows, and what pages load is
/// there.
pub async fn ready(
    State(store): State<Store>,
    State(options): State<LeptosOptions>,
) -> (StatusCode, &'static str) {
    if let Some(what) = assets::missing(&options) {
        tracing::error!(%what, "not ready: missing");
        return (StatusCode::SERVICE_UNAVAILABLE, "scripts or styles are missing");
    }
    match store.ready().await {
        Ok(true) => (StatusCode::OK, "ready"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the schema is older than this program"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
