//! What the profile page is compared with: the same four statements, and a body as large.

use crate::seed::Seeded;
use anyhow::Context;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use rapport_domain::CustomerId;
use rapport_domain::ticket::TicketListQuery;
use rapport_domain::timeline::TimelineQuery;
use rapport_services::{Ctx, auth, info, tickets, timeline};
use rapport_store::Store;
use std::sync::Arc;

struct Bare {
    store: Store,
    body: String,
}

/// Serves on a free port and answers the customer's address there.
pub async fn serve(store: Store, bytes: usize, seeded: &Seeded) -> anyhow::Result<String> {
    let state = Arc::new(Bare { store, body: "x".repeat(bytes) });
    let app = Router::new().route("/customers/{id}", get(page)).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/customers/{}", listener.local_addr()?, seeded.profile);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn page(
    State(bare): State<Arc<Bare>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    four_statements(&bare.store, &id, &headers)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(bare.body.clone())
}

async fn four_statements(store: &Store, id: &str, headers: &HeaderMap) -> anyhow::Result<()> {
    let customer: CustomerId = id.parse()?;
    let cookie = headers.get(header::COOKIE).and_then(|c| c.to_str().ok()).unwrap_or_default();
    let token = cookie.strip_prefix("rapport=").unwrap_or_default();
    let viewer = auth::viewer(store, token).await?.context("not logged in")?;
    let ctx = Ctx::for_viewer(store.clone(), viewer);
    tickets::list_for_customer(&ctx, customer, &TicketListQuery::default()).await?;
    timeline::open_timeline(&ctx, customer, &TimelineQuery::default()).await?;
    info::pane(&ctx, customer, None, false).await?;
    Ok(())
}
