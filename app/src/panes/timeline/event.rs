//! One event: a line that says what happened, its card, and on opening all of it.

use super::card::Card;
use super::changes::{Changes, ToTicket};
use super::dot::Dot;
use super::opened::Opened;
use super::state::TimelineState;
use crate::session::use_viewer;
use crate::ui::details::is_open;
use crate::ui::time::{Time, TimeStyle};
use leptos::prelude::*;
use rapport_domain::Permission;
use rapport_domain::timeline::{EventKind, Stream, TimelineItem};
use rapport_presentation::{EventText, Href, event_href, seen_href};
use std::sync::Arc;

#[component]
pub(super) fn EventRow(
    timeline: TimelineState,
    item: Arc<TimelineItem>,
    /// On top, out of its place: it has a date there, and is not what its permalink opens.
    #[prop(optional)]
    pinned: bool,
) -> impl IntoView {
    let id = item.id;
    let current = timeline.current == Some(id) && !pinned;
    let at_start = !pinned && timeline.opened.with_untracked(|open| open.contains(&id));
    let open = RwSignal::new(at_start);
    let toggle = move |ev: web_sys::Event| {
        let now_open = is_open(&ev);
        open.set(now_open);
        if pinned {
            return;
        }
        timeline.opened.update(|all| {
            if now_open {
                all.insert(id)
            } else {
                all.remove(&id)
            };
        });
    };
    let permalink = timeline.permalink(&item);
    let own = item.stream(timeline.whose);
    let detail = item.detail();
    let whole = item.clone();
    let ticket = item.ticket.as_ref().map(|ticket| {
        let href = format!("{}/tickets/{}", own.href(), ticket.number);
        (timeline.ticket_now(ticket), href)
    });
    let opened = item.kind == EventKind::Ticket;
    let changes = ticket.clone().filter(|_| opened && !pinned);
    let ticket = ticket.map(|(now, href)| match opened {
        true => view! { <ToTicket now href /> }.into_any(),
        false => view! { <a class="to-ticket" href=href>"Open the ticket"</a> }.into_any(),
    });
    let style = if pinned { TimeStyle::List } else { TimeStyle::Clock };
    // Beside what opens, not in it: a button holds no link.
    let changes = changes.map(|(now, href)| view! { <Changes now href /> }.into_any());
    let may_watch = use_viewer().is_some_and(|v| v.may(Permission::RecordingsWatch));
    let seen = (item.recorded && may_watch).then(|| {
        let href = seen_href(own, item.occurred_at);
        view! { <a class="to-ticket" rel="external" href=href>"Show what they saw"</a> }
    });
    // On an account's timeline: whose it is, and the way to its place on theirs.
    let whose = match (&item.customer, timeline.whose) {
        (Some(customer), _) => {
            let href = event_href(own, item.cursor());
            Some(view! { <a class="whose" href=href>{customer.name.clone()}</a> }.into_any())
        }
        (None, Stream::Account(_)) => {
            Some(view! { <span class="whose">"Account"</span> }.into_any())
        }
        (None, Stream::Customer(_)) => None,
    };
    let beside = (whose.is_some() || ticket.is_some() || seen.is_some())
        .then(|| view! { <div class="beside">{whose}{ticket}{changes}{seen}</div> });
    view! {
        <li class="event" class:current=current id=(!pinned).then(|| id.to_string())>
            <Time at=item.occurred_at style />
            <Dot whose=own item=item.clone() />
            <div class="body">
                <details open=at_start on:toggle=toggle>
                    <summary>
                        <span class="what">{item.heading()} " " <em>{item.aside()}</em></span>
                        <span class="detail">{detail}</span>
                    </summary>
                    {move || if open.get() {
                        view! { <Opened timeline item=whole.clone() /> }.into_any()
                    } else {
                        view! { <a class="reveal" href=permalink.clone()>"Show all properties"</a> }.into_any()
                    }}
                </details>
                {beside}
                <Card whose=own item=item.clone() />
            </div>
        </li>
    }
}
