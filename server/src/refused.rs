//! Refusals of addresses that are opened in a tab of their own.

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
        (rapport_app::http_status(&self.0), self.0.to_string()).into_response()
    }
}
