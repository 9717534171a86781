//! Pages without a browser half: the server renders them, and plain forms change things.
//!
//! They stay out of the wasm, whose size every page pays for. A form posts to the page's own
//! address; when it did what it should, the browser is led on, else the page comes back with
//! the error and everything that was typed.

mod document;
pub mod form;
pub mod page;
mod put_back;
pub mod refused;

pub(crate) use document::document;

use crate::ui::time::provide_clock;
use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use rapport_domain::AppError;
use rapport_domain::session::Viewer;
use rapport_services::auth::{CurrentSession, FromAddress};
use rapport_services::secrets::Keyring;
use rapport_services::sso::Providers;
use rapport_services::{Ctx, Result, Store};
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::OnceLock;

/// What the pages need of the server.
#[derive(Debug, Clone)]
pub struct Site {
    pub store: Store,
    pub keys: Keyring,
    /// Providers of single sign-on.
    pub providers: Providers,
    pub leptos: LeptosOptions,
    /// Whether it plays the demo, which has pages of its own.
    pub demo: bool,
    /// The address people use, without a slash at its end, where it is set.
    pub public_url: Option<String>,
}

impl Site {
    /// As it is configured, else as this server was called.
    fn origin(&self, headers: &HeaderMap) -> String {
        let called = || headers.get(header::HOST).and_then(|h| h.to_str().ok()).map(String::from);
        self.public_url.clone().unwrap_or_else(|| {
            format!("http://{}", called().unwrap_or_else(|| self.leptos.site_addr.to_string()))
        })
    }
}

/// One request of one person.
#[derive(Debug)]
pub struct PageRequest {
    pub ctx: Ctx,
    pub keys: Keyring,
    pub providers: Providers,
    pub viewer: Viewer,
    pub session: CurrentSession,
    query: HashMap<String, String>,
    params: HashMap<String, String>,
    nonce: Option<Nonce>,
    leptos: LeptosOptions,
    origin: String,
    once: OnceLock<String>,
}

impl PageRequest {
    /// Scheme and host by which people reach this server.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// By which the page's policy knows a script.
    pub fn nonce(&self) -> Option<String> {
        self.nonce.as_ref().map(ToString::to_string)
    }

    /// Keeps a secret for the page that answers this request, and for no other.
    pub fn show_once(&self, secret: String) {
        // A second one in one request would be a fault; the first stays.
        let _ = self.once.set(secret);
    }

    /// What [`PageRequest::show_once`] was told.
    pub fn once(&self) -> Option<&str> {
        self.once.get().map(String::as_str)
    }

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
            document(&self.leptos, nonce, preferences, unread, title, body()).to_html()
        });
        owner.unset_with_forced_cleanup();
        (status, Html(html)).into_response()
    }
}

impl FromRequestParts<Site> for PageRequest {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        site: &Site,
    ) -> std::result::Result<Self, StatusCode> {
        // The session layer sends the anonymous to the login before they come here.
        let viewer = parts.extensions.get::<Viewer>().cloned().ok_or(StatusCode::UNAUTHORIZED)?;
        let address = parts.extensions.get::<FromAddress>().cloned().unwrap_or_default().0;
        let session = parts.extensions.get::<CurrentSession>().cloned();
        let session = session.ok_or(StatusCode::UNAUTHORIZED)?;
        let query = Query::try_from_uri(&parts.uri).map_err(|_| StatusCode::BAD_REQUEST)?.0;
        let params = RawPathParams::from_request_parts(parts, site).await;
        let params = params.map_err(|_| StatusCode::BAD_REQUEST)?;
        let params = params.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Ok(Self {
            params,
            ctx: Ctx::for_viewer(site.store.clone(), viewer.clone()).asked_from(address),
            keys: site.keys.clone(),
            providers: site.providers.clone(),
            viewer,
            session,
            query,
            nonce: parts.extensions.get().cloned(),
            leptos: site.leptos.clone(),
            origin: site.origin(&parts.headers),
            once: OnceLock::new(),
        })
    }
}

/// What the page says once a form has done its work: a text of ours alone, the address chooses among them.
pub(crate) fn flash_toast(flash: Option<&'static str>) -> AnyView {
    view! {
        <div class="toasts" role="status">{flash.map(|text| view! { <p class="toast passing">{text}</p> })}</div>
    }
    .into_any()
}
