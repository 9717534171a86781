//! The session cookie: who is calling, and where the anonymous are sent.

use crate::middleware::real_ip;
use crate::state::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use rapport_app::Failure;
use rapport_app::api::wants_page;
use rapport_domain::AppError;
use rapport_domain::address::{self, LocalPath};
use rapport_services::auth::{self, CurrentSession, FromAddress};
use server_fn::error::FromServerFnError;
use std::net::SocketAddr;

/// Over TLS the prefix makes the browser refuse the cookie from anywhere else.
const TLS_COOKIE: &str = "__Host-rapport";
const PLAIN_COOKIE: &str = "rapport";
/// Pages for people who are not logged in.
const OPEN: [&str; 8] = [
    "/login",
    "/forgotten",
    "/login/code",
    "/login/passkey",
    "/login/passkey/ask",
    "/setup",
    "/logout",
    "/client-errors",
];
/// Links that prove by themselves who may follow them, and the way to a provider and back.
const OPEN_LINKS: [&str; 3] = ["/join/", "/reset/", "/login/sso/"];
/// Where server functions live, and those that answer the anonymous too, with "nobody".
const FUNCTIONS: &str = "/api/";
const OPEN_FUNCTIONS: [&str; 1] = ["current_viewer"];

/// Finds the person behind the cookie; without one, pages lead to the login.
pub async fn load(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    // Owned: a borrowed request may not be held across an await.
    let token = token(state.config.tls(), request.headers()).map(str::to_string);
    let viewer = match &token {
        None => None,
        Some(token) => match auth::viewer(&state.store, token).await {
            Ok(viewer) => viewer,
            Err(error) => return unavailable(&error),
        },
    };
    let path = request.uri().path();
    match viewer {
        Some(viewer) => {
            request.extensions_mut().insert(viewer);
            if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
                let ip = real_ip::real_ip(&state.config, *peer, request.headers());
                request.extensions_mut().insert(FromAddress(ip.to_string()));
            }
            request.extensions_mut().insert(CurrentSession::of(&token.unwrap_or_default()));
        }
        // It works once.
        None if path == "/setup" && request.method() == Method::GET => {
            match state.store.has_workspace().await {
                Ok(false) => {}
                Ok(true) => return Redirect::to("/login").into_response(),
                Err(error) => return unavailable(&error.into()),
            }
        }
        None if is_open(path) => {}
        None if is_data(path) && !wants_page(request.headers()) => return refusal(),
        None if request.method() == Method::GET => {
            let next = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_string();
            return to_login(&state, &next).await;
        }
        // A form without scripts: after logging in, back to the page it stands on.
        None if wants_page(request.headers()) => {
            return to_login(&state, &page_of(request.headers())).await;
        }
        None => return StatusCode::UNAUTHORIZED.into_response(),
    }
    next.run(request).await
}

/// What scripts ask for: they cannot use a page to log in.
fn is_data(path: &str) -> bool {
    path.starts_with(FUNCTIONS) || [crate::live::PATH, crate::live::HERE].contains(&path)
}

fn is_open(path: &str) -> bool {
    // The name of a function is followed by a hash.
    let function =
        path.strip_prefix(FUNCTIONS).map(|f| f.trim_end_matches(|c: char| c.is_ascii_digit()));
    OPEN.contains(&path)
        || OPEN_LINKS.iter().any(|link| path.starts_with(link))
        || function.is_some_and(|f| OPEN_FUNCTIONS.contains(&f))
}

/// Path and query of the page that sent the request.
pub fn page_of(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|v| v.to_str().ok());
    referer.and_then(LocalPath::of_address).map_or_else(|| "/".into(), String::from)
}

/// What the browser half reads as the error of any server function.
fn refusal() -> Response {
    let error = Failure(AppError::Unauthenticated).ser();
    (StatusCode::UNAUTHORIZED, [(header::CONTENT_TYPE, "application/json")], error).into_response()
}

async fn to_login(state: &AppState, next: &str) -> Response {
    match state.store.has_workspace().await {
        Ok(false) => Redirect::to("/setup").into_response(),
        Ok(true) => Redirect::to(&format!("/login?next={}", address::encode(next))).into_response(),
        Err(error) => unavailable(&error.into()),
    }
}

fn unavailable(error: &AppError) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], error.to_string())
        .into_response()
}

/// The session token in the cookie header.
pub fn token(tls: bool, headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, cookie_name(tls))
}

/// What tells this browser from others while somebody is at their provider, or asks their device.
pub fn beside(tls: bool, headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, beside_name(tls))
}

/// A cookie by its name.
pub fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn cookie_name(tls: bool) -> &'static str {
    if tls { TLS_COOKIE } else { PLAIN_COOKIE }
}

fn beside_name(tls: bool) -> &'static str {
    if tls { "__Host-rapport-sso" } else { "rapport-sso" }
}

/// The `Set-Cookie` value by which a browser is known again that comes back from a provider. Lax: it comes by a
/// link of another site.
pub fn beside_cookie(tls: bool, token: &str) -> String {
    let secure = if tls { "; Secure" } else { "" };
    let name = beside_name(tls);
    format!("{name}={token}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax{secure}")
}

/// Whether an answer begins a session.
pub fn begins(tls: bool, headers: &HeaderMap) -> bool {
    let token = |set: &str| {
        Some(set.strip_prefix(cookie_name(tls))?.strip_prefix('=')?.starts_with(|c| c != ';'))
    };
    let all = headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.filter_map(token).any(|begins| begins)
}

/// The `Set-Cookie` value that starts a session, or ends it when `token` is empty.
pub fn cookie(tls: bool, token: &str) -> String {
    let age = if token.is_empty() { 0 } else { auth::SESSION_DAYS * 86_400 };
    let secure = if tls { "; Secure" } else { "" };
    format!("{}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", cookie_name(tls))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_only_the_host_cookie_counts() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "rapport=weak; __Host-rapport=strong".parse().expect("a header"),
        );
        assert_eq!(token(true, &headers), Some("strong"));
        assert_eq!(token(false, &headers), Some("weak"));
    }

    #[test]
    fn the_cookie_cannot_be_read_by_scripts() {
        assert_eq!(
            cookie(true, "t"),
            "__Host-rapport=t; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
