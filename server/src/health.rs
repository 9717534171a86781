//! Whether the process lives and whether it can work.

use axum::extract::State;
use axum::http::StatusCode;
use rapport_store::Store;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: Postgres answers and has the schema this program knows.
pub async fn ready(State(store): State<Store>) -> (StatusCode, &'static str) {
    match store.ready().await {
        Ok(true) => (StatusCode::OK, "ready"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the schema is older than this program"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
