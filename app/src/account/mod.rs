//! An account's page: what is known of the company, its customers, notes on it, and what happened
//! around all of them.
//!
//! Rendered by the server alone, like the settings: everything on it is a link.

mod event;
mod sides;
mod stream;

use crate::Failure;
use crate::frame::{Frame, Section};
use crate::server_page::{PageRequest, Site};
use crate::ui::empty::ErrorPanel;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::timeline::TimelineQuery;
use rapport_services::Result;
use rapport_services::accounts::{self, AccountPage};

/// The route.
pub(crate) fn router() -> Router<Site> {
    Router::new().route("/accounts/{id}", routing::get(open))
}

async fn open(request: PageRequest) -> Response {
    let query = TimelineQuery::parse(|name| request.query(name).map(String::from));
    let page = load(&request, &query).await;
    let error = page.as_ref().err();
    let status = error.and_then(|e| StatusCode::from_u16(e.status()).ok());
    let title = page.as_ref().map_or("Account", |page| &page.account.details.name).to_string();
    request.respond(status.unwrap_or(StatusCode::OK), &title, || {
        let (crumb, content) = match page {
            Ok(page) => (page.account.details.name.clone(), view(page, &query)),
            Err(error) => {
                ("Account".into(), view! { <ErrorPanel error=Failure(error) /> }.into_any())
            }
        };
        view! {
            <Frame section=Section::Customers crumbs=move || view! {
                <a href="/customers">"Customers"</a>
                <span aria-hidden="true">"/"</span>
                <strong class="clip">{crumb.clone()}</strong>
            }>
                {content}
            </Frame>
        }
        .into_any()
    })
}

async fn load(request: &PageRequest, query: &TimelineQuery) -> Result<AccountPage> {
    accounts::page(&request.ctx, request.param("id")?, query).await
}

fn view(page: AccountPage, query: &TimelineQuery) -> AnyView {
    let AccountPage { account, facts, customers, notes, timeline } = page;
    view! {
        <div class="account-page">
            {sides::head(&account, facts)}
            {stream::timeline(&account, timeline, query)}
            <aside class="account-sides">
                {sides::customers(account.id, customers)}
                {sides::notes(notes)}
            </aside>
        </div>
    }
    .into_any()
}
