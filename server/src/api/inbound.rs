//! `/inbound/email`: mail as it arrived, from a mail server's pipe or a provider's hook.

use super::Created;
use super::auth::Caller;
use super::extract::{bytes, has_media_type};
use super::problem::Problem;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use rapport_domain::limits;
use rapport_domain::message::InboundEmail;
use rapport_services::messages;

/// Media types that raw mail comes as.
const MAIL: [&str; 2] = ["message/rfc822", "application/octet-stream"];

/// Take in an e-mail: a ticket or an answer to one, its customer, and the message with headers
/// and attachments. Mail that cannot be read is stored all the same and shown as such.
#[utoipa::path(post, path = "/inbound/email", tag = "messages",
    request_body(content = String, content_type = "message/rfc822", description = "The raw e-mail, at most 25 MB"),
    responses((status = 201, body = InboundEmail), (status = 200, description = "It was taken in before", body = InboundEmail),
        (status = "4XX", body = Problem)))]
pub async fn email(
    Caller(ctx): Caller,
    State(state): State<AppState>,
    request: Request,
) -> Created<InboundEmail> {
    if !has_media_type(request.headers(), &MAIL) {
        return Err(Problem::media_type(MAIL[0]));
    }
    let raw = bytes(request, &state, limits::EMAIL_BYTES).await?;
    let taken = messages::inbound_email(&ctx, raw.into(), None).await?;
    let status = if taken.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(taken)))
}
