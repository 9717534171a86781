//! Rarer work on a ticket, on pages without a browser half.

mod forward;
mod reparse;
mod split;

use crate::frame::{Frame, Section};
use crate::server_page::Site;
use crate::server_page::form::FormState;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use leptos::prelude::*;
use rapport_domain::{AppError, CustomerId};

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/tickets/{number}/split", get(split::open).post(split::send))
        .route("/messages/{id}/forward", get(forward::open).post(forward::send))
        .route("/messages/{id}/reparse", post(reparse::send))
}

/// The address of a ticket.
fn ticket_href(customer: CustomerId, number: i64) -> String {
    format!("/customers/{customer}/tickets/{number}")
}

/// The frame of such a page: the way back, then title and content.
fn framed(title: String, back: String, number: i64, content: AnyView) -> AnyView {
    let crumb = back.clone();
    view! {
        <Frame section=Section::Inbox crumbs=move || view! {
            <a href=crumb.clone()>{format!("#{number}")}</a>
            <span aria-hidden="true">"/"</span>
            <strong>{title.clone()}</strong>
        }>
            <div class="config-page">{content}</div>
        </Frame>
    }
    .into_any()
}

/// A page that cannot be shown, and why.
fn lost(error: AppError) -> AnyView {
    view! {
        <Frame section=Section::Inbox crumbs=|| ()>
            <crate::ui::empty::ErrorPanel error=crate::Failure(error) />
        </Frame>
    }
    .into_any()
}

fn status_of(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::NOT_FOUND)
}

/// 200 for a page that was opened, the error's for a form that was refused.
fn status(state: &FormState) -> StatusCode {
    state.0.as_ref().map_or(StatusCode::OK, |(_, error)| status_of(error))
}
