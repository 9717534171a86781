//! The pages of Rapport: Leptos components and their server functions, by feature.
//!
//! From top to bottom, each floor using only what is below: `routes` puts together the routes of both
//! kinds of pages; `pages/` has a folder a page, whichever half renders it; `panes/` one a pane, with
//! its component, server functions and state; `server_page/` is how a page that is a form is made;
//! `page_table` says which pages there are; `ui/` holds small parts that know no data. Server functions
//! are short: they get a [`Ctx`](rapport_services::Ctx) through [`api`] and call one service.

// Leptos types nest as deep as the views do.
#![recursion_limit = "512"]
// A component is as long as its markup.
#![allow(clippy::too_many_lines)]

#[cfg(feature = "ssr")]
pub mod api;
mod config_frame;
mod document_head;
mod failure;
mod frame;
mod history;
mod live;
mod origin;
mod page_data;
pub mod page_table;
pub mod pages;
pub mod panes;
pub mod preferences;
mod profile_route;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server_page;
mod session;
mod shell;
pub mod ui;
mod waiting;

pub use failure::Failure;
#[cfg(feature = "ssr")]
pub use failure::http_status;
pub use routes::App;
pub use shell::shell;
