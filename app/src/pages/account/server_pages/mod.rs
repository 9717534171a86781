//! The pages of accounts that are forms and lists, rendered by the server alone.

mod edit;
mod list;

use crate::page_table;
use crate::server_page::Site;
use axum::{Router, routing};

/// The routes.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/accounts/{id}/edit", routing::get(edit::open).post(edit::send))
        .route("/accounts/new", routing::get(edit::new).post(edit::create))
        .route(page_table::ACCOUNTS.path, routing::get(list::open))
}
