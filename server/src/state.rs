//! What handlers share.

use crate::api::auth::Quotas;
use crate::config::Config;
use crate::middleware::rate_limit::Attempts;
use crate::segment::Gate;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use rapport_intake::{Intake, Verifier};
use rapport_services::ingest::Ingest;
use rapport_services::live::Live;
use rapport_services::outside::Outside;
use rapport_store::Store;
use std::sync::Arc;

/// Shared by all handlers; cheap to clone.
#[derive(Debug, Clone, FromRef)]
pub struct AppState {
    pub store: Store,
    pub config: Arc<Config>,
    pub leptos: LeptosOptions,
    /// Where mail goes that comes over HTTP.
    pub intake: Intake,
    /// Login attempts, by address and by e-mail.
    pub attempts: Arc<Attempts>,
    /// API requests, by key.
    pub quotas: Arc<Quotas>,
    /// Where events go.
    pub ingest: Ingest,
    /// Keys and quotas of the Segment protocol.
    pub gate: Arc<Gate>,
    /// Asks addresses that strangers chose.
    pub outside: Outside,
    /// Tells open pages what changed.
    pub live: Live,
}

impl AppState {
    /// State for these settings. Mail that comes in is filed at once, its senders unchecked,
    /// until the server puts an intake of its own there; events share the pages' connections,
    /// until it puts an ingest with its own there; nothing is told of changes until `live` runs.
    /// Call it inside the runtime.
    pub fn new(store: Store, config: Config, outside: Outside) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("rapport")
            .site_root(config.site_root.clone())
            .site_pkg_dir("pkg")
            .site_addr(config.addr)
            .hash_files(true)
            .build();
        let intake = Intake::direct(store.clone(), Verifier::knowing(&[]));
        Self {
            live: Live::new(store.clone()),
            ingest: Ingest::start(store.clone()),
            gate: Arc::default(),
            store,
            intake,
            config: Arc::new(config),
            leptos,
            attempts: Arc::default(),
            quotas: Arc::default(),
            outside,
        }
    }
}
