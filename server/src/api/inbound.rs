//! `/inbound/email`: mail as it arrived, from a mail server's pipe or a provider's hook.

use super::Created;
use super::auth::Caller;
use super::extract::{bytes, has_media_type};
use super::problem::Problem;
use crate::state::AppState;
use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_domain::AppError;
use rapport_domain::limits;
use rapport_domain::message::{InboundEmail, MailSource};
use rapport_services::messages::Arrived;
use serde::Deserialize;

/// Media types that raw mail comes as.
const MAIL: [&str; 2] = ["message/rfc822", "application/octet-stream"];
/// Form fields that hold the raw mail: SendGrid's, Mailgun's, everybody else's.
const FIELDS: [&str; 3] = ["email", "body-mime", "message"];
/// Parts of a form that are looked at.
const PARTS_MAX: usize = 200;
/// Bytes of a request: 25 MB of mail, larger by a third where it comes in base64, and a form around it.
pub const BODY_BYTES: usize = limits::EMAIL_BYTES / 3 * 4 + 1024 * 1024;

/// What a provider posts as JSON (Postmark with "include raw email content").
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct RawEmail {
    /// The raw e-mail, as it is or in base64.
    #[serde(rename = "RawEmail")]
    raw_email: String,
}

/// A provider's form; one of the fields holds the raw e-mail.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the form; the fields are read as they come")]
pub struct RawEmailForm {
    /// SendGrid with "POST the raw, full MIME message".
    email: Option<String>,
    /// Mailgun's `mime` routes.
    #[schema(rename = "body-mime")]
    body_mime: Option<String>,
    /// Any other; a file part of the type `message/rfc822` will do under any name.
    message: Option<String>,
}

/// Take in an e-mail: a ticket or an answer to one, its customer, and the message with headers
/// and attachments. Mail that cannot be read is stored all the same and shown as such. Besides
/// raw mail it takes the forms and JSON that mail providers post.
#[utoipa::path(post, path = "/inbound/email", tag = "messages",
    request_body(description = "The raw e-mail, at most 25 MB", content(
        (String = "message/rfc822"), (RawEmailForm = "multipart/form-data"), (RawEmail = "application/json"))),
    responses((status = 201, body = InboundEmail), (status = 200, description = "It was taken in before", body = InboundEmail),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn email(
    Caller(ctx): Caller,
    State(state): State<AppState>,
    request: Request,
) -> Created<InboundEmail> {
    let raw = raw(request, &state).await?;
    if raw.len() > limits::EMAIL_BYTES {
        return Err(Problem::too_large(limits::EMAIL_BYTES));
    }
    let taken = state.intake.take_in(&ctx, Arrived::now(raw, MailSource::Http)).await?;
    let status = if taken.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(taken)))
}

/// The raw mail, in whichever way it was posted.
async fn raw(request: Request, state: &AppState) -> Result<Vec<u8>, Problem> {
    let headers = request.headers();
    if has_media_type(headers, &MAIL) {
        return Ok(bytes(request, state, limits::EMAIL_BYTES).await?.into());
    }
    if has_media_type(headers, &["application/json"]) {
        let body = bytes(request, state, limits::EMAIL_BYTES).await?;
        // Not through the API's JSON reader: a NUL in a mail is the mail's own affair.
        let posted: RawEmail = serde_json::from_slice(&body).map_err(|_| missing())?;
        return Ok(decoded(posted.raw_email));
    }
    if has_media_type(headers, &["multipart/form-data"]) {
        let form = Multipart::from_request(request, state).await;
        let form = form.map_err(|_| Problem::malformed("The form names no boundary."))?;
        return from_form(form).await;
    }
    Err(Problem::media_type("message/rfc822, multipart/form-data or application/json"))
}

/// Some providers post the mail in base64, which no header line is.
fn decoded(text: String) -> Vec<u8> {
    let bare: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    match STANDARD.decode(bare.as_bytes()) {
        Ok(raw) if !text.contains(':') => raw,
        _ => text.into_bytes(),
    }
}

async fn from_form(mut form: Multipart) -> Result<Vec<u8>, Problem> {
    for _ in 0..PARTS_MAX {
        let Some(field) = form.next_field().await.map_err(broken)? else { break };
        if holds_mail(&field) {
            return Ok(field.bytes().await.map_err(broken)?.into());
        }
    }
    Err(missing())
}

fn holds_mail(field: &Field<'_>) -> bool {
    let typed = field.content_type().is_some_and(|t| t.eq_ignore_ascii_case("message/rfc822"));
    typed || field.name().is_some_and(|name| FIELDS.contains(&name))
}

fn broken(error: MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(limits::EMAIL_BYTES),
        _ => Problem::malformed("The form cannot be read."),
    }
}

fn missing() -> Problem {
    let message = "Nothing here holds a raw e-mail: send it as one of the fields email, body-mime \
        and message, as a part of the type message/rfc822, or as RawEmail in JSON.";
    AppError::invalid("email", message).into()
}
