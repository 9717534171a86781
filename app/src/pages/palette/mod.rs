//! Finding anything from anywhere: what the command palette asks for, and a page of results.
//!
//! The palette itself is a script of its own, `frontend/palette`, so that it is the same on pages
//! with and without a browser half and costs the wasm nothing. It gets places to go to from here;
//! what can be done on the open page it asks of [`crate::ui::shortcuts`].

mod destinations;
mod results;

use crate::server_page::{PageRequest, Site};
use axum::extract::State;
use axum::response::Response;
use axum::{Json, Router, routing};
use destinations::{Group, destinations};
use rapport_domain::{AppError, Permission};
use rapport_services::{search, tickets};

/// The routes.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/search", routing::get(results::open))
        .route("/search/suggestions", routing::get(suggest))
}

/// What leads on from `?q=`; without it, what was looked at last and every page.
async fn suggest(_: State<Site>, request: PageRequest) -> Result<Json<Vec<Group>>, Response> {
    let q = request.query("q").unwrap_or_default().trim();
    let found = if q.is_empty() {
        search::recent(&request.ctx).await.map(|recent| vec![Group::recent(recent)])
    } else {
        search::find(&request.ctx, q).await.map(Group::found)
    };
    let mut groups = found.map_err(|error| refused(&error))?;
    // A page is meant by its name: where that begins as the text does, it comes first.
    let saved = match request.viewer.may(Permission::TicketsRead) {
        true => tickets::saved_views(&request.ctx).await.map_err(|error| refused(&error))?,
        false => Vec::new(),
    };
    let pages = destinations(&request.viewer, saved, q);
    let at = if q.is_empty() { groups.len() } else { 0 };
    groups.insert(at, pages);
    groups.retain(|group| !group.items.is_empty());
    Ok(Json(groups))
}

fn refused(error: &AppError) -> Response {
    use axum::response::IntoResponse;
    (crate::http_status(error), error.to_string()).into_response()
}
