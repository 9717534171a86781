//! `/login/passkey`: a log-in by a passkey, alone or in place of the code that is asked for after a
//! password. `public/passkeys.js` asks first, and sends what the device answered as a form.
//!
//! A cookie tells the browser that asked from any other; what was asked works with it alone, once.

use crate::code;
use crate::forms::{local_path, show_login};
use crate::middleware::{real_ip, session, small_body};
use crate::state::AppState;
use axum::extract::{ConnectInfo, Extension, Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::post;
use axum::{Router, middleware};
use leptos::nonce::Nonce;
use rapport_app::pages::login::Login;
use rapport_services::passkeys::{self, Answer};
use rapport_services::{auth, two_factor};
use serde::Deserialize;
use serde_json::json;
use std::net::SocketAddr;

const TOO_MANY: &str = "Too many attempts. Wait a minute and try again.";

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/login/passkey", post(finish).get(code::lost))
        .route("/login/passkey/ask", post(ask))
        .route_layer(middleware::from_fn(small_body::take))
}

#[derive(Debug, Deserialize)]
struct Begin {
    /// Of the form that asks for a code.
    #[serde(default)]
    token: String,
}

/// `POST /login/passkey/ask`: what the browser is to ask of a device.
async fn ask(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<Begin>,
) -> Response {
    let from = real_ip::subscriber(real_ip::real_ip(&state.config, peer, &headers));
    if !state.attempts.may_leave(from) {
        return (StatusCode::TOO_MANY_REQUESTS, TOO_MANY).into_response();
    }
    let tls = state.config.tls();
    // Several tabs of one browser share it.
    let known = session::beside(tls, &headers).filter(|known| known.len() == auth::TOKEN_CHARS);
    let browser = known.map_or_else(auth::new_token, String::from);
    match passkeys::ask(&state.store, &state.origin(&headers), &browser, waiting(&form.token)).await
    {
        Ok(asked) => {
            let cookie = session::beside_cookie(tls, &browser);
            ([(header::SET_COOKIE, cookie)], Json(json!(asked))).into_response()
        }
        Err(error) => (rapport_app::http_status(&error), error.to_string()).into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct Brought {
    /// Names what was asked.
    question: String,
    credential: String,
    /// Of the form that asks for a code.
    #[serde(default)]
    token: String,
    #[serde(default)]
    next: String,
}

/// `POST /login/passkey`: what the device answered.
async fn finish(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
    Form(form): Form<Brought>,
) -> Response {
    let nonce = nonce.map(|Extension(nonce)| nonce);
    let ip = real_ip::real_ip(&state.config, peer, &headers);
    let from = real_ip::subscriber(ip);
    if !state.attempts.may_leave(from) {
        let error = TOO_MANY.to_string();
        return again(&state, nonce, &headers, form, StatusCode::TOO_MANY_REQUESTS, error).await;
    }
    let tls = state.config.tls();
    let answer = Answer {
        browser: session::beside(tls, &headers).unwrap_or_default(),
        token: &form.question,
        waiting: waiting(&form.token),
        credential: &form.credential,
    };
    let device = real_ip::device(&state.config, peer, &headers);
    match passkeys::enter(&state.store, &state.origin(&headers), &answer, &device).await {
        Ok(entered) => {
            state.attempts.succeeded(from, &entered.email);
            // As somebody else from now on, and no longer as whoever it was before.
            if let Some(before) = session::token(tls, &headers)
                && let Err(error) = auth::logout(&state.store, before).await
            {
                tracing::warn!(%error, "a session could not be ended");
            }
            let cookie = session::cookie(tls, &entered.session);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&local_path(&form.next))).into_response()
        }
        Err(error) => {
            tracing::warn!(%ip, "a login by passkey was refused");
            let status = match error.status() {
                status if status >= 500 => rapport_app::http_status(&error),
                _ => StatusCode::UNAUTHORIZED,
            };
            again(&state, nonce, &headers, form, status, error.to_string()).await
        }
    }
}

/// The page that it came from, with what went wrong.
async fn again(
    state: &AppState,
    nonce: Option<Nonce>,
    headers: &HeaderMap,
    form: Brought,
    status: StatusCode,
    error: String,
) -> Response {
    if let Some(token) = waiting(&form.token)
        && let Ok(Some(_)) = two_factor::waiting(&state.store, token).await
    {
        let next = local_path(&form.next);
        let page = code::page(state, nonce, headers, form.token, next, Some(error)).await;
        return (status, page).into_response();
    }
    let shown = Login { next: form.next, error: Some(error), ..Login::default() };
    show_login(state, nonce, headers, status, shown).await
}

/// Nothing where no password was right before.
fn waiting(token: &str) -> Option<&str> {
    Some(token).filter(|token| !token.is_empty())
}
