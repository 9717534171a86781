//! Refusals of addresses that are opened in a tab of their own.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rapport_domain::AppError;

/// A refusal as a plain line.
pub struct Refused(pub AppError);

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::NOT_FOUND);
        (status, self.0.to_string()).into_response()
    }
}
