//! `/join/{token}` and `/reset/{token}`: links that prove by themselves who may follow them.
//!
//! Opening one shows a form and changes nothing: programs that check mails open links as well.

use crate::code;
use crate::middleware::{real_ip, session, small_body};
use crate::state::AppState;
use axum::Router;
use axum::extract::{ConnectInfo, Extension, Form, FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use leptos::nonce::Nonce;
use rapport_app::pages::lone;
use rapport_domain::AppError;
use rapport_domain::session::Device;
use rapport_services::auth::Entered;
use rapport_services::{auth, passwords, people};
use serde::Deserialize;
use std::net::SocketAddr;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/join/{token}", get(invited).post(join))
        .route("/reset/{token}", get(open_reset).post(reset))
        .route("/forgotten", get(forgotten).post(send_link))
        .route_layer(axum::middleware::from_fn(small_body::take))
}

/// One request of whoever holds a link.
struct Holder {
    state: AppState,
    nonce: Option<Nonce>,
    device: Device,
    /// A session that this browser has already.
    session: Option<String>,
    headers: HeaderMap,
}

impl FromRequestParts<AppState> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let peer = ConnectInfo::<SocketAddr>::from_request_parts(parts, state).await;
        let ConnectInfo(peer) = peer.map_err(IntoResponse::into_response)?;
        let nonce = Option::<Extension<Nonce>>::from_request_parts(parts, state).await;
        let session = session::token(state.config.tls(), &parts.headers).map(String::from);
        Ok(Self {
            state: state.clone(),
            nonce: nonce.ok().flatten().map(|Extension(nonce)| nonce),
            device: real_ip::device(&state.config, peer, &parts.headers),
            session,
            headers: parts.headers.clone(),
        })
    }
}

impl Holder {
    fn page(self, status: StatusCode, html: String) -> Response {
        // The address opens something: it is told to no other page.
        let referrer: (HeaderName, HeaderValue) =
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        (status, [referrer], Html(html)).into_response()
    }

    /// The page of a link that does not work; what happened to it says `error`.
    fn dead(self, error: &AppError) -> Response {
        let why = match error {
            AppError::NotFound => {
                "It is not complete, or not one of ours. Copy it once more from the mail.".into()
            }
            other => other.to_string(),
        };
        let html = lone::dead_link(&self.state.leptos, self.nonce.clone(), why);
        self.page(rapport_app::http_status(error), html)
    }

    /// Logged in as whom the link is for, and no longer as anybody before.
    async fn enter(self, token: &str) -> Response {
        if let Some(before) = &self.session
            && let Err(error) = auth::logout(&self.state.store, before).await
        {
            tracing::warn!(%error, "a session could not be ended");
        }
        let cookie = session::cookie(self.state.config.tls(), token);
        ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
    }
}

async fn invited(Path(token): Path<String>, holder: Holder) -> Response {
    match people::open(&holder.state.store, &token).await {
        Ok(invited) => {
            let (leptos, nonce) = (&holder.state.leptos, holder.nonce.clone());
            let html = lone::join(leptos, nonce, &invited, String::new(), None);
            holder.page(StatusCode::OK, html)
        }
        Err(error) => holder.dead(&error),
    }
}

#[derive(Debug, Deserialize)]
struct JoinForm {
    name: String,
    password: String,
}

async fn join(
    State(state): State<AppState>,
    Path(token): Path<String>,
    holder: Holder,
    Form(form): Form<JoinForm>,
) -> Response {
    let invited = match people::open(&state.store, &token).await {
        Ok(invited) => invited,
        Err(error) => return holder.dead(&error),
    };
    let JoinForm { name, password } = form;
    match people::accept(&state.store, &token, &name, password, &holder.device).await {
        Ok(session) => holder.enter(&session).await,
        Err(error) => {
            let status = rapport_app::http_status(&error);
            let nonce = holder.nonce.clone();
            let html = lone::join(&state.leptos, nonce, &invited, name, Some(error));
            holder.page(status, html)
        }
    }
}

/// The form of somebody who forgot their password.
async fn forgotten(holder: Holder) -> Response {
    let html = lone::forgotten(&holder.state.leptos, holder.nonce.clone(), false);
    holder.page(StatusCode::OK, html)
}

#[derive(Debug, Deserialize)]
struct ForgottenForm {
    email: String,
}

/// `POST /forgotten`: answers the same, and as quickly, whether somebody has the address.
async fn send_link(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    holder: Holder,
    Form(form): Form<ForgottenForm>,
) -> Response {
    let ip = real_ip::real_ip(&state.config, peer, &holder.headers);
    if state.resets.allow(real_ip::subscriber(ip), &form.email) {
        let store = state.store.clone();
        tokio::spawn(async move {
            if let Err(error) = auth::forgotten(&store, &form.email).await {
                tracing::error!(%error, "a link for a new password was not planned");
            }
        });
    } else {
        tracing::warn!(%ip, "no link for a new password: too many were asked for");
    }
    let html = lone::forgotten(&state.leptos, holder.nonce.clone(), true);
    holder.page(StatusCode::OK, html)
}

async fn open_reset(Path(token): Path<String>, holder: Holder) -> Response {
    match passwords::open_reset(&holder.state.store, &token).await {
        Ok(email) => {
            let html = lone::reset(&holder.state.leptos, holder.nonce.clone(), email, None);
            holder.page(StatusCode::OK, html)
        }
        Err(error) => holder.dead(&error),
    }
}

#[derive(Debug, Deserialize)]
struct ResetForm {
    password: String,
}

async fn reset(
    State(state): State<AppState>,
    Path(token): Path<String>,
    holder: Holder,
    Form(form): Form<ResetForm>,
) -> Response {
    let email = match passwords::open_reset(&state.store, &token).await {
        Ok(email) => email,
        Err(error) => return holder.dead(&error),
    };
    match passwords::reset(&state.store, &token, form.password, &holder.device).await {
        Ok(Entered::Session(session)) => holder.enter(&session).await,
        Ok(Entered::Code(token)) => {
            let (nonce, next) = (holder.nonce.clone(), "/".into());
            code::page(&state, nonce, &holder.headers, token, next, None).await
        }
        Err(error) => {
            let status = rapport_app::http_status(&error);
            let html = lone::reset(&state.leptos, holder.nonce.clone(), email, Some(error));
            holder.page(status, html)
        }
    }
}
