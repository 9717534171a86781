//! The inbox: tickets of the whole workspace, the way in for most of an agent's day.
//!
//! Filters, order and page stand in the address, so every view can be linked to and works
//! without JavaScript; a click opens the customer's profile at the ticket. The views with their
//! counts stand beside the list (`views`), what is done to many tickets above it (`bulk`). While
//! somebody reads, nothing moves in the list (`hold`), and Back finds it as it was ([`crate::origin::position`]).

mod actions;
mod api;
mod bulk;
mod filters;
mod hold;
mod keys;
mod list;
mod row;
mod selection;
#[cfg(feature = "ssr")]
pub(crate) mod server_pages;
mod views;

use crate::frame::{Frame, Section};
use crate::live::{Hint, provide_changed, use_fresh, use_live};
use crate::origin::{load_inbox, use_origin};
use crate::page_data::page_data;
use crate::ui::empty::{Empty, ErrorPanel, Skeleton};
use crate::ui::icon::Icon;
use crate::ui::keep_focus::keep_focus;
use crate::ui::page_title::PageTitle;
use crate::ui::shortcuts::{focus, use_shortcut};
use bulk::BulkBar;
use filters::InboxFilters;
use keys::use_list_commands;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use list::{Arrivals, List};
use rapport_domain::live::Topic;
use rapport_domain::ticket::{Assignable, Inbox, InboxQuery, Total};
use row::InboxRow;
use views::InboxViews;

#[component]
pub fn InboxPage() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(|p| InboxQuery::from_params(|name| p.get(name))));
    use_live().follow(Signal::stored(vec![Topic::inbox()]));
    provide_changed();
    let fresh = use_fresh(|hint| matches!(hint, Hint::Ticket(_)));
    // With the query that it answers: the address may be ahead of what shows.
    let inbox = page_data(
        move || (query.get(), fresh.get()),
        |(query, _)| async move {
            let loaded = load_inbox(query.clone()).await;
            (query, loaded)
        },
    );
    let origin = use_origin();
    let list = List::new(move || {
        let (query, loaded) = inbox.get()?;
        origin.remember(query.clone(), &loaded.ok()?);
        Some(query)
    });
    Effect::new(move |before: Option<InboxQuery>| {
        let now = query.get().first_page();
        // What was chosen belongs to the view that it was chosen in.
        if before.is_some_and(|before| before != now) {
            list.actions.selection.clear();
        }
        now
    });
    let answer = move || inbox.get().and_then(|(query, loaded)| Some((query, loaded.ok()?)));
    let rows = move || answer().map(|(query, inbox)| list.rows(&query, &inbox)).unwrap_or_default();
    // Derived, not a memo: it has to be read inside the transition.
    let assignable = Signal::derive(move || match answer() {
        Some((_, inbox)) => inbox.assignable,
        None => Assignable::default(),
    });
    let total = Signal::derive(move || answer().and_then(|(_, inbox)| inbox.total));
    let problem = move || inbox.get().and_then(|(_, loaded)| loaded.err());
    let empty = move || answer().filter(|(_, inbox)| inbox.items.is_empty());
    keep_focus(".inbox-list", move || fresh.get(), move || drop(inbox.get()));
    list.use_keys();
    use_list_commands(list, assignable);
    use_shortcut("/", "Search tickets", || focus(".inbox-filters [name=q]"));
    let all = move |_| list.actions.selection.toggle_page();
    view! {
        <PageTitle text="Inbox" />
        <Frame section=Section::Inbox crumbs=|| view! { <strong>"Inbox"</strong> }>
            <div class="inbox">
                <h1 class="visually-hidden">"Inbox"</h1>
                {view! { <InboxViews query /> }.into_any()}
                <div class="inbox-main" class:choosing=move || { list.actions.selection.count() > 0 } node_ref=list.position.scroller on:scroll=move |_| list.position.scrolled()>
                    <Transition fallback=|| view! { <Skeleton rows=12 /> }>
                        <div class="inbox-head">
                            {view! { <InboxFilters query assignable /> }.into_any()}
                            <div class="inbox-line">
                                <label class="pick">
                                    <input type="checkbox" aria-label="Select all on this page" prop:checked=move || list.actions.selection.has_page() on:change=all />
                                </label>
                                {move || answer().map(|(query, inbox)| caption(&query, &inbox))}
                                <a class="btn quiet new-ticket-link" href="/customers?for=ticket"><Icon name="plus" />"New ticket"</a>
                                {move || answer().map(|(query, inbox)| pages(&query, &inbox))}
                            </div>
                            {view! { <BulkBar list query assignable total /> }.into_any()}
                            {view! { <Arrivals list /> }.into_any()}
                        </div>
                        <ul class="inbox-list" aria-label="Tickets">
                            <For
                                each=rows
                                key=|row| (row.ticket.id, row.ticket.version, row.ticket.last_activity_at, row.ticket.unread, row.gone)
                                let:row
                            >
                                {view! { <InboxRow row list /> }.into_any()}
                            </For>
                        </ul>
                        {move || problem().map(|error| view! { <ErrorPanel error /> })}
                        {move || empty().map(|(query, _)| nothing(query))}
                    </Transition>
                </div>
            </div>
        </Frame>
    }
}

/// `51–100 of 340`.
fn caption(query: &InboxQuery, inbox: &Inbox) -> impl IntoView + use<> {
    let shown = u32::try_from(inbox.items.len()).unwrap_or(0);
    let (first, last) = (query.row + 1, query.row + shown);
    let total = match inbox.total {
        // Whoever came by a link knows no better; and what changed meanwhile is counted anew.
        Some(Total { rows, more: false }) => format!(" of {}", rows.max(last)),
        Some(Total { rows, more: true }) if last <= rows => format!(" of more than {rows}"),
        _ => String::new(),
    };
    let text = (shown > 0).then(|| format!("{first}–{last}{total}"));
    view! { <span class="hint num">{text}</span> }
}

/// The ways to the pages before and after.
fn pages(query: &InboxQuery, inbox: &Inbox) -> impl IntoView + use<> {
    let link = |to: Option<String>, rel: &'static str, label: &'static str, icon: &'static str| {
        to.map(|href| {
            view! { <a class="btn quiet" rel=rel href=href title=label aria-label=label><Icon name=icon /></a> }
        })
    };
    let previous = inbox.previous.map(|previous| query.previous_page(previous).href());
    let next = inbox.next.map(|next| query.next_page(next).href());
    let first = (query.row > rapport_domain::limits::PAGE_ROWS).then(|| query.first_page().href());
    view! {
        <nav class="inbox-pages" aria-label="Pages">
            {first.map(|href| view! { <a class="btn quiet" href=href>"First page"</a> })}
            {link(previous, "prev", "Previous page", "chevron-left")}
            {link(next, "next", "Next page", "chevron-right")}
        </nav>
    }
}

/// Why the list is empty, and the way out.
fn nothing(query: InboxQuery) -> AnyView {
    if !query.is_first() {
        let first = query.first_page().href();
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
            <p>"Mail to "<a class="plain-link" href="/settings/mailboxes" rel="external">"your mailboxes"</a>" and tickets over the API come in here. What waits or is closed shows under its status."</p>
        </Empty>
    }
    .into_any()
}
