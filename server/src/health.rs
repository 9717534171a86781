//! Whether the process lives and whether it can work.

use crate::assets;
use axum::extract::State;
use axum::http::StatusCode;
use leptos::config::LeptosOptions;
use rapport_store::{Net, Store};

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok"
}

/// `GET /readyz`: Postgres answers and has the schema this program knows, and what pages load is
/// there. Says also where row-level security is missing, which keeps nobody from working.
pub async fn ready(
    State(store): State<Store>,
    State(options): State<LeptosOptions>,
) -> (StatusCode, &'static str) {
    if let Some(what) = assets::missing(&options) {
        tracing::error!(%what, "not ready: missing");
        return (StatusCode::SERVICE_UNAVAILABLE, "scripts or styles are missing");
    }
    match store.ready().await {
        Ok(true) => match store.net().await {
            Ok(Net::Stands) => (StatusCode::OK, "ready"),
            // Why is for whoever reads the log.
            _ => (StatusCode::OK, "ready, without row-level security between workspaces"),
        },
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the schema is older than this program"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
