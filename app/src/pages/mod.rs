//! A folder a page: those on which agents live, rendered by both halves, and those that are forms,
//! rendered by the server alone.

pub mod account;
#[cfg(feature = "ssr")]
pub mod api_docs;
pub mod customers;
#[cfg(feature = "ssr")]
pub(crate) mod deletion;
#[cfg(feature = "ssr")]
pub(crate) mod identity;
pub mod inbox;
pub mod info_pane;
#[cfg(feature = "ssr")]
pub mod login;
#[cfg(feature = "ssr")]
pub mod lone;
#[cfg(feature = "ssr")]
pub(crate) mod mail_catcher;
pub mod not_found;
#[cfg(feature = "ssr")]
pub(crate) mod palette;
#[cfg(feature = "ssr")]
mod passkeys;
pub mod profile;
#[cfg(feature = "ssr")]
pub(crate) mod recordings;
#[cfg(feature = "ssr")]
pub mod settings;
pub mod setup;
#[cfg(feature = "ssr")]
pub(crate) mod start;
