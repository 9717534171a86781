//! Files that came with messages, the HTML of a mail, its headers, the mail itself.
//!
//! All of it is a stranger's: every answer is sandboxed, never sniffed, never kept by a
//! cache, and shown in the browser only where the type cannot hold a script.

use crate::refused::Refused;
use crate::state::AppState;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, AttachmentId, MessageId};
use rapport_services::messages::MessageHtml;
use rapport_services::{Ctx, messages};
use serde::Deserialize;
use std::str::FromStr;

/// Shows nothing, runs nothing, loads nothing.
const SANDBOX: &str = "sandbox; default-src 'none'";
/// The same, but it may show its own styles and the pictures inside it; its links open
/// new pages, which are no longer in the sandbox. Of the same origin, so that the page around
/// it can measure it and our pictures get the session; without scripts nothing in it can use that.
const HTML_SANDBOX: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
    allow-same-origin; default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'; \
    frame-ancestors 'self'";
/// Types that a browser shows and that cannot hold a script.
const INLINE: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"];

/// The routes; below the session layer.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/files/attachments/{id}", get(attachment))
        .route("/files/messages/{id}/html", get(html))
        .route("/files/messages/{id}/pictures/{n}", get(picture))
        .route("/files/messages/{id}/headers", get(headers))
        .route("/files/messages/{id}/raw", get(raw))
}

async fn attachment(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let ctx = Ctx::for_viewer(state.store, viewer);
    let file = messages::attachment(&ctx, parse::<AttachmentId>(&id)?).await?;
    let inline = INLINE.contains(&file.content_type.as_str());
    let kind = match file.content_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        kind if inline => kind,
        _ => "application/octet-stream",
    };
    Ok(answer(file.data, kind, SANDBOX, &disposition(inline, &file.file_name)))
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
    let (kind, bytes) = messages::message_picture(&ctx, &state.outside, id, n).await?;
    Ok(answer(bytes, kind, SANDBOX, "inline"))
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
    let value = |text: &str| {
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
    };
    let headers: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, value(kind)),
        (header::CONTENT_DISPOSITION, value(disposition)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    (headers, body).into_response()
}

/// `Content-Disposition` by RFC 6266: a plain name for old programs, the real one beside it.
fn disposition(inline: bool, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " ._-".contains(c) { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let exact: String = name
        .bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() || b"._-".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

fn parse<T: FromStr>(id: &str) -> Result<T, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_leave_its_header() {
        let line = disposition(false, "Grüße \"x\"\r\nSet-Cookie: a=b.pdf");
        assert!(!line.contains(['\r', '\n']), "{line}");
        assert_eq!(line.matches('"').count(), 2, "{line}");
        assert!(
            line.starts_with("attachment; filename=\"Gr__e _x___Set-Cookie_ a_b.pdf\""),
            "{line}"
        );
        assert!(
            line.ends_with("Gr%C3%BC%C3%9Fe%20%22x%22%0D%0ASet-Cookie%3A%20a%3Db.pdf"),
            "{line}"
        );
        assert!(HeaderValue::from_str(&line).is_ok());
    }

    #[test]
    fn only_types_without_scripts_are_shown() {
        for kind in ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"] {
            assert!(!INLINE.contains(&kind), "{kind}");
        }
    }
}
