//! Files that came with messages, the HTML of a mail, its headers, the mail itself; and the pictures
//! beside events.
//!
//! All of it is a stranger's, and answered as [`crate::download`] says.

use crate::download::{self, SANDBOX, disposition};
use crate::refused::Refused;
use crate::state::AppState;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rapport_domain::session::Viewer;
use rapport_domain::timeline::Stream;
use rapport_domain::{AppError, AttachmentId, Cursor, MessageId};
use rapport_services::messages::MessageHtml;
use rapport_services::{Ctx, files, messages, timeline};
use serde::Deserialize;
use std::str::FromStr;

/// Like [`SANDBOX`], but it may show its own styles and the pictures inside it; its links open
/// new pages, which are no longer in the sandbox. Of the same origin, so that the page around
/// it can measure it and our pictures get the session; without scripts nothing in it can use that.
const HTML_SANDBOX: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";
/// The routes; below the session layer.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/files/attachments/{id}", get(attachment))
        .route("/files/attachments/{id}/thumb", get(thumb))
        .route("/files/events/{stream}/{at}/icon", get(event_icon))
        .route("/files/messages/{id}/html", get(html))
        .route("/files/messages/{id}/pictures/{n}", get(picture))
        .route("/files/messages/{id}/headers", get(headers))
        .route("/files/messages/{id}/raw", get(raw))
}

async fn attachment(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let file = files::open(&ctx, parse::<AttachmentId>(&id)?).await?;
    Ok(download::send(file, &headers).await?)
}

async fn thumb(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let (kind, bytes) = files::thumbnail(&ctx, parse::<AttachmentId>(&id)?).await?;
    Ok((download::headers(kind, SANDBOX, "inline"), bytes).into_response())
}

/// `?pictures=all`: remote pictures too.
#[derive(Debug, Deserialize)]
struct HtmlParams {
    #[serde(default)]
    pictures: String,
}

async fn html(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
    Query(params): Query<HtmlParams>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let remote = params.pictures == "all";
    let MessageHtml { html, hidden } =
        messages::message_html(&ctx, parse::<MessageId>(&id)?, remote).await?;
    let bar = match hidden {
        0 => String::new(),
        n => format!(
            "<p class=\"rapport-bar\">Pictures from elsewhere are not loaded, so nobody learns that this was \
            opened. <a href=\"?pictures=all\">Show {n}</a></p>"
        ),
    };
    // A letter is written for white paper.
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Original message</title>\
        <style>html{{color-scheme:light;background:#fff;color:#16181d}}\
        body{{font:14px/1.5 system-ui,sans-serif;margin:1rem;overflow-wrap:anywhere}}\
        img{{max-width:100%;height:auto}}\
        .rapport-bar{{margin:-1rem -1rem 1rem;padding:.5rem 1rem;background:#f3f4f8;font-size:13px}}\
        </style></head><body>{bar}{html}</body></html>"
    );
    let kind = "text/html; charset=utf-8";
    Ok(answer(page.into_bytes(), kind, HTML_SANDBOX, "inline"))
}

async fn picture(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let (id, n) = (parse::<MessageId>(&id)?, parse::<usize>(&n)?);
    let (kind, bytes) = messages::message_picture(&ctx, &state.http, id, n).await?;
    Ok(answer(bytes, kind, SANDBOX, "inline"))
}

/// Kept by the reader's browser for a day. That there is none for an hour: a host that is gone is
/// not waited for again with every page.
async fn event_icon(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path((stream, at)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let (stream, at) = (parse::<Stream>(&stream)?, parse::<Cursor>(&at)?);
    let (mut answer, kept) = match timeline::event_picture(&ctx, &state.http, stream, at).await {
        Ok((kind, bytes)) => (answer(bytes, kind, SANDBOX, "inline"), "private, max-age=86400"),
        Err(error @ AppError::NotFound) => {
            (Refused(error).into_response(), "private, max-age=3600")
        }
        Err(error) => return Err(error.into()),
    };
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    Ok(answer)
}

async fn headers(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let lines = messages::message_headers(&ctx, parse::<MessageId>(&id)?).await?;
    let text: String = lines.iter().map(|h| format!("{}: {}\n", h.name, h.value)).collect();
    Ok(answer(text.into_bytes(), "text/plain; charset=utf-8", SANDBOX, "inline"))
}

async fn raw(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let id = parse::<MessageId>(&id)?;
    let raw = messages::message_raw(&ctx, id).await?;
    let name = format!("{id}.eml");
    Ok(answer(raw, "application/octet-stream", SANDBOX, &disposition(false, &name)))
}

fn answer(body: Vec<u8>, kind: &str, policy: &'static str, disposition: &str) -> Response {
    (download::headers(kind, policy, disposition), body).into_response()
}

fn parse<T: FromStr>(id: &str) -> Result<T, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}
