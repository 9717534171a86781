//! Recorded sessions: a customer's list of them, and the page that plays one. Rendered by the server
//! alone; the player is a script of its own (`frontend/player`), fetched on that page and no other.

mod list;
mod note;
mod player;

use crate::frame::{Frame, Section};
use crate::server_page::{PageRequest, Site};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use leptos::prelude::*;
use rapport_domain::recording::LEAD_IN_S;
use rapport_domain::{AppError, CustomerId, Permission, RecordingId};
use rapport_services::{Result, recordings};

/// The routes.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/customers/{id}/sessions", get(list::open).post(list::send))
        .route("/customers/{id}/sessions/{session}", get(player::open).post(note::send))
        .route("/customers/{id}/sessions/{session}/events", get(player::events))
        .route("/customers/{id}/seen", get(seen))
}

/// Where a customer's sessions are listed.
fn sessions_href(customer: CustomerId) -> String {
    format!("/customers/{customer}/sessions")
}

/// Where one is played.
fn session_href(customer: CustomerId, id: RecordingId) -> String {
    format!("/customers/{customer}/sessions/{id}")
}

/// "Show what they saw": the session that ran at an instant, a few seconds before it. Where none did,
/// the list of all.
async fn seen(request: PageRequest) -> Response {
    let leads = async || -> Result<String> {
        request.ctx.require(Permission::CustomersRead)?;
        let customer = request.param("id")?;
        let at = request.query("at").and_then(|at| at.parse().ok()).ok_or(AppError::NotFound)?;
        let id = recordings::at(&request.ctx, customer, at).await?;
        let recording = recordings::get(&request.ctx, id).await?;
        let second = ((at - recording.started_at).num_seconds() - LEAD_IN_S).max(0);
        Ok(format!("{}?t={second}", session_href(customer, id)))
    };
    match (leads().await, request.param("id")) {
        (Ok(href), _) => Redirect::to(&href).into_response(),
        (Err(AppError::NotFound), Ok(customer)) => {
            Redirect::to(&sessions_href(customer)).into_response()
        }
        (Err(error), _) => lost(&request, error),
    }
}

/// The frame of both pages: the customer, then where one is.
fn framed(customer: CustomerId, name: &str, title: &'static str, content: AnyView) -> AnyView {
    let (name, href) = (name.to_string(), format!("/customers/{customer}"));
    let sessions = (title != "Sessions").then(|| sessions_href(customer));
    view! {
        <Frame section=Section::Customers crumbs=move || view! {
            <a href="/customers">"Customers"</a>
            <span aria-hidden="true">"/"</span>
            <a class="clip" href=href.clone() rel="external">{name.clone()}</a>
            <span aria-hidden="true">"/"</span>
            {sessions.clone().map(|href| view! { <a href=href>"Sessions"</a><span aria-hidden="true">"/"</span> })}
            <strong>{title}</strong>
        }>
            {content}
        </Frame>
    }
    .into_any()
}

/// A page that cannot be shown, and why.
fn lost(request: &PageRequest, error: AppError) -> Response {
    request.respond(crate::http_status(&error), "Sessions", || {
        view! {
            <Frame section=Section::Customers crumbs=|| ()>
                <crate::ui::empty::ErrorPanel error=crate::Failure(error) />
            </Frame>
        }
        .into_any()
    })
}

/// What a script of ours asked for, and did not get.
fn refused(error: &AppError) -> Response {
    let status = crate::http_status(error);
    let kept = [(header::CACHE_CONTROL, "private, no-store")];
    (
        if status.is_success() { StatusCode::INTERNAL_SERVER_ERROR } else { status },
        kept,
        error.to_string(),
    )
        .into_response()
}
