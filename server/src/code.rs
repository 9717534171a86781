//! `/login/code`: the second factor of a log-in whose password was right. A plain form, whose token
//! says who waits.

use crate::forms::local_path;
use crate::middleware::{real_ip, session};
use crate::state::AppState;
use axum::extract::{ConnectInfo, Extension, Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::nonce::Nonce;
use rapport_app::pages::lone;
use rapport_services::two_factor;
use serde::Deserialize;
use std::net::SocketAddr;

#[derive(Debug, Deserialize)]
pub struct CodeForm {
    token: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// The page that asks for a code.
pub fn ask(state: &AppState, nonce: Option<Nonce>, token: String, next: String) -> Response {
    Html(lone::code(&state.leptos, nonce, token, next, None)).into_response()
}

/// `GET /login/code`: a reload, or a way back. What was asked there is gone.
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
    let again = |status: StatusCode, error: String| {
        let nonce = nonce.as_ref().map(|Extension(nonce)| nonce.clone());
        let page = lone::code(&state.leptos, nonce, token.clone(), next.clone(), Some(error));
        (status, Html(page)).into_response()
    };
    let email = match two_factor::waiting(&state.store, &token).await {
        Ok(Some(email)) => email,
        Ok(None) => return Redirect::to("/login").into_response(),
        Err(error) => return again(rapport_app::http_status(&error), error.to_string()),
    };
    let ip = real_ip::real_ip(&state.config, peer, &headers);
    let from = real_ip::subscriber(ip);
    if !state.attempts.allow(from, &email) {
        let error = "Too many attempts. Wait a minute and try again.";
        return again(StatusCode::TOO_MANY_REQUESTS, error.into());
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
            again(status, text)
        }
    }
}
