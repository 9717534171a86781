//! Back and Forward, and what the router must know of them.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Tells the router where Back and Forward lead; inside the router, shows nothing.
///
/// It keeps a list of the addresses one has been to, and writes no address that equals the last of
/// them. Back over an address that was replaced, or over several, takes none off the list: the
/// page that a link then opens would stand under the address of the page before.
#[component]
pub fn FollowHistory() -> impl IntoView {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let listener = window_event_listener(leptos::ev::popstate, move |_| {
            let here = window().location();
            let parts = [here.pathname(), here.search(), here.hash()];
            // Refused only to pages of another origin, and this is none.
            let address: String = parts.into_iter().map(Result::unwrap_or_default).collect();
            let as_it_is = NavigateOptions {
                replace: true,
                scroll: false,
                resolve: false,
                ..Default::default()
            };
            navigate(&address, as_it_is);
        });
        on_cleanup(move || listener.remove());
    });
}
