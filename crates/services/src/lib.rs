//! Use cases. Each one asks for leave, works in one transaction, and writes down what it did.
//!
//! Pages (server functions), the REST API, webhooks and jobs all call these:
//! there is no second way to do a thing. Every function takes [`Ctx`] first.

#[cfg(target_arch = "wasm32")]
compile_error!("services must never reach the browser half");

pub mod accounts;
pub mod api_keys;
mod audit;
pub mod audit_log;
pub mod auth;
pub mod csat;
mod ctx;
pub mod customers;
pub mod deliveries;
pub mod doctor;
pub mod fields;
pub mod files;
pub mod http_client;
pub mod idempotency;
pub mod info;
pub mod info_cards;
pub mod ingest;
pub mod job_env;
pub mod jobs;
pub mod key_usage;
pub mod labels;
pub mod link_keys;
pub mod live;
pub mod macros;
pub mod mail_catcher;
pub mod mailboxes;
pub mod messages;
pub mod notes;
pub mod notifications;
pub mod operators;
pub mod own_account;
pub mod people;
pub mod preferences;
pub mod push;
pub mod receiving;
pub mod recordings;
pub mod roles;
pub mod rules;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sla;
pub mod sso;
pub mod start;
pub mod teams;
pub mod tickets;
pub mod timeline;
mod transaction;

pub use auth::{passkeys, passwords, two_factor};
pub use ctx::{Actor, Ctx};
pub use rapport_domain::AppError;
pub use rapport_store::{Store, internal, secrets};

pub type Result<T> = std::result::Result<T, AppError>;
