//! Files that agents choose for a message, before it is written.
//!
//! - `POST /files/uploads/{desk}?mode=reply&name=chart.png`: the bytes as the body; the desk is a
//!   ticket's number, or the id of the customer who gets a new one;
//!   answers 201 with [`Uploaded`], or the status and `{"message"}` of the refusal.
//! - `DELETE /files/attachments/{id}`: takes one back, 204.
//! - `POST /files/uploads/{desk}/form` and `POST /files/attachments/{id}/remove`: the
//!   same as forms, for pages without scripts; they lead back to the page they stand on, with
//!   `?upload=` and the word of [`UploadRefusal`] where something was refused.

use crate::middleware::session::page_of;
use crate::state::AppState;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{delete, post};
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use rapport_domain::message::{Desk, MessageMode, UploadRefusal, Uploaded};
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, AttachmentId, limits};
use rapport_services::files::{self, NewUpload};
use rapport_services::{Ctx, Result};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Bytes of a form: as many as a message may carry, and what stands around them. Of a body that
/// is refused as much is read and dropped, for a browser hears no answer before it has sent all.
const BODY_BYTES: usize = limits::UPLOADS_BYTES + 1024 * 1024;
/// How long a sender may pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// The routes; below the session layer.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/files/uploads/{desk}", post(upload))
        .route("/files/uploads/{desk}/form", post(form))
        .route("/files/attachments/{id}", delete(take_back))
        .route("/files/attachments/{id}/remove", post(take_back_form))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
}

#[derive(Debug, Deserialize)]
struct UploadParams {
    mode: MessageMode,
    #[serde(default)]
    name: String,
}

async fn upload(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(desk): Path<String>,
    Query(params): Query<UploadParams>,
    request: Request,
) -> Response {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let declared = request.headers().get(axum::http::header::CONTENT_TYPE);
    let declared = declared.and_then(|v| v.to_str().ok()).map(str::to_string);
    let mut body = request.into_body().into_data_stream().map(|bytes| bytes.map_err(cut));
    let UploadParams { mode, name } = params;
    let Ok(desk) = desk.parse() else { return refused(&AppError::NotFound) };
    let new = NewUpload { desk, mode, file_name: &name, declared: declared.as_deref() };
    match files::upload(&ctx, new, &mut body).await {
        Ok(file) => (StatusCode::CREATED, Json(Uploaded::from(file))).into_response(),
        Err(error) => {
            drain(body).await;
            refused(&error)
        }
    }
}

async fn take_back(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Response {
    match files::take_back(&Ctx::for_viewer(state.store, viewer), id_of(&id)).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error),
    }
}

async fn take_back_form(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    // One that is gone is what was asked for.
    match files::take_back(&Ctx::for_viewer(state.store, viewer), id_of(&id)).await {
        Ok(_) | Err(AppError::NotFound) => back(&headers, None),
        Err(error) => refused(&error),
    }
}

/// A field `mode`, then any number of files.
async fn form(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(desk): Path<String>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Response {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let Ok(desk) = desk.parse() else { return refused(&AppError::NotFound) };
    let mut mode = MessageMode::Reply;
    // The mode, and one file more than a message can have.
    for _ in 0..limits::UPLOADS_MAX + 2 {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return back(&headers, Some(UploadRefusal::TooLarge)),
        };
        let taken = match (field.name(), field.file_name().is_some()) {
            (Some("mode"), _) => {
                mode = field.text().await.ok().and_then(|m| m.parse().ok()).unwrap_or(mode);
                Ok(())
            }
            (_, true) => take(&ctx, desk, mode, field).await,
            _ => Ok(()),
        };
        match taken.map_err(|error| (UploadRefusal::of(&error), error)) {
            Ok(()) => {}
            Err((Some(refusal), _)) => return back(&headers, Some(refusal)),
            Err((None, error)) => return refused(&error),
        }
    }
    back(&headers, None)
}

async fn take(ctx: &Ctx, desk: Desk, mode: MessageMode, field: Field<'_>) -> Result<()> {
    let file_name = field.file_name().unwrap_or_default().to_string();
    if file_name.is_empty() {
        // The form was sent with no file chosen.
        return Ok(());
    }
    let declared = field.content_type().map(str::to_string);
    let new = NewUpload { desk, mode, file_name: &file_name, declared: declared.as_deref() };
    files::upload(ctx, new, field.map(|bytes| bytes.map_err(cut))).await.map(drop)
}

/// Back to the page that the form stands on.
fn back(headers: &HeaderMap, refusal: Option<UploadRefusal>) -> Response {
    let page = page_of(headers);
    let (path, query) = page.split_once('?').unwrap_or((&page, ""));
    // The form for a new ticket stands in the query alone.
    let opened = Some("new=ticket").filter(|new| query.split('&').any(|part| part == *new));
    let refused = refusal.map(|refusal| format!("upload={}", refusal.as_str()));
    let query: Vec<_> = opened.into_iter().chain(refused.as_deref()).collect();
    match query.is_empty() {
        true => Redirect::to(path),
        false => Redirect::to(&format!("{path}?{}", query.join("&"))),
    }
    .into_response()
}

fn refused(error: &AppError) -> Response {
    (rapport_app::http_status(error), Json(json!({"message": error.to_string()}))).into_response()
}

/// What is no id is nobody's: it answers the same as an unknown one.
fn id_of(text: &str) -> AttachmentId {
    text.parse().unwrap_or(AttachmentId(rapport_domain::Uuid::nil()))
}

fn cut<E: std::fmt::Display>(error: E) -> AppError {
    AppError::Transport(format!("The file did not arrive whole: {error}"))
}

async fn drain(mut body: impl Stream<Item = Result<Bytes>> + Unpin) {
    let mut left = BODY_BYTES;
    while let Some(Ok(bytes)) = body.next().await {
        match left.checked_sub(bytes.len()) {
            Some(rest) => left = rest,
            None => break,
        }
    }
}
