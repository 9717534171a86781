//! What the inbox does without scripts, and the page of the reader's views.

mod bulk;
mod views;

use crate::server_page::Site;
use axum::Router;
use axum::routing::post;

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/inbox/bulk", post(bulk::send))
        .merge(crate::server_page::page::route::<views::SavedViews>())
}
