//! Makes data slow on purpose: hydration faults show only then.

use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;

/// Waits `slow_ms` before a server function runs.
pub async fn delay(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.config.slow_ms > 0 {
        tokio::time::sleep(Duration::from_millis(state.config.slow_ms)).await;
    }
    next.run(request).await
}
