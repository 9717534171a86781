//! The only SQL in Rapport, and the files beside the database.
//!
//! One module per feature, one function per use. Every function takes the
//! workspace first; no query exists without it. Nothing here decides who may do
//! what: that is the services' work, and nothing but the services calls this.

#[cfg(target_arch = "wasm32")]
compile_error!("the store must never reach the browser half");

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod changes;
mod connections;
pub mod csat;
pub mod custom_fields;
pub mod customers;
pub mod deliveries;
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
pub mod link_keys;
pub mod macros;
pub mod mail_catcher;
pub mod mailboxes;
pub mod merges;
pub mod messages;
pub mod notes;
pub mod notifications;
pub mod passwords;
pub mod people;
pub mod preferences;
pub mod presence;
pub mod push;
pub mod receiving;
pub mod retention;
pub mod saved_filters;
pub mod search;
pub mod secrets;
pub mod sessions;
pub mod sightings;
pub mod sla;
pub mod suggestions;
pub mod teams;
pub mod tickets;
pub mod timeline;
pub mod users;
mod watch;
pub mod workspaces;

use crate::secrets::Keyring;
pub use connections::{Connections, Net};
pub use error::{StoreError, internal};
pub use files::Files;
use rapport_domain::WorkspaceId;
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
/// Connections for a worker's jobs.
const JOB_CONNECTIONS: u32 = 5;
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
    connections: Connections,
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
        let pool = Self::pool_with(INGEST_CONNECTIONS);
        Self::open(Connections::lazy(pool, Self::options(url)?, Some(FRESH))).await
    }

    async fn connect_for_requests(url: &str, files: Files, connections: u32) -> Result<Self> {
        let options = Self::options(url)?.options([("lock_timeout", LOCK_TIMEOUT)]);
        // The first may take its time: a server that starts is no page that waits.
        options.connect().await?.close().await?;
        let pool = Self::pool_with(connections).acquire_timeout(ACQUIRE_TIMEOUT);
        Ok(Self { files, ..Self::over(Connections::lazy(pool, options, None)) })
    }

    async fn connect_with(url: &str, files: Files, connections: u32) -> Result<Self> {
        let pool = Self::pool_with(connections);
        let store = Self::open(Connections::lazy(pool, Self::options(url)?, None)).await?;
        Ok(Self { files, ..store })
    }

    /// With a first connection.
    async fn open(connections: Connections) -> Result<Self> {
        drop(connections.acquire().await?);
        Ok(Self::over(connections))
    }

    fn over(connections: Connections) -> Self {
        Self { connections, files: Files::in_memory(), keys: Keyring::default() }
    }

    fn options(url: &str) -> Result<PgConnectOptions> {
        Ok(PgConnectOptions::from_str(url)?
            .application_name("rapport")
            .options([("statement_timeout", STATEMENT_TIMEOUT)]))
    }

    fn pool_with(connections: u32) -> PgPoolOptions {
        PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT_BEHIND)
    }

    /// Connects to where a pool leads that somebody else opened, and as long as that is open: for
    /// tests. Files are kept in memory; nothing can be sealed.
    pub fn from_pool(pool: PgPool) -> Self {
        Self::over(Connections::beside(&pool))
    }

    /// The same for one workspace: whatever a query forgets to say, no row of another one is read or
    /// written. Without a net under it ([`Store::net`]) the queries have to say it themselves.
    pub fn within(&self, workspace: WorkspaceId) -> Self {
        Self { connections: self.connections.within(workspace), ..self.clone() }
    }

    /// The same without that bound. For what is about no workspace or several, and for what Postgres
    /// uses no index for under a policy: operators on texts, words and arrays are not leakproof.
    pub(crate) fn whole(&self) -> Self {
        Self { connections: self.connections.as_owner(), ..self.clone() }
    }

    /// Whether there is a net under [`Store::within`].
    pub async fn net(&self) -> Result<&Net> {
        Ok(self.connections.net().await?)
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

    /// The connections, for queries of this crate and for tests.
    pub fn pool(&self) -> &Connections {
        &self.connections
    }

    /// Starts a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_with("").await
    }

    /// Starts one in the same trip as `more`: statements that need no parameters.
    pub(crate) async fn begin_with(&self, more: &str) -> Result<Tx> {
        Ok(self.connections.begin(more).await?)
    }

    /// Brings the schema up to date, and spreads the net between workspaces; two servers starting at
    /// once wait for each other.
    pub async fn migrate(&self) -> std::result::Result<(), sqlx::migrate::MigrateError> {
        // A connection of its own: what a page may not wait for, a migration does.
        let mut connection = self.connections.options().connect().await?;
        sqlx::raw_sql("set statement_timeout = 0; set lock_timeout = 0")
            .execute(&mut connection)
            .await?;
        MIGRATOR.run(&mut connection).await?;
        // At every start: the role may have been refused before, or be missing where a dump was
        // restored.
        sqlx::query!("select keep_workspaces_apart() as trouble")
            .fetch_one(&mut connection)
            .await?;
        Ok(connection.close().await?)
    }

    /// How far this machine's clock is ahead of the database's; negative where it is behind.
    pub async fn clock_ahead(&self) -> Result<chrono::TimeDelta> {
        // Asked at the start, which is no page that waits either.
        let mut connection = self.connections.options().connect().await?;
        let theirs: chrono::DateTime<chrono::Utc> =
            sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut connection).await?;
        Ok(chrono::Utc::now() - theirs)
    }

    /// Whether the database answers and its schema is the one this program knows.
    pub async fn ready(&self) -> Result<bool> {
        let newest = MIGRATOR.iter().map(|m| m.version).max().unwrap_or(0);
        let found: Option<i64> =
            sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
                .fetch_one(&self.connections)
                .await?;
        Ok(found.is_some_and(|v| v >= newest))
    }
}
