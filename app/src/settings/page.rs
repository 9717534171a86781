//! What all pages without a browser half have in common.

use super::form::{Draft, Sent};
use crate::Failure;
use crate::admin::Config;
use crate::live::provide_live;
use crate::shell::plain_shell;
use crate::ui::empty::ErrorPanel;
use crate::ui::field::FormError;
use crate::ui::time::provide_clock;
use axum::extract::{Form, FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Router, routing};
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, Permission};
use rapport_services::secrets::Keyring;
use rapport_services::{Ctx, Result, Store};
use std::collections::HashMap;

/// What the pages need of the server.
#[derive(Debug, Clone)]
pub struct Site {
    pub store: Store,
    pub keys: Keyring,
    pub leptos: LeptosOptions,
}

/// One page.
pub trait Page: 'static {
    const PATH: &'static str;
    const TITLE: &'static str;
    /// What the page is for, in one sentence.
    const ABOUT: &'static str;
    /// What is said when a form did its deed: the word that [`Page::act`] answers, and the text.
    const SAID: &'static [(&'static str, &'static str)];
    /// Who may see it at all.
    const PERMISSION: Permission = Permission::Configure;
    /// What the page shows.
    type Data: Send;

    fn load(visit: &Visit) -> impl Future<Output = Result<Self::Data>> + Send;

    /// Each form posts to the page's own address and says in a field `do` what it wants.
    fn view(data: Self::Data, visit: &Visit, draft: &Draft) -> AnyView;

    /// What stands around the content.
    fn frame(content: AnyView) -> AnyView {
        view! { <Config title=Self::TITLE about=Self::ABOUT>{content}</Config> }.into_any()
    }

    /// Does what a form asks for; answers a word of [`Page::SAID`].
    fn act(visit: &Visit, sent: &Sent) -> impl Future<Output = Result<&'static str>> + Send;
}

/// One request of one person.
#[derive(Debug)]
pub struct Visit {
    pub ctx: Ctx,
    pub keys: Keyring,
    viewer: Viewer,
    query: HashMap<String, String>,
    nonce: Option<Nonce>,
    leptos: LeptosOptions,
}

impl Visit {
    /// Whether this person may change customers.
    pub fn may_write(&self) -> bool {
        self.viewer.may(Permission::Write)
    }

    /// A value of the address's query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
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
        Ok(Self {
            ctx: Ctx::for_viewer(site.store.clone(), viewer.clone()),
            keys: site.keys.clone(),
            viewer,
            query,
            nonce: parts.extensions.get().cloned(),
            leptos: site.leptos.clone(),
        })
    }
}

/// The page under its address: opened, and with what its forms send.
pub fn route<P: Page>() -> Router<Site> {
    Router::new().route(P::PATH, routing::get(open::<P>).post(send::<P>))
}

async fn open<P: Page>(visit: Visit) -> Response {
    answer::<P>(&visit, &Draft::default()).await
}

async fn send<P: Page>(visit: Visit, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let sent = Sent(fields);
    match P::act(&visit, &sent).await {
        Ok(word) => Redirect::to(&format!("{}?done={word}", P::PATH)).into_response(),
        Err(error) => answer::<P>(&visit, &Draft(Some((sent, error)))).await,
    }
}

async fn answer<P: Page>(visit: &Visit, draft: &Draft) -> Response {
    let allowed = visit.viewer.may(P::PERMISSION);
    let data = if allowed { P::load(visit).await } else { Err(AppError::Forbidden) };
    let error = data.as_ref().err().or(draft.0.as_ref().map(|(_, error)| error));
    let status = error.and_then(|e| StatusCode::from_u16(e.status()).ok());
    let html = render::<P>(visit, draft, data);
    (status.unwrap_or(StatusCode::OK), Html(html)).into_response()
}

fn render<P: Page>(visit: &Visit, draft: &Draft, data: Result<P::Data>) -> String {
    let said = visit.query("done").and_then(|word| P::SAID.iter().find(|(w, _)| *w == word));
    plain_page(visit, P::TITLE, said.map(|(_, text)| *text), || {
        let content = match data {
            Ok(data) => P::view(data, visit, draft),
            Err(error) => view! { <ErrorPanel error=Failure(error) /> }.into_any(),
        };
        P::frame(content)
    })
}

/// The document of a page without a browser half; `said` tells what a form just did.
pub fn plain_page(
    visit: &Visit,
    title: &str,
    said: Option<&'static str>,
    content: impl FnOnce() -> AnyView,
) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_context(Some(visit.viewer.clone()));
        provide_clock();
        provide_live();
        let body = view! {
            {content()}
            // Full of a text of ours alone: the address chooses among them.
            <div class="toasts" role="status">{said.map(|text| view! { <p class="toast passing">{text}</p> })}</div>
        };
        plain_shell(&visit.leptos, visit.nonce.clone(), title, body.into_any()).to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

/// The error of a form without a place of its own on the page, such as a button's.
pub fn page_error(draft: &Draft, deeds: &[&str]) -> impl IntoView + use<> {
    let message = deeds.iter().find_map(|deed| draft.of(deed).general(&[]));
    view! { <FormError message /> }
}
