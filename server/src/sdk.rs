//! `/sdk.js`: the browser SDK, for the web apps of our users, and `/recorder.js`, which it fetches
//! where sessions are recorded. Every site may load both.

use crate::state::AppState;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tower::ServiceBuilder;
use tower_http::services::ServeFile;
use tower_http::set_header::SetResponseHeaderLayer;

/// The routes.
pub fn router(state: &AppState) -> Router<AppState> {
    let file = |name: &str| {
        let file = std::path::Path::new(&state.config.site_root).join(name);
        let set = |name: HeaderName, value: &'static str| {
            SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
        };
        ServiceBuilder::new()
            .layer(set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .layer(set(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"))
            // An hour: a fixed fault must not live on in browsers for days.
            .layer(set(header::CACHE_CONTROL, "public, max-age=3600"))
            .service(ServeFile::new(file).precompressed_br().precompressed_gzip())
    };
    Router::new()
        .route_service("/sdk.js", file("sdk.js"))
        .route_service("/recorder.js", file("recorder.js"))
}
