//! Pages without a browser half: the server renders them, and plain forms change things.
//!
//! They stay out of the wasm, whose size every page pays for. A form posts to the page's own
//! address; when it did what it should, the browser is led on, else the page comes back with
//! the error and everything that was typed.

pub mod form;
pub mod lone;
pub mod refused;

use crate::shell::plain_shell;
use crate::ui::time::provide_clock;
use axum::Router;
use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::session::Viewer;
use rapport_services::secrets::Keyring;
use rapport_services::{Ctx, Result, Store};
use std::collections::HashMap;
use std::str::FromStr;

/// The routes of all pages.
pub fn router<S: Clone + Send + Sync + 'static>(site: Site) -> Router<S> {
    crate::settings::router()
        .merge(crate::account::router())
        .merge(crate::identity::router())
        .merge(crate::pages::inbox::plain::router())
        .merge(crate::outbox::router())
        .merge(crate::palette::router())
        .merge(crate::panes::ticket::plain::router())
        .with_state(site)
}

/// What the pages need of the server.
#[derive(Debug, Clone)]
pub struct Site {
    pub store: Store,
    pub keys: Keyring,
    pub leptos: LeptosOptions,
    /// Whether it plays the demo, which has pages of its own.
    pub demo: bool,
}

/// One request of one person.
#[derive(Debug)]
pub struct Visit {
    pub ctx: Ctx,
    pub keys: Keyring,
    pub viewer: Viewer,
    query: HashMap<String, String>,
    params: HashMap<String, String>,
    nonce: Option<Nonce>,
    leptos: LeptosOptions,
}

impl Visit {
    /// A value of the address's query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A value out of the address's path; what cannot be read leads nowhere.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T> {
        self.params.get(name).and_then(|p| p.parse().ok()).ok_or(AppError::NotFound)
    }

    /// Renders a whole document; what `body` makes may use the person's context.
    pub fn respond(
        &self,
        status: StatusCode,
        title: &str,
        body: impl FnOnce() -> AnyView,
    ) -> Response {
        let owner = Owner::new_root(None);
        let html = owner.with(|| {
            provide_context(Some(self.viewer.clone()));
            provide_clock();
            let preferences = &self.viewer.preferences;
            let unread = self.viewer.waiting.notifications;
            let nonce = self.nonce.clone();
            plain_shell(&self.leptos, nonce, preferences, unread, title, body()).to_html()
        });
        owner.unset_with_forced_cleanup();
        (status, Html(html)).into_response()
    }
}

impl FromRequestParts<Site> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        site: &Site,
    ) -> std::result::Result<Self, StatusCode> {
        // The session layer sends the nameless to the login before they come here.
        let viewer = parts.extensions.get::<Viewer>().cloned().ok_or(StatusCode::UNAUTHORIZED)?;
        let query = Query::try_from_uri(&parts.uri).map_err(|_| StatusCode::BAD_REQUEST)?.0;
        let params = RawPathParams::from_request_parts(parts, site).await;
        let params = params.map_err(|_| StatusCode::BAD_REQUEST)?;
        let params = params.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Ok(Self {
            params,
            ctx: Ctx::for_viewer(site.store.clone(), viewer.clone()),
            keys: site.keys.clone(),
            viewer,
            query,
            nonce: parts.extensions.get().cloned(),
            leptos: site.leptos.clone(),
        })
    }
}

/// What is said after a form did its deed: a text of ours alone, the address chooses among them.
pub(crate) fn said_toast(said: Option<&'static str>) -> AnyView {
    view! {
        <div class="toasts" role="status">{said.map(|text| view! { <p class="toast passing">{text}</p> })}</div>
    }
    .into_any()
}
