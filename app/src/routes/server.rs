//! The pages that the server alone renders.

use crate::pages::{
    account, deletion, identity, inbox, mail_catcher, palette, recordings, settings, start,
};
use crate::panes::ticket;
use crate::server_page::{Site, page};
use axum::Router;

/// The routes of all of them.
pub fn router<S: Clone + Send + Sync + 'static>(site: Site) -> Router<S> {
    settings::router()
        .merge(account::server_pages::router())
        .merge(page::route::<start::GetStarted>())
        .merge(deletion::router())
        .merge(identity::router())
        .merge(inbox::server_pages::router())
        .merge(mail_catcher::router())
        .merge(palette::router())
        .merge(recordings::router())
        .merge(ticket::server_pages::router())
        .with_state(site)
}
