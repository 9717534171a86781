//! Where the reader goes, and what the router must know of it.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_url};
use leptos_router::location::State;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Follows Back, Forward and every other way to a page; inside the router, shows nothing.
#[component]
pub fn FollowHistory() -> impl IntoView {
    write_every_address();
    leave_fields_first();
}

/// The router keeps a list of the addresses one has been to, and writes no address that equals the
/// last of them. Back over an address that was replaced, or over several, takes none off the list:
/// the page that a link then opens would stand under the address of the page before.
fn write_every_address() {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(leptos::ev::popstate, move |_| {
            let here = window().location();
            let parts = [here.pathname(), here.search(), here.hash()];
            // Refused only to pages of another origin, and this is none.
            let address: String = parts.into_iter().map(Result::unwrap_or_default).collect();
            // Pages keep in the entry what they want to find again.
            let kept = window().history().and_then(|history| history.state()).ok();
            let as_it_is = NavigateOptions {
                replace: true,
                scroll: false,
                resolve: false,
                state: State::new(kept),
            };
            navigate(&address, as_it_is);
        });
        on_cleanup(move || listener.remove());
    });
}

/// What has the focus loses it before its page goes, and not while it goes: what hears of that
/// would set signals whose effects then run after the page is gone.
fn leave_fields_first() {
    let url = use_url();
    Effect::new(move |before: Option<String>| {
        let page = url.with(|url| page_of(url.path()));
        if before.is_some_and(|before| before != page)
            && let Some(active) = document().active_element()
            && let Some(active) = active.dyn_ref::<HtmlElement>()
        {
            // Refused only by a detached element.
            let _ = active.blur();
        }
        page
    });
}

/// A customer's page stays while tickets change in it: the first two parts of the path name a page.
fn page_of(path: &str) -> String {
    path.split('/').take(3).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_tickets_are_one_page() {
        assert_eq!(page_of("/customers/cus_1/tickets/7"), page_of("/customers/cus_1"));
        assert_ne!(page_of("/customers/cus_1"), page_of("/customers/cus_2"));
        assert_ne!(page_of("/customers"), page_of("/inbox"));
    }
}
