//! `/login/sso/…`: to the provider of a workspace, and back from it.
//!
//! A cookie tells the browser that began from any other; the state that comes back works with it alone, once.

use crate::forms::{local_path, show_login};
use crate::middleware::{real_ip, session};
use crate::state::AppState;
use axum::Router;
use axum::extract::{ConnectInfo, Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use leptos::nonce::Nonce;
use rapport_app::pages::login::Login;
use rapport_domain::{AppError, WorkspaceId};
use rapport_services::{auth, sso};
use serde::Deserialize;
use std::net::SocketAddr;

const BACK: &str = "/login/sso/callback";
/// Characters of a page of ours that is come back to.
const NEXT_CHARS: usize = 2_000;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/login/sso/callback", get(finish))
        .route("/login/sso/{workspace}", get(begin))
}

#[derive(Debug, Deserialize)]
struct Begin {
    #[serde(default)]
    next: String,
}

/// `GET /login/sso/{workspace}`: sends the browser to the provider.
async fn begin(
    State(state): State<AppState>,
    Path(workspace): Path<String>,
    Query(query): Query<Begin>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
) -> Response {
    let next = Some(local_path(&query.next)).filter(|next| next.len() <= NEXT_CHARS);
    let next = next.unwrap_or_else(|| local_path(""));
    let nonce = nonce.map(|Extension(nonce)| nonce);
    let from = real_ip::subscriber(real_ip::real_ip(&state.config, peer, &headers));
    if !state.attempts.may_leave(from) {
        let text = "Too many attempts. Wait a minute and try again.".to_string();
        let shown = Login { next, error: Some(text), ..Login::default() };
        return show_login(&state, nonce, &headers, StatusCode::TOO_MANY_REQUESTS, shown).await;
    }
    let Ok(workspace) = workspace.parse::<WorkspaceId>() else {
        return Redirect::to("/login").into_response();
    };
    let tls = state.config.tls();
    // Several tabs of one browser share it.
    let known = session::beside(tls, &headers).filter(|known| known.len() == auth::TOKEN_CHARS);
    let browser = known.map_or_else(auth::new_token, String::from);
    let redirect = redirect(&state, &headers);
    let (store, providers) = (&state.store, &state.providers);
    match sso::begin(store, providers, workspace, &redirect, &browser, &next).await {
        Ok(address) => {
            let cookie = session::beside_cookie(tls, &browser);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&address)).into_response()
        }
        Err(AppError::NotFound) => Redirect::to("/login").into_response(),
        Err(error) => refuse(&state, nonce, &headers, next, &error).await,
    }
}

#[derive(Debug, Deserialize)]
struct Returned {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `GET /login/sso/callback`: what the provider says of whoever came from there.
async fn finish(
    State(state): State<AppState>,
    Query(returned): Query<Returned>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    nonce: Option<Extension<Nonce>>,
    headers: HeaderMap,
) -> Response {
    let tls = state.config.tls();
    let back = sso::Back {
        state: returned.state,
        code: returned.code,
        error: returned.error,
        iss: returned.iss,
        browser: session::beside(tls, &headers).unwrap_or_default().into(),
        redirect: redirect(&state, &headers),
    };
    let device = real_ip::device(&state.config, peer, &headers);
    let (next, entered) = sso::finish(&state.store, &state.providers, &back, &device).await;
    match entered {
        Ok(token) => {
            // As somebody else from now on, and no longer as whoever it was before.
            if let Some(before) = session::token(tls, &headers)
                && let Err(error) = auth::logout(&state.store, before).await
            {
                tracing::warn!(%error, "a session could not be ended");
            }
            let cookie = session::cookie(tls, &token);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&local_path(&next))).into_response()
        }
        Err(error) => {
            let nonce = nonce.map(|Extension(nonce)| nonce);
            refuse(&state, nonce, &headers, next, &error).await
        }
    }
}

/// The login page, with what went wrong.
async fn refuse(
    state: &AppState,
    nonce: Option<Nonce>,
    headers: &HeaderMap,
    next: String,
    error: &AppError,
) -> Response {
    let status = match error.status() {
        status if status >= 500 => rapport_app::http_status(error),
        _ => StatusCode::UNAUTHORIZED,
    };
    let shown = Login { next, error: Some(error.to_string()), ..Login::default() };
    show_login(state, nonce, headers, status, shown).await
}

/// Our address for coming back, as the provider knows it.
fn redirect(state: &AppState, headers: &HeaderMap) -> String {
    format!("{}{BACK}", state.origin(headers))
}
