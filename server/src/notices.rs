//! `/source` and `/notices`: the source of what runs here, which the AGPL promises to everybody who
//! uses it, and who made what it is built of. `scripts/build.sh` writes both files.

use crate::state::AppState;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Redirect;
use axum::routing::get;
use std::path::{Path, PathBuf};
use tower::ServiceBuilder;
use tower_http::services::ServeFile;
use tower_http::set_header::SetResponseHeaderLayer;

/// The source as it was built, by name below the site.
const ARCHIVE: &str = "source.tar.gz";

/// The routes. No login is asked for.
pub fn router(state: &AppState) -> Router<AppState> {
    let site = Path::new(&state.config.site_root);
    let text = SetResponseHeaderLayer::overriding(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    let notices = ServeFile::new(site.join("notices.txt")).precompressed_br().precompressed_gzip();
    let router =
        Router::new().route_service("/notices", ServiceBuilder::new().layer(text).service(notices));
    match state.config.source_url.clone() {
        Some(url) => router.route("/source", get(async move || Redirect::temporary(&url))),
        None => {
            let named = SetResponseHeaderLayer::overriding(
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"rapport-source.tar.gz\""),
            );
            let archive = ServeFile::new(archive(&state.config.site_root));
            router.route_service("/source", ServiceBuilder::new().layer(named).service(archive))
        }
    }
}

/// Whether `/source` leads anywhere.
pub fn offers_source(source_url: Option<&str>, site_root: &str) -> bool {
    source_url.is_some() || archive(site_root).is_file()
}

fn archive(site_root: &str) -> PathBuf {
    Path::new(site_root).join(ARCHIVE)
}
