//! The search box: a plain form, which scripts make instant.

use super::address::Shown;
use crate::ui::connected::focus_when_connected;
use crate::ui::icon::Icon;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rapport_domain::limits;
use std::time::Duration;

/// How long typing must rest before the list follows it.
const REST: Duration = Duration::from_millis(180);

#[component]
pub fn SearchBox(shown: Memo<Shown>) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let initial = shown.with_untracked(|s| s.query.q.clone().unwrap_or_default());
    // Each search replaces the one before in the history: Back leaves the list. The list's
    // resource drops the answer of a search that a newer one has overtaken.
    let search = debounce(REST, move |text: String| {
        let q = Some(text).filter(|t| !t.trim().is_empty());
        let target = shown.get_untracked().with(|query| query.q = q);
        let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
        navigate(&target.href(), options);
    });
    let mut search = search;
    // When the address changes by other means (Back, a link), the box follows, but never
    // under somebody's fingers.
    Effect::new(move |_| {
        let text = shown.with(|s| s.query.q.clone().unwrap_or_default());
        let Some(input) = node.get() else { return };
        let active = document().active_element();
        if !active.is_some_and(|a| a.is_same_node(Some(&input))) {
            input.set_value(&text);
        }
    });
    // Whoever was asked whom a ticket is for begins to answer.
    let asked = Memo::new(move |_| shown.with(|s| s.for_ticket));
    Effect::new(move |_| {
        if asked.get() {
            focus_when_connected(node);
        }
    });
    let account = move || shown.with(|s| s.query.account.map(|a| a.to_string()));
    let sort = move || shown.with(|s| s.query.sort.map(|s| s.as_str()));
    view! {
        <form class="customer-search" role="search" action="/customers" method="get">
            <Icon name="search" />
            <input
                node_ref=node
                type="search"
                name="q"
                value=initial
                aria-label="Search this list"
                placeholder="Name, e-mail, phone, ID or account"
                maxlength=limits::SEARCH_CHARS
                autocomplete="off"
                on:input=move |ev| search(event_target_value(&ev))
            />
            {move || account().map(|id| view! { <input type="hidden" name="account" value=id /> })}
            {move || sort().map(|word| view! { <input type="hidden" name="sort" value=word /> })}
            {move || shown.with(|s| s.for_ticket).then(|| view! { <input type="hidden" name="for" value="ticket" /> })}
            <button class="btn quiet" type="submit">"Search"</button>
        </form>
    }
}
