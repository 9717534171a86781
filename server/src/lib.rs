//! The `rapport` server: configuration, routes, middleware, and the REST API.
//!
//! Routes are grouped by trust in [`router`]; handlers call one service each.

// Leptos types nest as deep as the views do.
#![recursion_limit = "512"]

pub mod admin;
pub mod api;
mod assets;
mod audit_export;
pub mod code;
pub mod config;
mod csat;
pub mod demo;
mod demo_app;
pub mod doctor;
mod download;
mod files;
mod forms;
mod health;
mod links;
mod listen;
mod live;
mod mail_in;
mod middleware;
mod notices;
mod notify;
mod opens;
mod passkeys;
pub mod pictures;
pub mod process;
mod recordings;
mod refused;
pub mod router;
mod sdk;
pub mod segment;
pub mod serve;
pub mod setup_code;
mod site;
mod sso;
pub mod state;
mod uploads;
