//! The ticket pane: all of a customer's tickets, newest activity first.
//!
//! It stays in place, scroll and filter included, while the centre switches tickets.
//! One resource, one round trip; opening a ticket marks it read after the page is alive.

pub(crate) mod api;
mod filter;
#[cfg(any(feature = "ssr", test))]
mod form;
pub mod new;
pub(crate) mod next_open;
mod row;

use crate::live::{Hint, use_fresh};
use crate::page_data::page_data;
use crate::panes::onward::use_onward;
use crate::panes::ticket::use_drafts;
use crate::profile_route::use_profile_route;
use crate::session::use_viewer;
use crate::ui::empty::{Empty, ErrorPanel, Skeleton};
use crate::ui::icon::Icon;
use crate::ui::keep_focus::keep_focus;
use crate::ui::shortcuts::{Command, use_command, use_shortcut};
use crate::ui::time::use_clock;
use api::{load_tickets, mark_ticket_read};
use filter::{Filter, FilterMenu};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::ticket::{TicketList, TicketListQuery};
use rapport_domain::{AppError, CustomerId, Permission, limits};
use row::TicketItem;
use wasm_bindgen::JsCast;

#[component]
pub fn TicketPane() -> impl IntoView {
    let route = use_profile_route();
    let fresh = use_fresh(|hint| matches!(hint, Hint::Ticket(_)));
    let clock = use_clock();
    let filter = Filter::from_address();
    let seen = RwSignal::new(Vec::new());
    let wanted = move || {
        let query = TicketListQuery {
            scope: filter.scope.get(),
            text: filter.text.get(),
            after: filter.after.get(),
            limit: Some(filter.rows.get()),
        };
        (route.customer.get(), query, fresh.get())
    };
    let may_read = use_viewer().is_some_and(|viewer| viewer.may(Permission::TicketsRead));
    let list = page_data(wanted, move |(customer, query, _)| async move {
        match customer {
            Some(customer) if may_read => load_tickets(customer, query).await,
            // The page itself is theirs: the pane alone says that it shows them nothing.
            Some(_) => Err(AppError::Forbidden.into()),
            None => Err(AppError::NotFound.into()),
        }
    });
    let found = move || list.get().and_then(Result::ok);
    let rows = move || found().map(|l: TicketList| l.page.items).unwrap_or_default();
    let next = move || found().and_then(|l| l.page.next);
    let total = move || found().map(|l| l.total.to_string());
    let empty = move || found().is_some_and(|l| l.page.items.is_empty());
    let query = Signal::derive(move || filter.query());
    // Another customer's tickets start unfiltered.
    Effect::new(move |before: Option<Option<CustomerId>>| {
        let customer = route.customer.get();
        if before.is_some_and(|b| b != customer) {
            filter.clear();
        }
        customer
    });
    let me = use_viewer().map(|viewer| viewer.user);
    let drafts = use_drafts(me, move || route.ticket.track());
    mark_read_on_open(seen, fresh);
    keep_focus(".tickets ul", move || fresh.get(), move || drop(list.get()));
    shortcuts();
    view! {
        <section class="pane tickets" aria-label="Tickets">
            <Transition fallback=|| view! { <Skeleton rows=6 /> }>
                <header class="pane-head">
                    <h2>"Tickets"</h2>
                    <span class="count">{total}</span>
                    <span class="end">
                        {view! { <FilterMenu filter /> }.into_any()}
                        <a class="icon-btn" href="?new=ticket" aria-label="New ticket" title="New ticket (Shift+N)"><Icon name="plus" /></a>
                    </span>
                </header>
                <ul>
                    <For each=rows key=|t| (t.id, t.version, t.last_activity_at, t.unread) let:ticket>
                        {view! { <TicketItem ticket query seen drafts /> }.into_any()}
                    </For>
                </ul>
                {move || empty().then(|| nothing(filter))}
                {move || list.get().and_then(Result::err).map(|error| view! { <ErrorPanel error /> })}
                {move || next().map(|next| {
                    // Up to the page limit the list grows; beyond it, and without JavaScript, it turns.
                    let grows = clock.local.get() && filter.rows.get() < limits::PAGE_ROWS_MAX;
                    if grows {
                        let more = move |_| filter.rows.update(|n| *n += limits::PANE_TICKETS);
                        view! { <button class="btn quiet more" type="button" on:click=more>"Show more"</button> }.into_any()
                    } else {
                        let query = filter.query();
                        let mark = if query.is_empty() { "?" } else { "&" };
                        let href = format!("{query}{mark}tafter={next}");
                        view! { <a class="btn quiet more" href=href rel="external">"Older tickets"</a> }.into_any()
                    }
                })}
            </Transition>
        </section>
    }
}

/// Why there is no row, and what to do.
fn nothing(filter: Filter) -> AnyView {
    if filter.is_on() || filter.after.get().is_some() {
        return view! {
            <Empty icon="filter" title="No ticket matches">
                <p><a class="btn" href="?" rel="external">"Show all tickets"</a></p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty icon="inbox" title="No tickets yet">
            <p><a class="btn" href="?new=ticket"><Icon name="plus" />"New ticket"</a></p>
        </Empty>
    }
    .into_any()
}

/// Tells the server what was opened; in the browser only, so that a prefetch reads nothing. What comes to a tab that
/// nobody looks at is read once somebody does: until then its title and icon count it.
fn mark_read_on_open(seen: RwSignal<Vec<i64>>, fresh: Signal<u32>) {
    let route = use_profile_route();
    let looked = RwSignal::new(0_u32);
    Effect::new(move |_| {
        let handle = window_event_listener_untyped("visibilitychange", move |_| {
            looked.update(|n| *n = n.wrapping_add(1));
        });
        on_cleanup(move || handle.remove());
    });
    Effect::new(move |_| {
        fresh.get();
        looked.get();
        let Some(number) = route.ticket.get().filter(|_| !document().hidden()) else { return };
        spawn_local(async move {
            // A mark that failed stays unread in the next list: nothing is lost.
            if mark_ticket_read(number).await.is_ok() {
                let _ = seen.try_update(|s| {
                    if !s.contains(&number) {
                        s.push(number);
                    }
                });
            }
        });
    });
}

fn shortcuts() {
    let (route, onward) = (use_profile_route(), use_onward());
    // Through the view of the inbox that the ticket was found in, else through this list.
    let in_view = move || route.ticket.get_untracked().filter(|number| onward.is_in_view(*number));
    use_shortcut("j", "Next ticket", move || match in_view() {
        Some(number) => onward.next(number),
        None => step(1),
    });
    use_shortcut("k", "Previous ticket", move || match in_view() {
        Some(number) => onward.previous(number),
        None => step(-1),
    });
    let go = leptos_router::hooks::use_navigate();
    use_command(Command::new("New ticket").key("N").icon("plus"), move |_| {
        if let Some(customer) = route.customer.get_untracked() {
            go(&format!("/customers/{customer}?new=ticket"), Default::default());
        }
    });
    let go = leptos_router::hooks::use_navigate();
    let timeline = Callback::new(move |()| {
        let customer = route.customer.get_untracked();
        let timeline = customer.map(|customer| format!("/customers/{customer}"));
        go(&timeline.unwrap_or_default(), Default::default());
    });
    let on_ticket = move || route.ticket.get_untracked().is_some();
    // Back to where one came from: the list that a ticket was found in, else the timeline.
    let to_view = move || !on_ticket() || in_view().is_some();
    let left = move || match to_view() {
        true => onward.has_view().then_some("Back to the inbox"),
        false => Some("Back to the timeline"),
    };
    use_command(Command::named(left).key("Escape"), move |_| match to_view() {
        true => onward.back(route.ticket.get_untracked()),
        false => timeline.run(()),
    });
    let history = move || on_ticket().then_some("Show the timeline");
    use_command(Command::named(history).key("h").icon("clock"), move |_| timeline.run(()));
}

/// Opens the ticket after or before the open one.
fn step(by: i32) {
    let Ok(links) = document().query_selector_all(".ticket-item") else { return };
    let count = i32::try_from(links.length()).unwrap_or(0);
    let link = |i: i32| {
        let node = u32::try_from(i).ok().and_then(|i| links.item(i));
        node.and_then(|n| n.dyn_into::<web_sys::HtmlElement>().ok())
    };
    let target =
        match (0..count).find(|i| link(*i).is_some_and(|l| l.has_attribute("aria-current"))) {
            Some(current) => current + by,
            None => 0,
        };
    if let Some(link) = link(target) {
        // Before the page changes: to focus, the browser has to lay out what is there. It scrolls
        // only when the link is out of sight; a detached element cannot be focused anyway.
        let _ = link.focus();
        link.click();
    }
}
