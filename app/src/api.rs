//! What every server function starts with: who asks, and in which workspace.

use crate::Failure;
use axum::http::StatusCode;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use rapport_domain::AppError;
use rapport_domain::session::Viewer;
use rapport_services::{Ctx, Result, Store};

/// The logged-in person of this request, as the session layer found them.
pub fn viewer() -> Option<Viewer> {
    use_context::<Parts>()?.extensions.get::<Viewer>().cloned()
}

/// Runs a use case for the logged-in person; refusals get their HTTP status.
pub async fn run<T>(use_case: impl AsyncFnOnce(&Ctx) -> Result<T>) -> std::result::Result<T, Failure> {
    let result = match context() {
        Ok(ctx) => use_case(&ctx).await,
        Err(error) => Err(error),
    };
    result.map_err(|error| {
        if let (Some(response), Ok(status)) =
            (use_context::<ResponseOptions>(), StatusCode::from_u16(error.status()))
        {
            response.set_status(status);
        }
        Failure(error)
    })
}

fn context() -> Result<Ctx> {
    let viewer = viewer().ok_or(AppError::Unauthenticated)?;
    let store = use_context::<Store>().ok_or(AppError::Unavailable)?;
    Ok(Ctx::for_viewer(store, viewer))
}
