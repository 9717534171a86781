//! What every server function starts with: who asks, and in which workspace.

use crate::Failure;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use rapport_domain::AppError;
use rapport_domain::address::LocalPath;
use rapport_domain::session::Viewer;
use rapport_services::auth::FromAddress;
use rapport_services::secrets::Keyring;
use rapport_services::{Ctx, Result, Store};

/// The logged-in person of this request, as the session layer found them.
pub fn viewer() -> Option<Viewer> {
    use_context::<Parts>()?.extensions.get::<Viewer>().cloned()
}

/// What seals and opens stored secrets on this server.
pub fn keyring() -> Keyring {
    use_context::<Keyring>().unwrap_or_default()
}

/// Runs a use case for the logged-in person; refusals get their HTTP status.
///
/// Not so for a form posted without JavaScript: its answer is a redirect back to the page,
/// which then shows the error, and another status would keep the browser from following.
pub async fn run<T>(
    use_case: impl AsyncFnOnce(&Ctx) -> Result<T>,
) -> std::result::Result<T, Failure> {
    let result = match context() {
        Ok(ctx) => use_case(&ctx).await,
        Err(error) => Err(error),
    };
    result.map_err(|error| {
        if let Some(response) = use_context::<ResponseOptions>().filter(|_| !is_plain_form()) {
            response.set_status(crate::http_status(&error));
        }
        Failure(error)
    })
}

/// Whether the browser sent a form by itself, and waits for a page.
pub fn is_plain_form() -> bool {
    let parts = use_context::<Parts>();
    parts.is_some_and(|parts| parts.method == http::Method::POST && wants_page(&parts.headers))
}

/// Whether the browser itself asks, and shows what comes; scripts ask for data.
pub fn wants_page(headers: &http::HeaderMap) -> bool {
    let accept = headers.get(http::header::ACCEPT).and_then(|v| v.to_str().ok());
    accept.is_some_and(|a| a.contains("text/html"))
}

/// After a form that stands on a page of its own (`?edit=…`) was sent: back to where it was
/// opened. Forms in dialogs send nothing in `back` and stay.
pub fn back_to(back: Option<String>) {
    if let Some(path) = back.as_deref().and_then(LocalPath::parse) {
        leptos_axum::redirect(path.as_str());
    }
}

fn context() -> Result<Ctx> {
    let viewer = viewer().ok_or(AppError::Unauthenticated)?;
    let store = use_context::<Store>()
        .ok_or_else(|| rapport_services::internal("a server function has no store"))?;
    let from = use_context::<Parts>().and_then(|p| p.extensions.get::<FromAddress>().cloned());
    Ok(Ctx::for_viewer(store, viewer).asked_from(from.unwrap_or_default().0))
}
