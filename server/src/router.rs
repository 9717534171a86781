//! Every route, grouped by trust.
//!
//! - pages and server functions: session cookie, CSRF check, CSP;
//! - REST API: bearer key, no cookie is read, so no CSRF check is needed;
//! - health, static files, and the pictures in mails that tell when they were opened: open.

use crate::middleware::{
    body_panic, canonical, csp, database, device, headers, session, slow, small_body,
};
use crate::state::AppState;
use crate::{api, code, forms, health};
use axum::extract::{DefaultBodyLimit, Extension};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{MethodRouter, get, post};
use axum::{Router, http, middleware};
use http::request::Parts;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{
    LeptosRoutes, generate_route_list_with_exclusions, handle_server_fns_with_context,
};
use rapport_app::{App, page_table, server_page};
use rapport_domain::session::Viewer;
use std::collections::HashSet;
use std::sync::Arc;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Bytes that a page's form or server function may send.
const PAGE_BODY_BYTES: usize = 1024 * 1024;

/// The whole server.
pub fn build(state: AppState) -> Router {
    let open =
        Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    open.merge(crate::opens::router())
        .merge(crate::csat::router())
        .merge(api(&state))
        .merge(crate::segment::router())
        .merge(crate::recordings::router())
        .merge(crate::sdk::router(&state))
        .merge(crate::notices::router(&state))
        .merge(crate::demo_app::router(&state))
        .merge(pages(&state))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(body_panic::watch))
        .layer(middleware::from_fn_with_state(state.clone(), database::guard))
        .layer(middleware::from_fn_with_state(state.clone(), headers::set))
        .with_state(state)
}

/// The REST API, on connections of its own.
fn api(state: &AppState) -> Router<AppState> {
    let own = AppState { store: state.api_store.clone(), ..state.clone() };
    api::router(&own).with_state(own)
}

fn pages(state: &AppState) -> Router<AppState> {
    // Server functions have one route of their own below, where forms and delays are seen to.
    let functions: HashSet<String> =
        server_fn::axum::server_fn_paths().map(|(path, _)| path.to_string()).collect();
    let routes =
        generate_route_list_with_exclusions(App, Some(functions.iter().cloned().collect()));
    let (store, keys) = (state.store.clone(), state.config.secret_key.clone());
    let live = state.live.clone();
    let context = move || {
        provide_context(store.clone());
        provide_context(keys.clone());
        provide_context(live.clone());
        // The same nonce as in the header that the CSP layer sends.
        let nonce = use_context::<Parts>().and_then(|p| p.extensions.get::<Nonce>().cloned());
        if let Some(nonce) = nonce {
            provide_context(nonce);
        }
    };
    let options = state.leptos.clone();
    let shell = move || {
        let viewer = rapport_app::api::viewer();
        rapport_app::shell(options.clone(), &viewer.map(|v| v.preferences).unwrap_or_default())
    };
    let site = server_page::Site {
        store: state.store.clone(),
        keys: state.config.secret_key.clone(),
        providers: state.providers.clone(),
        leptos: state.leptos.clone(),
        demo: state.config.demo,
        public_url: state.config.public_url.as_deref().map(|u| u.trim_end_matches('/').into()),
    };
    // A refused form comes back on its page, which is rendered within the request that sent it.
    let again: Router = Router::new()
        .leptos_routes_with_context(state, routes.clone(), context.clone(), shell.clone())
        .with_state(state.clone());
    let functions = server_functions(functions, again, context.clone());
    let log_ins = forms().merge(crate::links::router()).merge(crate::sso::router());
    let log_ins = log_ins.merge(crate::passkeys::router());
    let log_ins = log_ins.route_layer(middleware::from_fn_with_state(state.clone(), device::mark));
    Router::new()
        .route("/", get(begin))
        .merge(log_ins)
        .route(
            "/api/{*function}",
            functions.layer(middleware::from_fn_with_state(state.clone(), slow::delay)),
        )
        .merge(rapport_app::routes::server_pages(site))
        .merge(crate::audit_export::router())
        .merge(crate::live::router())
        .merge(crate::notify::router())
        .merge(crate::files::router())
        .merge(crate::pictures::router())
        .merge(crate::uploads::router())
        .leptos_routes_with_context(state, routes, context, shell)
        .layer(middleware::from_fn_with_state(state.clone(), session::load))
        .layer(middleware::from_fn(canonical::shorten))
        .layer(middleware::from_fn(csp::set))
        .layer(CsrfLayer::new())
        .layer(DefaultBodyLimit::max(PAGE_BODY_BYTES))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .fallback_service(files(state))
}

/// Where the person begins; the session layer has asked who it is.
async fn begin(viewer: Option<Extension<Viewer>>) -> Redirect {
    let home = viewer.map_or(page_table::INBOX, |Extension(viewer)| page_table::home(&viewer));
    Redirect::to(home.path)
}

/// The one route of the server functions that are known.
fn server_functions(
    known: HashSet<String>,
    again: Router,
    context: impl Fn() + Clone + Send + Sync + 'static,
) -> MethodRouter<AppState> {
    let known = Arc::new(known);
    post(move |request: axum::extract::Request| {
        let (again, context) = (again.clone(), context.clone());
        let is_known = known.contains(request.uri().path());
        let run = async move |request| {
            handle_server_fns_with_context(context, request).await.into_response()
        };
        let show = async move |request| again.oneshot(request).await.into_response();
        async move {
            if !is_known {
                return server_page::refused::unknown(request.headers());
            }
            server_page::refused::keeping(PAGE_BODY_BYTES, request, run, show).await
        }
    })
}

/// Forms that are no page's own, and are small.
fn forms() -> Router<AppState> {
    Router::new()
        .route("/login", post(forms::login).get(forms::login_page))
        .route("/login/code", post(code::finish).get(code::lost))
        .route("/logout", post(forms::logout))
        .route("/setup", post(forms::setup))
        .route("/away", post(forms::away))
        .route("/client-errors", post(forms::client_error))
        .route_layer(middleware::from_fn(small_body::take))
}

/// What packing makes smaller: not the files of messages, most of which are packed already, and
/// whose length and parts are counted in bytes.
fn compressible() -> impl Predicate + Send + Sync {
    let no_file =
        |_: http::StatusCode, _: http::Version, headers: &http::HeaderMap, _: &http::Extensions| {
            !headers.contains_key(http::header::CONTENT_DISPOSITION)
        };
    DefaultPredicate::new().and(no_file)
}

/// Files of the built site. Names under pkg/ carry a hash of the content.
fn files(state: &AppState) -> Router<()> {
    // That there is no such file is true until the next release at most.
    let kept = |value: &'static str| {
        SetResponseHeaderLayer::if_not_present(
            http::header::CACHE_CONTROL,
            move |answer: &http::Response<_>| {
                let found = answer.status().is_success()
                    || answer.status() == http::StatusCode::NOT_MODIFIED;
                Some(http::HeaderValue::from_static(if found { value } else { "no-store" }))
            },
        )
    };
    let immutable = kept("public, max-age=31536000, immutable");
    let day = kept("public, max-age=86400");
    let dir = |sub: &str| {
        ServeDir::new(std::path::Path::new(&state.config.site_root).join(sub))
            .precompressed_br()
            .precompressed_gzip()
    };
    let public = dir("").not_found_service(nowhere(state));
    Router::new()
        .nest_service("/pkg", tower::ServiceBuilder::new().layer(immutable).service(dir("pkg")))
        .fallback_service(tower::ServiceBuilder::new().layer(day).service(public))
}

/// The answer for an address that leads nowhere: a page for people, a line for programs.
fn nowhere(state: &AppState) -> Router<()> {
    let options = state.leptos.clone();
    let answer = async move |request: axum::extract::Request| {
        let accept = request.headers().get(http::header::ACCEPT).and_then(|v| v.to_str().ok());
        if accept.is_some_and(|accept| accept.contains("text/html")) {
            let nonce = request.extensions().get::<Nonce>().cloned();
            Html(rapport_app::pages::lone::nothing_there(&options, nonce)).into_response()
        } else {
            "There is nothing here.\n".into_response()
        }
    };
    Router::new().fallback(answer).layer(middleware::from_fn(csp::set))
}
