//! Plain forms: login, logout, set-up, and the browser's report of its own crash.

use crate::code;
use crate::middleware::{real_ip, session};
use crate::refused::Refused;
use crate::state::AppState;
use axum::extract::{ConnectInfo, Extension, Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::nonce::Nonce;
use rapport_app::pages::login::{Login, login as login_document};
use rapport_app::pages::lone::setup_again;
use rapport_app::pages::setup::SetupTyped;
use rapport_domain::AppError;
use rapport_domain::address::LocalPath;
use rapport_domain::session::Viewer;
use rapport_services::auth::Entered;
use rapport_services::setup::NewWorkspace;
use rapport_services::{Ctx, auth, passkeys, setup as services_setup, sso, teams};
use rapport_store::Store;
use serde::Deserialize;
use std::net::SocketAddr;

/// Longest e-mail address that a refused login shows again.
const EMAIL_CHARS: usize = 254;
/// Longest crash report that is logged, in characters.
const CRASH_CHARS: usize = 2_000;

#[derive(Debug, Deserialize)]
pub struct LoginForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
pub struct LoginQuery {
    #[serde(default)]
    next: String,
}

/// `GET /login`.
pub async fn login_page(
    State(state): State<AppState>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
    Query(query): Query<LoginQuery>,
) -> Response {
    let shown = Login { next: query.next, ..Login::default() };
    let nonce = nonce.map(|Extension(nonce)| nonce);
    show_login(&state, nonce, &headers, StatusCode::OK, shown).await
}

/// The login page, with the buttons that there are.
pub(crate) async fn show_login(
    state: &AppState,
    nonce: Option<Nonce>,
    headers: &HeaderMap,
    status: StatusCode,
    shown: Login,
) -> Response {
    // Without the database there are none, and somebody who says so.
    let (buttons, only_sso) = sso::buttons(&state.store).await.unwrap_or_default();
    let offered = passkeys::offered(&state.store, &state.origin(headers), None).await;
    let passkeys = offered.unwrap_or_default();
    let html = login_document(&state.leptos, nonce, Login { buttons, only_sso, passkeys, ..shown });
    (status, Html(html)).into_response()
}

/// `POST /login`.
pub async fn login(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Response {
    let next = local_path(&form.next);
    let again = async |status: StatusCode, error: &str| {
        // A body has no limit of its own for one field.
        let email = form.email.chars().take(EMAIL_CHARS).collect();
        let nonce = nonce.as_ref().map(|Extension(nonce)| nonce.clone());
        let (next, error) = (form.next.clone(), Some(error.into()));
        let shown = Login { next, email, error, ..Login::default() };
        show_login(&state, nonce, &headers, status, shown).await
    };
    let ip = real_ip::real_ip(&state.config, peer, &headers);
    let from = real_ip::subscriber(ip);
    if !state.attempts.allow(from, &form.email) {
        tracing::warn!(%ip, email = %shown(&form.email), "login refused: too many attempts");
        let error = "Too many attempts. Wait a minute and try again.";
        return again(StatusCode::TOO_MANY_REQUESTS, error).await;
    }
    let device = real_ip::device(&state.config, peer, &headers);
    match auth::login(&state.store, &form.email, &form.password, &device).await {
        Ok(Entered::Code(token)) => {
            let nonce = nonce.map(|Extension(nonce)| nonce);
            code::page(&state, nonce, &headers, token, next, None).await
        }
        Ok(Entered::Session(token)) => {
            state.attempts.succeeded(from, &form.email);
            let cookie = session::cookie(state.config.tls(), &token);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response()
        }
        // Not the fault of whoever logs in.
        Err(error) if error.status() >= 500 => {
            again(rapport_app::http_status(&error), &error.to_string()).await
        }
        // The password was right, and opens nothing.
        Err(AppError::Conflict(text)) => again(StatusCode::UNAUTHORIZED, &text).await,
        Err(_) => {
            tracing::warn!(%ip, email = %shown(&form.email), "login refused");
            again(StatusCode::UNAUTHORIZED, "E-mail or password is wrong.").await
        }
    }
}

/// What somebody typed as their address, for the log: quoted, and no longer than an address is.
fn shown(email: &str) -> String {
    format!("{:?}", email.chars().take(EMAIL_CHARS).collect::<String>())
}

/// A page of this server, or the one where the person begins.
pub(crate) fn local_path(next: &str) -> String {
    LocalPath::parse(next).map_or_else(|| "/".into(), String::from)
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
    #[serde(default)]
    code: String,
    workspace: String,
    name: String,
    email: String,
    password: String,
}

/// `POST /setup`: only while no workspace exists.
pub async fn setup(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
    Form(form): Form<SetupForm>,
) -> Response {
    let SetupForm { code, workspace, name, email, password } = form;
    let login = (email.clone(), password.clone());
    let typed =
        SetupTyped { workspace: workspace.clone(), name: name.clone(), email: email.clone() };
    let device = real_ip::device(&state.config, peer, &headers);
    let new = NewWorkspace { workspace, name, email, password };
    let done = match state.setup_code.admits(&code) {
        true => services_setup::first_run(&state.store, new).await,
        false => refuse_code(&state.store).await,
    };
    match done {
        Ok(()) => match auth::login(&state.store, &login.0, &login.1, &device).await {
            Ok(Entered::Session(token)) => {
                let cookie = session::cookie(state.config.tls(), &token);
                ([(header::SET_COOKIE, cookie)], Redirect::to("/get-started")).into_response()
            }
            Ok(Entered::Code(_)) | Err(_) => Redirect::to("/login").into_response(),
        },
        Err(error) => {
            let status = rapport_app::http_status(&error);
            let nonce = nonce.map(|Extension(nonce)| nonce);
            (status, Html(setup_again(&state.leptos, nonce, typed, error))).into_response()
        }
    }
}

/// Whoever reads the log may set the server up, and nobody else who finds it first.
async fn refuse_code(store: &Store) -> Result<(), AppError> {
    if store.has_workspace().await? {
        return Err(AppError::Forbidden);
    }
    Err(AppError::invalid("code", "This is not the code that the server's log shows."))
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

/// `POST /client-errors`: the browser half crashed. Anybody may say so, and write what they like.
pub async fn client_error(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let ip = real_ip::real_ip(&state.config, peer, &headers);
    if !state.attempts.may_report(real_ip::subscriber(ip)) {
        return StatusCode::TOO_MANY_REQUESTS;
    }
    let text: String = body.chars().take(CRASH_CHARS).collect();
    tracing::error!(%ip, ?text, "a browser says that its half crashed");
    StatusCode::NO_CONTENT
}
