//! Every refusal of the API, as RFC 9457 has it: `application/problem+json`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rapport_domain::Permission;
use rapport_domain::{AppError, FieldError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of a refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// Seconds after which an unavailable database is worth another try.
const UNAVAILABLE_RETRY_S: u32 = 2;

/// Why a request was not done. Holds nothing internal: no SQL, no path, no type name.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The kind of problem, stable: `urn:rapport:problem:invalid`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The fields that are wrong, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(skip)]
    pub retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem of this status; `slug` names its kind.
    pub fn new(status: StatusCode, slug: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:rapport:problem:{slug}"),
            title: title.into(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// 401: who is calling?
    pub fn no_key() -> Self {
        let detail = "Send a secret API key that is not revoked: Authorization: Bearer rsk_…";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "No valid API key", detail)
    }

    /// 403: a browser's key asks for a server's route.
    pub fn public_key() -> Self {
        let detail = "This route needs a secret key (rsk_…). A public key is for browsers.";
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// 403: the key may not do this; `None` where no key may.
    pub fn missing_scope(scope: Option<Permission>) -> Self {
        let detail = match scope {
            Some(scope) => format!(
                "This key lacks the scope {}. An admin can make a key that has it under \
                App config › API keys.",
                scope.as_str()
            ),
            None => "No key may call this route.".into(),
        };
        Self::new(StatusCode::FORBIDDEN, "missing-scope", "Missing scope", detail)
    }

    /// 403: a browser's key is used by a page that it is not for.
    pub fn foreign_origin() -> Self {
        let detail =
            "This key may not be used from here: its allowed origins do not name this page's.";
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    /// 404 of a path that no route has.
    pub fn no_route() -> Self {
        let detail = "There is no such route. GET /api/v1/openapi.json lists them all.";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// 405.
    pub fn no_method() -> Self {
        let detail = "This route has no such method.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            detail,
        )
    }

    /// 400: the body is not what its media type says.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
    }

    /// 413.
    pub fn too_large(limit: usize) -> Self {
        let detail = format!("The body may have at most {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large", detail)
    }

    /// 415.
    pub fn media_type(wanted: &str) -> Self {
        let detail = format!("Send this body as {wanted}.");
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "media-type", "Unsupported media type", detail)
    }

    /// 500, after a panic: what happened is in the log.
    pub fn internal() -> Self {
        let detail = "Rapport failed at this. The fault is logged.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let (slug, title) = match error.status() {
            401 => return Self::no_key(),
            400 => ("malformed", "The request cannot be read"),
            403 => ("forbidden", "Not allowed"),
            404 => ("not-found", "Not found"),
            409 => ("conflict", "Conflict"),
            422 => ("invalid", "Some fields are wrong"),
            410 => ("lost", "The file is lost"),
            429 => ("rate-limited", "Too many requests"),
            500 => ("internal", "Internal error"),
            507 => ("no-room", "The disk is full"),
            _ => ("unavailable", "Temporarily unavailable"),
        };
        let detail = match &error {
            AppError::RateLimited { retry_after_s } => {
                format!("Too many requests with this key. Try again in {retry_after_s} s.")
            }
            other => other.to_string(),
        };
        let mut problem = Self::new(rapport_app::http_status(&error), slug, title, detail);
        match error {
            AppError::Invalid(errors) => problem.errors = errors,
            AppError::RateLimited { retry_after_s } => problem.retry_after_s = Some(retry_after_s),
            AppError::Unavailable => problem.retry_after_s = Some(UNAVAILABLE_RETRY_S),
            _ => {}
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"rapport\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_fields_are_named() {
        let problem = Problem::from(AppError::invalid("email", "This is not an e-mail address."));
        let json = serde_json::to_value(&problem).expect("serialises");
        assert_eq!(json["type"], "urn:rapport:problem:invalid");
        assert_eq!(json["status"], 422);
        assert_eq!(json["errors"][0]["field"], "email");
        assert!(json.get("retry_after_s").is_none());
    }

    #[test]
    fn a_busy_server_says_when_to_come_back() {
        let response = Problem::from(AppError::RateLimited { retry_after_s: 7 }).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
    }
}
