//! Starting and stopping.

use crate::config::Config;
use crate::mail_in;
use crate::router;
use crate::state::AppState;
use anyhow::{Context, bail};
use rapport_services::outside::Outside;
use rapport_services::setup;
use rapport_store::Store;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Serves until SIGINT or SIGTERM, then lets running requests finish.
pub async fn run(config: Config) -> anyhow::Result<()> {
    if config.demo && !config.addr.ip().is_loopback() {
        bail!("demo mode has well-known passwords and keys: it serves on a loopback address only");
    }
    let store = Store::connect(&config.database_url).await.context("cannot reach Postgres")?;
    store.migrate().await.context("a migration failed")?;
    if config.demo && setup::demo(&store).await.context("the demo workspace was not created")? {
        tracing::info!("created the demo workspace; `rapport demo` fills it");
    }
    let addr = config.addr;
    let outside = Outside::new().context("no client for outside addresses")?;
    let (stop, stopping) = watch::channel(false);
    let (intake, mail) = mail_in::start(&config, store.clone(), &stopping).await?;
    let mut state = AppState::new(store, config, outside);
    state.intake = intake;
    let app = router::build(state);
    let listener =
        TcpListener::bind(addr).await.with_context(|| format!("cannot listen on {addr}"))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let served = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            stopped().await;
            // Nobody may be left who takes mail in.
            let _ = stop.send(true);
        })
        .await;
    mail.join_all().await;
    served.context("the server failed")
}

async fn stopped() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be handled");
            return std::future::pending().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
}
