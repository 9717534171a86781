//! Starting and stopping.

use crate::assets;
use crate::config::{Config, WorkerConfig};
use crate::listen::{self, Bounds};
use crate::mail_in;
use crate::notices;
use crate::process;
use crate::router;
use crate::site;
use crate::state::AppState;
use anyhow::{Context, bail};
use chrono::TimeDelta;
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::ingest::Ingest;
use rapport_services::job_env::JobEnv;
use rapport_services::jobs::{self, Worker};
use rapport_services::live::Live;
use rapport_services::{link_keys, setup};
use rapport_store::{Files, Store};
use sd_notify::NotifyState;
use std::net::IpAddr;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// By so much may the clocks of this machine and of the database differ before that is said.
const CLOCKS_AGREE: TimeDelta = TimeDelta::seconds(5);

/// Serves and works on jobs until SIGINT or SIGTERM, then lets running requests and jobs finish.
pub async fn run(mut config: Config) -> anyhow::Result<()> {
    let _site = site::lay_out(&mut config)?;
    if config.demo && !config.addr.ip().is_loopback() {
        bail!("demo mode has well-known passwords and keys: it serves on a loopback address only");
    }
    let files = files(&config.files)?;
    let store = prepared(&config, files.clone()).await?;
    let worker = worker(&config.worker()).await?;
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(async move {
        stopped().await;
        // Nobody listens any more when all have ended.
        let _ = stop.send(true);
    });
    let worker = tokio::spawn(worker.run(stop_requested(stopping.clone())));
    let (addr, proxies) = (config.addr, config.trusted_proxies.clone());
    let (files_for_api, files_for_recordings) = (files.clone(), files.clone());
    let mail_store = Store::connect_for_jobs(&config.database_url, files).await;
    let mail_store = mail_store.context("cannot reach Postgres")?;
    let mail_store = mail_store.with_keys(config.secret_key.clone());
    let (intake, mail) = mail_in::start(&config, mail_store, &stopping).await?;
    let live_store = Store::connect_for_live(&config.database_url).await;
    let live = Live::new(live_store.context("cannot reach Postgres")?);
    let telling = tokio::spawn(live.clone().run(stop_requested(stopping.clone())));
    let http = HttpClient::new(Reach::Public).context("no client for outside addresses")?;
    let config_url = config.database_url.clone();
    let api_store = Store::connect_for_api(&config_url, files_for_api).await;
    let api_store = api_store.context("cannot reach Postgres")?;
    let api_store = api_store.with_keys(config.secret_key.clone());
    let recordings_store = Store::connect_for_recordings(&config_url, files_for_recordings).await;
    let recordings_store = recordings_store.context("cannot reach Postgres")?;
    let (losing, lost) = watch::channel(false);
    let watched_url = config_url.clone();
    // Ends with the process.
    tokio::spawn(async move { Store::watch(&watched_url, losing).await });
    let mut state = AppState::new(store, config, http);
    (state.intake, state.live, state.lost, state.api_store) = (intake, live, lost, api_store);
    state.recordings_store = recordings_store;
    let events = Store::connect_for_ingest(&config_url).await.context("cannot reach Postgres")?;
    state.ingest = Ingest::start(events);
    if let Some(what) = assets::missing(&state.leptos) {
        bail!(
            "{what} is missing: build the site (scripts/build.sh), and set LEPTOS_SITE_ROOT to it"
        );
    }
    if !notices::offers_source(state.config.source_url.as_deref(), &state.config.site_root) {
        tracing::warn!(
            "/source leads nowhere: this was not built in a git checkout; set RAPPORT_SOURCE_URL"
        );
    }
    if !state.store.has_workspace().await.context("cannot reach Postgres")? {
        let code = state.setup_code.reveal();
        tracing::warn!(
            "nobody has set this server up: open /setup, which asks for the code {code}"
        );
    }
    let (usage, usage_store) = (state.usage.clone(), state.store.clone());
    let app = router::build(state);
    let listener =
        TcpListener::bind(addr).await.with_context(|| format!("cannot listen on {addr}"))?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    tell_systemd(NotifyState::Ready);
    let bounds = Bounds::default();
    let bounds = bounds.within(process::room_for_connections(bounds.connections));
    let many = move |ip: IpAddr| ip.is_loopback() || proxies.contains(&ip);
    listen::serve(listener, app, bounds, many, stop_requested(stopping)).await;
    if let Err(error) = usage.flush(&usage_store).await {
        tracing::warn!(%error, "the last use of API keys was not written");
    }
    mail.join_all().await;
    telling.await.context("telling of changes failed")?;
    worker.await.context("the worker failed")
}

/// The database as this version wants it, with the demo's workspace where it is asked for.
async fn prepared(config: &Config, files: Files) -> anyhow::Result<Store> {
    let store = Store::connect(&config.database_url, files).await;
    let store = store.context("cannot reach Postgres")?.with_keys(config.secret_key.clone());
    store.migrate().await.context("a migration failed")?;
    let ahead = store.clock_ahead().await.context("cannot reach Postgres")?;
    if ahead.abs() > CLOCKS_AGREE {
        tracing::warn!(
            seconds = ahead.num_seconds(),
            "this machine's clock differs from the database's: mails, reminders and sessions keep \
            to either; set both by NTP"
        );
    }
    link_keys::seal_open(&store).await.context("a key was not sealed")?;
    if config.demo {
        if setup::demo(&store).await.context("the demo workspace was not created")? {
            tracing::info!("created the demo workspace; `rapport demo` fills it");
        }
        // Whatever was changed there by hand, the demo starts.
        if let Err(error) = setup::demo_settings(&store).await {
            tracing::warn!(%error, "the demo's settings were not made");
        }
    }
    Ok(store)
}

/// Works on jobs, and nothing else, until SIGINT or SIGTERM.
pub async fn work(config: WorkerConfig) -> anyhow::Result<()> {
    let worker = worker(&config).await?;
    tracing::info!("working");
    worker.run(stopped()).await;
    Ok(())
}

/// The place of files, as the settings have it.
pub fn files(place: &str) -> anyhow::Result<Files> {
    // S3 is asked over TLS.
    rapport_services::http_client::choose_crypto();
    Files::at(place).with_context(|| format!("cannot keep files in {place}"))
}

async fn worker(config: &WorkerConfig) -> anyhow::Result<Worker<JobEnv>> {
    let store = Store::connect_for_jobs(&config.database_url, files(&config.files)?).await;
    Ok(jobs::worker(JobEnv {
        store: store.context("cannot reach Postgres")?.with_keys(config.secret_key.clone()),
        keys: config.secret_key.clone(),
        public_url: config.public_url.trim_end_matches('/').to_string(),
        http: HttpClient::new(Reach::Public).context("no client for outside addresses")?,
    }))
}

/// Ends when we have to stop.
async fn stop_requested(mut stopping: watch::Receiver<bool>) {
    // An error means that nobody can tell us any more: then we stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
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
    tell_systemd(NotifyState::Stopping);
}

/// Says where we are, to whoever starts what needs us; elsewhere nobody listens.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd was not told");
    }
}
