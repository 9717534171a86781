//! The pane's data, loaded once for the page: the crumbs and the 404 read it too.

use super::api::load_info;
use crate::Failure;
use crate::live::{Hint, account_topic, customer_topic, use_fresh, use_live};
use crate::page_data::{PageData, page_data};
use crate::pages::not_found::NotFoundPage;
use crate::profile_route::use_profile_route;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::AppError;
use rapport_domain::info::InfoPane;

/// `?notes=all`: the old notes too.
pub const NOTES: &str = "notes";
pub const ALL: &str = "all";

/// The customer that the page is about.
#[derive(Clone, Copy)]
pub struct Info {
    pane: PageData<Result<InfoPane, Failure>>,
    /// Their name, for the document's title, which is written when a pane may be gone already:
    /// so it lives as long as the page.
    pub name: RwSignal<String>,
}

/// Starts loading; called by the profile page, whose address it reads.
pub fn provide_info() {
    let route = use_profile_route();
    let fresh = use_fresh(move |hint| match hint {
        Hint::Customer(_) | Hint::Ticket(_) => true,
        // Told to those alone who follow it.
        Hint::Account(_) => true,
        _ => false,
    });
    let query = use_query_map();
    let all_notes = Memo::new(move |_| query.with(|q| q.get(NOTES).as_deref() == Some(ALL)));
    let source = move || (route.customer.get(), route.ticket.get(), all_notes.get(), fresh.get());
    let info = page_data(source, |(customer, ticket, all_notes, _)| async move {
        match customer {
            Some(customer) => load_info(customer, ticket, all_notes).await,
            None => Err(Failure(AppError::NotFound)),
        }
    });
    provide_context(Info { pane: info, name: RwSignal::new(String::new()) });
    // The account is known with the pane: what happens to it concerns the page from then on.
    let topics = Memo::new(move |_| {
        let Some(customer) = route.customer.get() else { return Vec::new() };
        let pane = info.get().and_then(Result::ok).filter(|pane| pane.customer.id == customer);
        let account = pane.and_then(|pane| pane.customer.account);
        let account = account.map(|account| account_topic(account.id));
        [customer_topic(customer)].into_iter().chain(account).collect()
    });
    use_live().follow(topics.into());
}

/// The data, inside a `<Suspense>` or `<Transition>` of the profile page.
pub fn use_info() -> Info {
    expect_context::<Info>()
}

impl Info {
    /// What is known by now; `None` before the first answer.
    pub fn get(self) -> Option<Result<InfoPane, Failure>> {
        self.pane.get()
    }

    /// What was loaded, without watching it.
    pub fn get_untracked(self) -> Option<InfoPane> {
        self.pane.get_untracked().and_then(Result::ok)
    }
}

/// The customer's name, in the crumbs.
#[component]
pub fn CustomerName() -> impl IntoView {
    let info = use_info();
    view! {
        <Transition fallback=|| "">
            {move || info.get().and_then(Result::ok).map(|pane| pane.customer.details.name)}
        </Transition>
    }
}

/// Where the customer does not exist: the page is then a plain 404. It stands before the
/// frame, which the stylesheet hides after it, so that the panes load while this is decided.
#[component]
pub fn UnknownCustomer() -> impl IntoView {
    let info = use_info();
    view! {
        <Transition fallback=|| ()>
            {move || matches!(info.get(), Some(Err(Failure(AppError::NotFound)))).then(|| view! { <NotFoundPage /> })}
        </Transition>
    }
}
