//! The only SQL in Rapport, and the files beside the database.
//!
//! One module per feature, one function per use. Every function takes the
//! workspace first; no query exists without it. Nothing here decides who may do
//! what: that is the services' work, and nothing but the services calls this.

#[cfg(target_arch = "wasm32")]
compile_error!("the store must never reach the browser half");

mod account_keys;
mod account_list;
pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod audit_log;
mod backup;
pub mod changes;
pub mod csat;
pub mod custom_fields;
pub mod customers;
pub mod deliveries;
mod doctor;
mod error;
pub mod event_log;
pub mod files;
pub mod idempotency;
pub mod identifiers;
pub mod identity_secrets;
mod info;
pub mod info_cards;
pub mod invitations;
pub mod jobs;
mod key_secrets;
pub mod known_devices;
pub mod link_keys;
pub mod macros;
pub mod mail_catcher;
pub mod mailboxes;
pub mod merges;
pub mod messages;
pub mod notes;
pub mod notifications;
pub mod own_account;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod preferences;
pub mod presence;
pub mod push;
pub mod receiving;
pub mod recordings;
pub mod retention;
pub mod roles;
pub mod saved_filters;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod sightings;
pub mod sla;
pub mod sso;
pub mod start;
pub mod suggestions;
pub mod teams;
pub mod tickets;
pub mod timeline;
pub mod two_factor;
pub mod users;
mod watch;
pub mod workspaces;

use crate::secrets::Keyring;
pub use error::{StoreError, internal};
pub use files::Files;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use std::str::FromStr;
use std::time::Duration;

/// Connections for pages, and for the API: neither waits for the other's.
const PAGE_CONNECTIONS: u32 = 10;
const API_CONNECTIONS: u32 = 6;
/// Connections for writing events: four writers fill the disk's bandwidth, one adds up the counts,
/// and two are left for what identifies people. A flood of events takes no page's connection.
const INGEST_CONNECTIONS: u32 = 7;
/// Connections for taking in recordings.
const RECORDING_CONNECTIONS: u32 = 6;
/// Connections for a worker's jobs: its queues have 12 slots, and each job its connection for a moment.
const JOB_CONNECTIONS: u32 = 8;
/// How long a request waits for a connection before it answers 503: people learn within a second
/// that there is none. What works in the background has more patience.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(900);
const ACQUIRE_TIMEOUT_BEHIND: Duration = Duration::from_secs(3);
/// How long a connection for events is believed after its last use.
const FRESH: Duration = Duration::from_millis(500);
/// What the server may spend on one statement of a page.
const STATEMENT_TIMEOUT: &str = "10s";
/// How long a request's statement waits for a lock: whoever locks one table holds up the pages that
/// read it, and soon none of the others.
const LOCK_TIMEOUT: &str = "2s";

/// All migrations, embedded in the binary.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

pub type Result<T> = std::result::Result<T, StoreError>;
/// A transaction; dropping it undoes what was done.
pub type Tx = sqlx::Transaction<'static, sqlx::Postgres>;

/// The way to Postgres and to the files; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    files: Files,
    keys: Keyring,
}

impl Store {
    /// Connects to `url` (`postgres://user@host/database`), for pages.
    pub async fn connect(url: &str, files: Files) -> Result<Self> {
        Self::connect_for_requests(url, files, PAGE_CONNECTIONS).await
    }

    /// The same for the API.
    pub async fn connect_for_api(url: &str, files: Files) -> Result<Self> {
        Self::connect_for_requests(url, files, API_CONNECTIONS).await
    }

    /// The same for taking in recordings: they come all the time, and take no page's connection.
    pub async fn connect_for_recordings(url: &str, files: Files) -> Result<Self> {
        Self::connect_for_requests(url, files, RECORDING_CONNECTIONS).await
    }

    /// The same for a worker: jobs never take a page's connection.
    pub async fn connect_for_jobs(url: &str, files: Files) -> Result<Self> {
        Self::connect_with(url, files, JOB_CONNECTIONS).await
    }

    /// The same for what tells open pages of changes: one connection, busy or not. It has no files.
    pub async fn connect_for_live(url: &str) -> Result<Self> {
        Self::connect_with(url, Files::in_memory(), 1).await
    }

    /// The same for taking in events. It has no files either.
    pub async fn connect_for_ingest(url: &str) -> Result<Self> {
        // A connection that was busy a moment ago is not asked whether it still stands.
        let pool = Self::pool_with(INGEST_CONNECTIONS).test_before_acquire(false).before_acquire(
            |connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            },
        );
        Ok(Self::from_pool(pool.connect_with(Self::options(url)?).await?))
    }

    async fn connect_for_requests(url: &str, files: Files, connections: u32) -> Result<Self> {
        let options = Self::options(url)?.options([("lock_timeout", LOCK_TIMEOUT)]);
        // The first may take its time: a server that starts is no page that waits.
        options.connect().await?.close().await?;
        let pool = Self::pool_with(connections).acquire_timeout(ACQUIRE_TIMEOUT);
        Ok(Self { files, ..Self::from_pool(pool.connect_lazy_with(options)) })
    }

    async fn connect_with(url: &str, files: Files, connections: u32) -> Result<Self> {
        let pool = Self::pool_with(connections).connect_with(Self::options(url)?).await?;
        Ok(Self { files, ..Self::from_pool(pool) })
    }

    fn options(url: &str) -> Result<PgConnectOptions> {
        Ok(PgConnectOptions::from_str(url)?
            .application_name("rapport")
            .options([("statement_timeout", STATEMENT_TIMEOUT)]))
    }

    fn pool_with(connections: u32) -> PgPoolOptions {
        PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT_BEHIND)
    }

    /// Wraps a pool that somebody else opened, for tests. Files are kept in memory; nothing can be
    /// sealed.
    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool, files: Files::in_memory(), keys: Keyring::default() }
    }

    /// The same with its files elsewhere.
    pub fn with_files(self, files: Files) -> Self {
        Self { files, ..self }
    }

    /// The same with keys for what lies in it sealed.
    pub fn with_keys(self, keys: Keyring) -> Self {
        Self { keys, ..self }
    }

    /// What seals and opens secrets.
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Where files lie.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The pool, for queries of this crate and for tests.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Starts a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.pool.begin().await?)
    }

    /// Brings the schema up to date; two servers starting at once wait for each other.
    pub async fn migrate(&self) -> std::result::Result<(), sqlx::migrate::MigrateError> {
        // A connection of its own: what a page may not wait for, a migration does.
        let mut connection = self.pool.connect_options().connect().await?;
        sqlx::raw_sql("set statement_timeout = 0; set lock_timeout = 0")
            .execute(&mut connection)
            .await?;
        MIGRATOR.run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// How far this machine's clock is ahead of the database's; negative where it is behind.
    pub async fn clock_ahead(&self) -> Result<chrono::TimeDelta> {
        // Asked at the start, which is no page that waits either.
        let mut connection = self.pool.connect_options().connect().await?;
        let theirs: chrono::DateTime<chrono::Utc> =
            sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut connection).await?;
        Ok(chrono::Utc::now() - theirs)
    }

    /// Whether the database answers and its schema is the one this program knows.
    pub async fn ready(&self) -> Result<bool> {
        let newest = MIGRATOR.iter().map(|m| m.version).max().unwrap_or(0);
        let found: Option<i64> =
            sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
                .fetch_one(&self.pool)
                .await?;
        Ok(found.is_some_and(|v| v >= newest))
    }
}
