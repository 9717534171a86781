//! What handlers share.

use crate::api::auth::Quotas;
use crate::config::Config;
use crate::middleware::rate_limit::Attempts;
use crate::segment::Gate;
use crate::setup_code::SetupCode;
use axum::extract::FromRef;
use axum::http::{HeaderMap, header};
use leptos::config::LeptosOptions;
use rapport_intake::{Intake, Verifier};
use rapport_services::http_client::{HttpClient, Reach};
use rapport_services::ingest::Ingest;
use rapport_services::key_usage::KeyUsage;
use rapport_services::live::Live;
use rapport_services::sso::Providers;
use rapport_store::Store;
use std::sync::Arc;
use tokio::sync::watch;

/// Shared by all handlers; cheap to clone.
#[derive(Debug, Clone, FromRef)]
pub struct AppState {
    pub store: Store,
    /// The same with the connections of the REST API.
    #[from_ref(skip)]
    pub api_store: Store,
    /// The same with the connections for recordings.
    #[from_ref(skip)]
    pub recordings_store: Store,
    pub config: Arc<Config>,
    pub leptos: LeptosOptions,
    /// Where mail goes that comes over HTTP.
    pub intake: Intake,
    /// Login attempts, by address and by e-mail.
    pub attempts: Arc<Attempts>,
    /// Links for a new password that were asked for: whoever floods them keeps nobody from logging in.
    #[from_ref(skip)]
    pub resets: Arc<Attempts>,
    /// API requests, by key.
    pub quotas: Arc<Quotas>,
    /// How much keys are used.
    pub usage: KeyUsage,
    /// Where events go.
    pub ingest: Ingest,
    /// Keys and quotas of the Segment protocol.
    pub gate: Arc<Gate>,
    /// Asks addresses that strangers chose.
    pub http: HttpClient,
    /// Providers of single sign-on, whose addresses admins write down.
    pub providers: Providers,
    /// Tells open pages what changed.
    pub live: Live,
    /// What the first set-up asks for.
    pub setup_code: SetupCode,
    /// Whether the database does not answer.
    pub lost: watch::Receiver<bool>,
}

impl AppState {
    /// State for these settings. All share the connections of `store`, and nobody watches the
    /// database. Mail that comes in is filed at once, its senders unchecked,
    /// until the server puts an intake of its own there; events share the pages' connections,
    /// until it puts an ingest with its own there; nothing is told of changes until `live` runs.
    /// Call it inside the runtime.
    pub fn new(store: Store, config: Config, http: HttpClient) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("rapport")
            .site_root(config.site_root.clone())
            .site_pkg_dir("pkg")
            .site_addr(config.addr)
            .hash_files(true)
            .hash_file(config.hash_file.as_str().into())
            .build();
        let store = store.with_keys(config.secret_key.clone());
        let usage = KeyUsage::start(store.clone());
        let intake = Intake::direct(store.clone(), Verifier::knowing(&[]));
        Self {
            providers: Providers::new(named(&config).unwrap_or_else(|| http.clone())),
            live: Live::new(store.clone()),
            ingest: Ingest::start(store.clone()),
            gate: Arc::new(Gate::new(usage.clone())),
            usage,
            setup_code: SetupCode::new(config.setup_code.as_deref()),
            lost: watch::channel(false).1,
            api_store: store.clone(),
            recordings_store: store.clone(),
            store,
            intake,
            config: Arc::new(config),
            leptos,
            attempts: Arc::default(),
            resets: Arc::default(),
            quotas: Arc::default(),
            http,
        }
    }
}

impl AppState {
    /// Scheme and host by which people reach this server: as configured, else as it was called.
    pub fn origin(&self, headers: &HeaderMap) -> String {
        let called = || {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            format!("http://{}", host.map_or_else(|| self.config.addr.to_string(), String::from))
        };
        let origin = self.config.public_url.clone().unwrap_or_else(called);
        origin.trim_end_matches('/').into()
    }
}

/// A client that reaches the networks of the settings too.
fn named(config: &Config) -> Option<HttpClient> {
    let client = HttpClient::new(Reach::And(config.outbound_networks.clone()));
    client.inspect_err(|error| tracing::error!(%error, "no client for addresses of admins")).ok()
}
