//! The pages of Rapport: Leptos components and their server functions, by feature.
//!
//! `ui/` holds small parts that know no data; `panes/` one folder a pane, with
//! its component, server functions and state; `pages/` says which panes stand
//! where, `page_table` which there are; `admin/` is the app config's frame, `settings/` its pages, which the
//! server alone renders. Server functions are short: they get a
//! [`Ctx`](rapport_services::Ctx) through [`api`] and call one service.

// Leptos types nest as deep as the views do.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
mod account;
pub mod admin;
#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
mod deletion;
mod failure;
mod frame;
mod history;
#[cfg(feature = "ssr")]
pub mod identity;
mod live;
#[cfg(feature = "ssr")]
mod mail_catcher;
pub mod page_table;
pub mod pages;
#[cfg(feature = "ssr")]
mod palette;
pub mod panes;
pub mod preferences;
mod profile_route;
#[cfg(feature = "ssr")]
mod recordings;
mod routes;
#[cfg(feature = "ssr")]
pub mod server_page;
mod session;
#[cfg(feature = "ssr")]
mod settings;
mod shell;
#[cfg(feature = "ssr")]
mod start;
pub mod ui;

pub use failure::Failure;
#[cfg(feature = "ssr")]
pub use failure::http_status;
pub use routes::App;
pub use shell::shell;
