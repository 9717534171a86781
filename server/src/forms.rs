//! Plain forms: login, logout, set-up, and the browser's report of its own crash.

use crate::middleware::{real_ip, session};
use crate::refused::Refused;
use crate::state::AppState;
use axum::extract::{ConnectInfo, Extension, Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use rapport_domain::AppError;
use rapport_domain::session::Viewer;
use rapport_services::setup::NewWorkspace;
use rapport_services::{Ctx, auth, setup as services_setup, teams};
use serde::Deserialize;
use std::net::SocketAddr;

/// Longest crash report that is logged, in characters.
const CRASH_CHARS: usize = 2_000;

#[derive(Debug, Deserialize)]
pub struct LoginForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`.
pub async fn login(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Response {
    let next = local_path(&form.next);
    let ip = real_ip::real_ip(&state.config, peer, &headers);
    if !state.attempts.allow(real_ip::subscriber(ip), &form.email) {
        return back_to_login("slow");
    }
    match auth::login(&state.store, &form.email, &form.password).await {
        Ok(token) => {
            let cookie = session::cookie(state.config.tls(), &token);
            ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response()
        }
        Err(AppError::Unavailable) => back_to_login("down"),
        Err(_) => back_to_login("wrong"),
    }
}

fn back_to_login(error: &str) -> Response {
    Redirect::to(&format!("/login?error={error}")).into_response()
}

/// A path on this server, or the inbox: `//evil.example` and `/\evil.example` are other servers.
fn local_path(next: &str) -> &str {
    let safe = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if safe { next } else { "/inbox" }
}

/// `POST /logout`.
pub async fn logout(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let tls = state.config.tls();
    if let Some(token) = session::token(tls, &headers)
        && let Err(error) = auth::logout(&state.store, token).await
    {
        tracing::error!(%error, "a session could not be ended");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    ([(header::SET_COOKIE, session::cookie(tls, ""))], Redirect::to("/login")).into_response()
}

#[derive(Debug, Deserialize)]
pub struct SetupForm {
    workspace: String,
    name: String,
    email: String,
    password: String,
}

/// `POST /setup`: only while no workspace exists.
pub async fn setup(State(state): State<AppState>, Form(form): Form<SetupForm>) -> Response {
    let SetupForm { workspace, name, email, password } = form;
    let login = (email.clone(), password.clone());
    let new = NewWorkspace { workspace, name, email, password };
    match services_setup::first_run(&state.store, new).await {
        Ok(()) => match auth::login(&state.store, &login.0, &login.1).await {
            Ok(token) => {
                let cookie = session::cookie(state.config.tls(), &token);
                ([(header::SET_COOKIE, cookie)], Redirect::to("/inbox")).into_response()
            }
            Err(_) => Redirect::to("/login").into_response(),
        },
        Err(AppError::Invalid(fields)) => {
            let wrong: Vec<_> = fields.into_iter().map(|f| f.field).collect();
            Redirect::to(&format!("/setup?wrong={}", wrong.join(","))).into_response()
        }
        Err(AppError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => Redirect::to("/setup?wrong=done").into_response(),
    }
}

#[derive(Debug, Deserialize)]
pub struct AwayForm {
    on: Option<String>,
}

/// `POST /away`: the person behind the session leaves, or is back.
pub async fn away(
    State(state): State<AppState>,
    Extension(viewer): Extension<Viewer>,
    headers: HeaderMap,
    Form(form): Form<AwayForm>,
) -> Response {
    let ctx = Ctx::for_viewer(state.store.clone(), viewer);
    match teams::set_away(&ctx, form.on.is_some()).await {
        Ok(()) => Redirect::to(&session::page_of(&headers)).into_response(),
        Err(error) => Refused(error).into_response(),
    }
}

/// `POST /client-errors`: the browser half crashed.
pub async fn client_error(body: String) -> StatusCode {
    let text: String = body.chars().filter(|c| !c.is_control()).take(CRASH_CHARS).collect();
    tracing::error!(%text, "the browser half crashed");
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_leads_to_this_server_only() {
        assert_eq!(local_path("/customers?q=a"), "/customers?q=a");
        for elsewhere in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb"]
        {
            assert_eq!(local_path(elsewhere), "/inbox", "{elsewhere:?}");
        }
    }
}
