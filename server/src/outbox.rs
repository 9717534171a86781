//! `/dev/outbox`: what the demo would have sent. In demo mode only; anywhere else there is no
//! such page.

use crate::refused::Refused;
use crate::state::AppState;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use html_escape::encode_safe;
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, Uuid};
use rapport_services::{Ctx, outbox};
use std::fmt::Write;

/// The routes; below the session layer.
pub fn router() -> Router<AppState> {
    Router::new().route("/dev/outbox", get(list)).route("/dev/outbox/{id}", get(mail))
}

async fn list(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
) -> Result<Html<String>, Refused> {
    demo_only(&state)?;
    let mails = outbox::list(&Ctx::for_viewer(state.store, viewer)).await?;
    let mut rows = String::new();
    for mail in &mails {
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td><a href=\"/dev/outbox/{}\">{}</a></td></tr>",
            mail.sent_at.format("%Y-%m-%d %H:%M:%S UTC"),
            encode_safe(&mail.recipients.join(", ")),
            mail.id,
            encode_safe(&mail.subject),
        );
    }
    let body = if mails.is_empty() {
        "<p>Nothing was sent yet. Answers leave ten seconds after they were written.</p>".into()
    } else {
        format!(
            "<table><thead><tr><th>Sent</th><th>To</th><th>Subject</th></tr></thead>\
            <tbody>{rows}</tbody></table>"
        )
    };
    Ok(Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
        <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"><title>Outbox</title></head>\
        <body><h1>Outbox</h1><p>The demo's mail stays here and reaches nobody.</p>{body}</body></html>"
    )))
}

async fn mail(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    demo_only(&state)?;
    let id: Uuid = id.parse().map_err(|_| AppError::NotFound)?;
    let raw = outbox::raw(&Ctx::for_viewer(state.store, viewer), id).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], raw).into_response())
}

fn demo_only(state: &AppState) -> Result<(), AppError> {
    if state.config.demo { Ok(()) } else { Err(AppError::NotFound) }
}
