//! The error type of every server function.

use rapport_domain::AppError;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// [`AppError`] as it travels between browser and server.
///
/// It holds nothing personal and nothing internal: without JavaScript it comes
/// back to the page inside the address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failure(pub AppError);

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// The status by which a page, a form or the API says what an error is.
#[cfg(feature = "ssr")]
pub fn http_status(error: &AppError) -> axum::http::StatusCode {
    use axum::http::StatusCode;
    // Each has one.
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The same of a page that may have been refused.
#[cfg(feature = "ssr")]
pub(crate) fn page_status(refused: Option<&AppError>) -> axum::http::StatusCode {
    refused.map_or(axum::http::StatusCode::OK, http_status)
}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            // Arguments that cannot be read were not sent by this version's pages.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => AppError::Transport(
                "The form could not be read. Reload the page and try again.".into(),
            ),
            // After an update the server no longer knows the old page's functions.
            ServerFnErrorErr::Deserialization(_) => {
                AppError::Transport("Rapport was updated. Reload the page and try again.".into())
            }
            _ => AppError::Transport(
                "No connection to the server. Nothing was lost; try again.".into(),
            ),
        })
    }
}
