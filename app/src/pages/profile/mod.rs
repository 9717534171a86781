//! The profile page: ticket pane, centre (timeline or one ticket), info pane.
//!
//! The address says what is open: `/customers/{id}`, `/customers/{id}/tickets/{number}`,
//! `?event=`, `?filter=`. Each pane loads its own data with one query, so a page costs four
//! round trips with the session, whatever the customer's size; switching tickets reloads the
//! centre alone.

use crate::frame::{Frame, Section};
use crate::live::provide_changed;
use crate::origin::use_origin;
use crate::pages::not_found::NotFoundPage;
use crate::panes::info::{CustomerName, InfoPane, UnknownCustomer, provide_info};
use crate::panes::ticket::TicketDetails;
use crate::panes::tickets::TicketPane;
use crate::panes::tickets::new::NewTicket;
use crate::panes::timeline::TimelinePane;
use crate::profile_route::{Pane, provide_profile_route, use_profile_route};
use crate::session::use_viewer;
use crate::ui::kept::kept;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_query_map;
use rapport_domain::Permission;
use rapport_domain::timeline::Stream;

#[component]
pub fn ProfilePage() -> impl IntoView {
    let route = provide_profile_route();
    provide_changed();
    provide_info();
    view! {
        // An address that cannot be a customer's is a 404 before any pane asks for data.
        <Show when=move || route.customer.get().is_some() fallback=NotFoundPage>
            <UnknownCustomer />
            <Frame section=Section::Customers crumbs=move || view! { <Crumbs /> }>
                <div class="profile" data-pane=move || route.pane.get().as_str()>
                    {view! { <PaneTabs /> }.into_any()}
                    {view! { <TicketPane /> }.into_any()}
                    {view! { <Centre /> }.into_any()}
                    {view! { <InfoPane /> }.into_any()}
                </div>
            </Frame>
        </Show>
        // Nothing shows here, but the router waits for it before it writes the address.
        <Outlet />
    }
}

/// The timeline, the ticket that the address names, or the form for a new one.
#[component]
fn Centre() -> impl IntoView {
    let route = use_profile_route();
    // Stays mounted from one ticket to the next: the old one shows until the new one is there.
    let open = Memo::new(move |_| route.ticket.get().is_some());
    let may_write = use_viewer().is_some_and(|v| v.may(Permission::TicketsWrite));
    let query = use_query_map();
    let new =
        Memo::new(move |_| may_write && query.with(|q| q.get("new")).as_deref() == Some("ticket"));
    kept(
        move || Some((new.get(), open.get())),
        move |shows| {
            match shows {
            (true, _) => view! { <NewTicket /> }.into_any(),
            (false, true) => view! { <TicketDetails /> }.into_any(),
            (false, false) => view! { <TimelinePane whose=Signal::derive(move || route.customer.get().map(Stream::from)) /> }.into_any(),
        }
        },
    )
}

/// On narrow screens one pane shows at a time; these links choose it.
#[component]
fn PaneTabs() -> impl IntoView {
    let route = use_profile_route();
    let centre = move || if route.ticket.get().is_some() { "Ticket" } else { "Timeline" };
    let tab = move |pane: Pane| {
        view! {
            <a
                href=format!("?pane={}", pane.as_str())
                aria-current=move || (route.pane.get() == pane).then_some("true")
            >
                {move || match pane {
                    Pane::Tickets => "Tickets",
                    Pane::Centre => centre(),
                    Pane::Info => "About",
                }}
            </a>
        }
    };
    view! {
        <nav class="pane-tabs" aria-label="Panes">
            {[Pane::Tickets, Pane::Centre, Pane::Info].map(tab).collect_view()}
        </nav>
    }
}

#[component]
fn Crumbs() -> impl IntoView {
    let (route, origin) = (use_profile_route(), use_origin());
    // Back to where the open ticket was found.
    let from = move || {
        let view = route.ticket.get().and_then(|number| origin.position(number));
        match view.and_then(|_| origin.back_href()) {
            Some(href) => view! { <a href=href>"Inbox"</a> }.into_any(),
            None => view! { <a href="/customers">"Customers"</a> }.into_any(),
        }
    };
    view! {
        {from}
        <span aria-hidden="true">"/"</span>
        <strong><CustomerName /></strong>
    }
}
