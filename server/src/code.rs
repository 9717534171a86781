//! `/login/code`: the second factor of a log-in whose password was right. A plain form, whose token
//! says who waits.

use crate::forms::local_path;
use crate::middleware::{real_ip, session};
use crate::state::AppState;
use axum::extract::{ConnectInfo, Extension, Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::nonce::Nonce;
use rapport_app::pages::lone::{self, Code};
use rapport_services::{passkeys, two_factor};
use serde::Deserialize;
use std::net::SocketAddr;

#[derive(Debug, Deserialize)]
pub struct CodeForm {
    token: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// The page that asks for a code, or for a passkey where there is one.
pub async fn page(
    state: &AppState,
    nonce: Option<Nonce>,
    headers: &HeaderMap,
    token: String,
    next: String,
    error: Option<String>,
) -> Response {
    let offered = passkeys::offered(&state.store, &state.origin(headers), Some(&token)).await;
    let shown = Code { token, next, error, passkeys: offered.unwrap_or_default() };
    Html(lone::code(&state.leptos, nonce, shown)).into_response()
}

/// `GET /login/code`, `GET /login/passkey`: a reload, or a way back. What was asked there is gone.
pub async fn lost() -> Redirect {
    Redirect::to("/login")
}

/// `POST /login/code`.
pub async fn finish(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Response {
    let CodeForm { token, code, next } = form;
    let next = local_path(&next);
    let again = async |status: StatusCode, error: String| {
        let nonce = nonce.as_ref().map(|Extension(nonce)| nonce.clone());
        let (token, next) = (token.clone(), next.clone());
        let page = page(&state, nonce, &headers, token, next, Some(error)).await;
        (status, page).into_response()
    };
    let email = match two_factor::waiting(&state.store, &token).await {
        Ok(Some(email)) => email,
        Ok(None) => return Redirect::to("/login").into_response(),
        Err(error) => return again(rapport_app::http_status(&error), error.to_string()).await,
    };
    let ip = real_ip::real_ip(&state.config, peer, &headers);
    let from = real_ip::subscriber(ip);
    if !state.attempts.allow(from, &email) {
        let error = "Too many attempts. Wait a minute and try again.";
        return again(StatusCode::TOO_MANY_REQUESTS, error.into()).await;
    }
    let device = real_ip::device(&state.config, peer, &headers);
    match two_factor::finish(&state.store, &token, &code, &device).await {
        Ok(session) => {
            state.attempts.succeeded(from, &email);
            let cookie = session::cookie(state.config.tls(), &session);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response()
        }
        Err(error) => {
            tracing::warn!(%ip, "the code of a login was refused");
            let status = match error.status() {
                status if status >= 500 => rapport_app::http_status(&error),
                _ => StatusCode::UNAUTHORIZED,
            };
            let text = error.field("code").map_or_else(|| error.to_string(), String::from);
            again(status, text).await
        }
    }
}
