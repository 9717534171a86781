//! The app config's pages, and other pages without a browser half: the server renders them, forms change things.
//!
//! They stay out of the wasm, whose size every page pays for. A page is a [`Page`]: what it
//! loads, how that looks, and what its forms do. A form posts to the page's own address; when
//! it did what it should, the browser is led to the page anew, else the page comes back with
//! the error and everything that was typed.

mod custom_fields;
mod events;
mod form;
mod mailboxes;
mod notifications;
mod page;
mod sla;
mod snippets;
mod statuses;
mod surveys;
mod teams;

pub(crate) use form::{Draft, Sent};
pub use page::Site;
pub(crate) use page::{Visit, page_error, plain_page};

use axum::Router;

/// The routes of all pages.
pub fn router<S: Clone + Send + Sync + 'static>(site: Site) -> Router<S> {
    Router::new()
        .merge(page::route::<custom_fields::CustomFields>())
        .merge(page::route::<events::Events>())
        .merge(page::route::<mailboxes::Mailboxes>())
        .merge(page::route::<notifications::Notifications>())
        .merge(notifications::opening())
        .merge(page::route::<snippets::Snippets>())
        .merge(page::route::<sla::Sla>())
        .merge(page::route::<statuses::Statuses>())
        .merge(page::route::<surveys::Surveys>())
        .merge(page::route::<teams::Teams>())
        .with_state(site)
}
