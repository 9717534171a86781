//! One ticket of the pane.

use crate::profile_route::use_profile_route;
use crate::ui::after_paint::after_paint;
use crate::ui::icon::Icon;
use crate::ui::pill::StatusPill;
use crate::ui::time::Time;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use rapport_domain::ticket::TicketRow;
use rapport_presentation::Icon as _;
use std::collections::HashSet;

/// Number, status, time, subject, last line; a link that opens the ticket in the centre.
#[component]
pub fn TicketItem(
    ticket: TicketRow,
    /// What the address carries along, so that filters outlive a reload.
    #[prop(into)]
    query: Signal<String>,
    /// Tickets opened since the list was loaded.
    seen: RwSignal<Vec<i64>>,
    /// Tickets for which this browser has an unsent draft of the reader's.
    drafts: ReadSignal<HashSet<i64>>,
) -> impl IntoView {
    let route = use_profile_route();
    let number = ticket.number;
    let href = move || format!("{}{}", route.ticket_href(number), query.get());
    let current = move || {
        let shown = route.asked.get().or_else(|| route.ticket.get());
        (shown == Some(number)).then_some("true")
    };
    let navigate = use_navigate();
    let open = move |ev: leptos::ev::MouseEvent| {
        let elsewhere =
            ev.button() != 0 || ev.meta_key() || ev.ctrl_key() || ev.shift_key() || ev.alt_key();
        if elsewhere || ev.default_prevented() {
            return;
        }
        // The row first: a ticket with its whole thread takes longer than a frame.
        ev.prevent_default();
        route.asked.set(Some(number));
        let (navigate, href) = (navigate.clone(), untrack(href));
        after_paint(move || {
            // Asked for another one meanwhile, or gone from the page.
            if route.asked.try_get_untracked().flatten() == Some(number) {
                navigate(&href, Default::default());
            }
        });
    };
    let unread = move || {
        ticket.unread && route.ticket.get() != Some(number) && !seen.with(|s| s.contains(&number))
    };
    // In the open one it can be seen.
    let draft = move || route.ticket.get() != Some(number) && drafts.with(|d| d.contains(&number));
    let channel = ticket.last_message_channel.unwrap_or(ticket.channel);
    view! {
        <li>
            <a class="ticket-item" href=href aria-current=current on:click=open>
                <span class="no num">{format!("#{number}")}</span>
                <StatusPill status=ticket.status text=ticket.status_text() />
                <Time at=ticket.last_activity_at />
                <span class="subject" class:unread=unread title=ticket.subject.clone()>
                    {move || unread().then(|| view! { <span class="visually-hidden">"Unread: "</span> })}
                    {move || draft().then(|| view! { <span class="draft-mark">"Draft"</span> })}
                    {ticket.subject.clone()}
                </span>
                <span class="snippet">
                    <Icon name=channel.icon() />
                    <span class="visually-hidden">{channel.label()}": "</span>
                    {ticket.last_message_text}
                </span>
            </a>
        </li>
    }
}
