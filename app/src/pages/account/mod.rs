//! An account's page: what is known of the company, its customers, notes on it, and what happened
//! around all of them.
//!
//! Rendered by the server alone, like the settings: everything on it is a link.

mod edit;
mod event;
mod list;
mod members;
mod sides;
mod stream;

use crate::Failure;
use crate::failure::page_status;
use crate::frame::{Frame, Section};
use crate::page_table;
use crate::server_page::form::FormState;
use crate::server_page::{PageRequest, Site, flash_toast};
use crate::ui::empty::ErrorPanel;
use axum::response::Response;
use axum::{Router, routing};
use leptos::prelude::*;
use rapport_domain::Permission;
use rapport_domain::timeline::TimelineQuery;
use rapport_services::Result;
use rapport_services::accounts::{self, AccountPage};

/// The routes.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/accounts/{id}", routing::get(open))
        .route("/accounts/{id}/edit", routing::get(edit::open).post(edit::send))
        .route("/accounts/{id}/members", routing::post(members::send))
        .route("/accounts/new", routing::get(edit::blank).post(edit::create))
        .route(page_table::ACCOUNTS.path, routing::get(list::open))
}

/// What the page says once a form has done its work.
const FLASHES: [(&str, &str); 3] = [
    ("created", "Account created"),
    ("linked", "Customer linked"),
    ("unlinked", "Customer taken out of the account"),
];

async fn open(request: PageRequest) -> Response {
    show(&request, &FormState::default()).await
}

async fn show(request: &PageRequest, state: &FormState) -> Response {
    let query = TimelineQuery::parse(|name| request.query(name).map(String::from));
    let page = load(request, &query).await;
    let error = page.as_ref().err().or(state.refusal());
    let status = page_status(error);
    let title = page.as_ref().map_or("Account", |page| &page.account.details.name).to_string();
    let found = members::found(request).await;
    let flash = request.query("done").and_then(|w| FLASHES.iter().find(|(word, _)| *word == w));
    request.respond(status, &title, || {
        let (crumb, content) = match page {
            Ok(page) => {
                let may_write = request.viewer.may(Permission::CustomersWrite);
                let members = may_write.then(|| {
                    let q = request.query("link").unwrap_or_default();
                    members::Members { q, found, state }
                });
                (page.account.details.name.clone(), view(page, &query, members))
            }
            Err(error) => {
                ("Account".into(), view! { <ErrorPanel error=Failure(error) /> }.into_any())
            }
        };
        view! {
            <Frame section=Section::Accounts crumbs=move || view! {
                <a href=page_table::ACCOUNTS.path>{page_table::ACCOUNTS.title}</a>
                <span aria-hidden="true">"/"</span>
                <strong class="clip">{crumb.clone()}</strong>
            }>
                {content}
            </Frame>
            {flash_toast(flash.map(|(_, text)| *text))}
        }
        .into_any()
    })
}

async fn load(request: &PageRequest, query: &TimelineQuery) -> Result<AccountPage> {
    accounts::page(&request.ctx, request.param("id")?, query).await
}

fn view(
    page: AccountPage,
    query: &TimelineQuery,
    members: Option<members::Members<'_>>,
) -> AnyView {
    let AccountPage { account, facts, customers, notes, timeline } = page;
    view! {
        <div class="account-page">
            {sides::head(&account, facts, members.is_some())}
            {stream::timeline(&account, timeline, query)}
            <aside class="account-sides">
                {sides::customers(account.id, customers, members)}
                {sides::notes(notes)}
            </aside>
        </div>
    }
    .into_any()
}
