//! The app config's pages, and the reader's notifications and preferences, rendered by the server alone: see
//! [`crate::server_page`]. A page is a [`ServerPage`](crate::server_page::page::ServerPage): what it loads, how that looks, and what its
//! forms do.

mod account;
mod api_keys;
mod audit;
mod custom_fields;
mod events;
mod jobs;
mod macros;
mod mailboxes;
mod me;
mod notifications;
mod own_frame;
mod passkeys;
mod people;
mod preferences;
mod receiving;
mod recordings;
mod roles;
mod rules;
mod signatures;
mod sla;
mod sso;
mod statuses;
mod surveys;
mod teams;
mod two_factor;

pub use audit::query as audit_query;

use crate::server_page::{Site, page};
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

/// The routes of all pages.
pub(crate) fn router() -> Router<Site> {
    Router::new()
        .merge(page::route::<account::Account>())
        .merge(page::route::<api_keys::ApiKeys>())
        .merge(page::route::<audit::AuditLog>())
        .merge(page::route::<custom_fields::CustomFields>())
        .merge(page::route::<events::Events>())
        .merge(page::route::<jobs::Jobs>())
        .merge(page::route::<mailboxes::Mailboxes>())
        .merge(page::route::<notifications::Notifications>())
        .merge(notifications::opening())
        .merge(page::route::<people::PeoplePage>())
        .merge(page::route::<preferences::Preferences>())
        .merge(page::route::<receiving::Receiving>())
        .merge(page::route::<recordings::Recordings>())
        .merge(page::route::<roles::Roles>())
        .merge(page::route::<rules::Rules>())
        .merge(page::route::<macros::Macros>())
        // Their name before they could act.
        .route("/settings/snippets", get(async || Redirect::permanent("/settings/macros")))
        .merge(page::route::<signatures::Signatures>())
        .merge(page::route::<sla::Sla>())
        .merge(page::route::<sso::SingleSignOn>())
        .merge(page::route::<statuses::Statuses>())
        .merge(page::route::<surveys::Surveys>())
        .merge(page::route::<teams::Teams>())
}
