//! The inbox: tickets of the whole workspace, the way in for most of an agent's day.
//!
//! Filters, order and page stand in the address, so every view can be linked to and works
//! without JavaScript; a click opens the customer's profile at the ticket.

mod api;
mod filters;
pub mod origin;
mod row;

use crate::frame::{Frame, Section};
use crate::live::{use_fresh, use_live};
use crate::ui::empty::{Empty, ErrorPanel, Skeleton};
use crate::ui::keep_focus::keep_focus;
use crate::ui::page_title::PageTitle;
use crate::ui::shortcuts::{focus, use_shortcut};
use api::load_inbox;
use filters::InboxFilters;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::live::{Hint, Topic};
use rapport_domain::ticket::{Assignable, InboxCursor, InboxQuery};
use row::InboxRow;
use wasm_bindgen::JsCast;

#[component]
pub fn InboxPage() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(|p| InboxQuery::from_params(|name| p.get(name))));
    use_live().follow(Signal::stored(Some(Topic::Inbox)));
    let fresh = use_fresh(|hint| matches!(hint, Hint::Ticket(_)));
    let inbox =
        Resource::new_blocking(move || (query.get(), fresh.get()), |(query, _)| load_inbox(query));
    let rows = move || match inbox.get() {
        Some(Ok(inbox)) => inbox.items,
        _ => Vec::new(),
    };
    // Derived, not a memo: it has to be read inside the transition.
    let assignable = Signal::derive(move || match inbox.get() {
        Some(Ok(inbox)) => inbox.assignable,
        _ => Assignable::default(),
    });
    let next = move || inbox.get().and_then(Result::ok).and_then(|inbox| inbox.next);
    let problem = move || inbox.get().and_then(Result::err);
    let empty = move || matches!(inbox.get(), Some(Ok(inbox)) if inbox.items.is_empty());
    // The next page starts at its top; the list scrolls inside the frame.
    Effect::new(move |before: Option<Option<InboxCursor>>| {
        let after = query.get().after;
        if before.is_some_and(|b| b != after)
            && let Some(main) = document().get_element_by_id("main")
        {
            main.set_scroll_top(0);
        }
        after
    });
    keep_focus(".inbox-list", move || fresh.get(), move || drop(inbox.get()));
    use_shortcut("j", "Next ticket", || step(1));
    use_shortcut("k", "Previous ticket", || step(-1));
    use_shortcut("/", "Search customers", || focus("header .search input"));
    view! {
        <PageTitle text="Inbox" />
        <Frame section=Section::Inbox crumbs=|| view! { <strong>"Inbox"</strong> }>
            <div class="inbox">
                <h1 class="visually-hidden">"Inbox"</h1>
                <Transition fallback=|| view! { <Skeleton rows=12 /> }>
                    {view! { <InboxFilters query assignable /> }.into_any()}
                    <ul class="inbox-list" aria-label="Tickets">
                        <For
                            each=rows
                            key=|t| (t.id, t.version, t.last_activity_at, t.unread)
                            let:ticket
                        >
                            {view! { <InboxRow ticket /> }.into_any()}
                        </For>
                    </ul>
                    {move || problem().map(|error| view! { <ErrorPanel error /> })}
                    {move || empty().then(|| nothing(query.get()))}
                    <nav class="inbox-pages" aria-label="Pages">
                        {move || query.get().after.map(|_| view! {
                            <a class="btn" href=InboxQuery { after: None, ..query.get() }.href()>
                                "First page"
                            </a>
                        })}
                        {move || next().map(|after| view! {
                            <a class="btn" rel="next" href=InboxQuery { after: Some(after), ..query.get() }.href()>
                                "Next page"
                            </a>
                        })}
                    </nav>
                </Transition>
            </div>
        </Frame>
    }
}

/// Why the list is empty, and the way out.
fn nothing(query: InboxQuery) -> AnyView {
    if query.after.is_some() {
        let first = InboxQuery { after: None, ..query }.href();
        return view! {
            <Empty icon="inbox" title="No more tickets">
                <p><a class="btn" href=first>"First page"</a></p>
            </Empty>
        }
        .into_any();
    }
    if query.is_filtered() {
        return view! {
            <Empty icon="filter" title="No ticket matches these filters">
                <p><a class="btn" href="/inbox">"Clear filters"</a></p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty icon="circle-check" title="All done">
            <p>"No new or open tickets. What waits or is closed shows under its status."</p>
        </Empty>
    }
    .into_any()
}

/// Moves the focus to the next or previous ticket; Enter then follows its link.
fn step(by: i32) {
    let Ok(links) = document().query_selector_all(".inbox-row a.subject") else { return };
    let active = document().active_element();
    let count = i32::try_from(links.length()).unwrap_or(0);
    let is_active = |i: &i32| {
        let link = u32::try_from(*i).ok().and_then(|i| links.item(i));
        link.zip(active.as_ref()).is_some_and(|(link, a)| a.is_same_node(Some(&link)))
    };
    let target = match (0..count).find(is_active) {
        Some(current) => current + by,
        None if by > 0 => 0,
        None => return,
    };
    let link = u32::try_from(target).ok().and_then(|i| links.item(i));
    if let Some(link) = link.and_then(|l| l.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element, which cannot be focused anyway.
        let _ = link.focus();
    }
}
