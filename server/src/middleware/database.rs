//! Requests while the database is lost: said at once, and what waits for it waits no longer.

use crate::api::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rapport_app::Failure;
use rapport_app::api::wants_page;
use rapport_domain::AppError;

/// Seconds after which it is worth another try.
const RETRY_S: &str = "2";

/// Answers 503 as soon as the database is known to be lost.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if needs_none(path) {
        return next.run(request).await;
    }
    let refusal = refusal_for(path, request.headers());
    let mut lost = state.lost.clone();
    let is_lost = async move {
        // Nobody watches in a test that did not ask for it.
        if lost.wait_for(|lost| *lost).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = is_lost => refusal.answer(),
        answer = next.run(request) => answer,
    }
}

/// What is answered without the database.
fn needs_none(path: &str) -> bool {
    ["/healthz", "/sdk.js"].contains(&path) || path.starts_with("/pkg/")
}

/// In the words of whoever asks.
enum Refusal {
    Problem,
    Line,
    Function,
}

fn refusal_for(path: &str, headers: &HeaderMap) -> Refusal {
    if path.starts_with("/api/v1/") || path.starts_with("/v1/") {
        Refusal::Problem
    } else if path.starts_with("/api/") && !wants_page(headers) {
        Refusal::Function
    } else {
        Refusal::Line
    }
}

impl Refusal {
    fn answer(self) -> Response {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let retry = [(header::RETRY_AFTER, RETRY_S)];
        match self {
            Self::Problem => Problem::from(AppError::Unavailable).into_response(),
            Self::Function => {
                (status, retry, axum::Json(Failure(AppError::Unavailable))).into_response()
            }
            Self::Line => {
                let line = "Rapport cannot reach its database. Try again in a moment.\n";
                (status, retry, line).into_response()
            }
        }
    }
}
