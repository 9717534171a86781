//! The open ticket: row, properties, thread, composer.
//!
//! One round trip opens it ([`api::open_ticket`]). It then stays mounted while it is read:
//! a change anywhere on the page fetches it again and moves only what differs, so scroll
//! position, focus and an unfinished answer survive. Every editor is a plain form.

mod actions;
mod api;
mod below;
mod buttons;
mod channel;
pub(crate) mod choices;
mod commands;
mod composer;
mod draft;
mod edit;
mod edits;
mod files;
mod formatted;
mod join;
mod message;
mod newer;
mod onward;
mod outgoing;
mod properties;
mod receipt;
mod recipients;
mod remarks;
mod resting;
mod row;
mod sensitive;
#[cfg(feature = "ssr")]
pub(crate) mod server_pages;
mod state;
mod thread;
mod typing;
mod undo;
mod uploads;
mod writing;

pub(crate) use actions::{SNOOZES, SnoozeUntil};
pub(crate) use draft::use_drafts;
pub use edits::provide_edits;
pub(crate) use uploads::{COMPOSER, WaitingFiles};
pub(crate) use writing::announce;

use crate::Failure;
use crate::live::{PresentPeople, typing, use_live};
use crate::page_data::page_data;
use crate::profile_route::use_profile_route;
use crate::ui::empty::{Empty, ErrorPanel, Skeleton};
use crate::ui::kept::kept;
use api::open_ticket;
use composer::Composer;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;
use properties::Properties;
use rapport_domain::message::TicketDetails as Details;
use rapport_domain::{AppError, Cursor};
use row::TicketRow;
use state::TicketState;
use thread::Thread;
use uploads::Uploads;
use wasm_bindgen::JsCast;

#[component]
pub fn TicketDetails() -> impl IntoView {
    let route = use_profile_route();
    let query = use_query_map();
    // `?before=` shows earlier messages; nonsense shows the newest.
    let before: Memo<Option<Cursor>> =
        Memo::new(move |_| query.with(|q| q.get("before")).and_then(|b| b.parse().ok()));
    let ticket = page_data(
        move || (route.customer.get(), route.ticket.get(), before.get()),
        |(customer, number, before)| async move {
            let Some(number) = number.filter(|_| customer.is_some()) else {
                return Err(Failure(AppError::NotFound));
            };
            let details = open_ticket(number, before).await?;
            let owner = details.ticket.row.customer.id;
            // Moved since the link was made, or its customer merged.
            let elsewhere =
                (Some(owner) != customer).then(|| format!("/customers/{owner}/tickets/{number}"));
            Ok((details, before, elsewhere))
        },
    );
    view! {
        <section class="pane centre ticket" aria-label="Ticket" on:input=writes>
            <Transition fallback=|| view! { <Waiting /> }>
                {kept(move || ticket.get(), |answer| match answer {
                    Ok((_, _, Some(path))) => {
                        let options = NavigateOptions { replace: true, ..Default::default() };
                        view! { <Redirect path options /> }.into_any()
                    }
                    Ok((details, before, None)) => view! { <Loaded details before /> }.into_any(),
                    Err(Failure(AppError::NotFound)) => view! { <NoTicket /> }.into_any(),
                    Err(error) => view! { <ErrorPanel error /> }.into_any(),
                })}
            </Transition>
        </section>
    }
    .into_any()
}

#[component]
fn Loaded(details: Details, before: Option<Cursor>) -> impl IntoView {
    use_live().be_at(details.ticket.row.id);
    let state = TicketState::new(details, before);
    state.follow_changes();
    commands::provide_ticket_commands(state);
    commands::go_on_after_edits(state);
    // Its messages are in another ticket, which is where they are answered.
    let merged = Memo::new(move |_| state.ticket.with(|t| t.merged_into.is_some()));
    view! {
        {view! { <TicketRow state /> }.into_any()}
        {view! { <Properties state /> }.into_any()}
        <div class="here"><PresentPeople edge=true ticket=state.details.with_untracked(|d| d.ticket.row.id) /></div>
        {view! { <Thread state /> }.into_any()}
        {move || (state.may_write && !merged.get()).then(|| view! {
            {view! { <Uploads state /> }.into_any()}
            <Composer state />
        }.into_any())}
    }
}

#[component]
fn NoTicket() -> impl IntoView {
    let route = use_profile_route();
    let number = move || route.ticket.get().unwrap_or_default();
    view! {
        <Empty icon="inbox" title="There is no such ticket">
            <p>"This customer has no ticket #" {number} ", or you have no access to it."</p>
            <p><a class="btn" href=move || route.timeline_href()>"Go to the timeline"</a></p>
        </Empty>
    }
}

/// Colleagues see that somebody writes a message, whichever field the editor has.
fn writes(ev: leptos::ev::Event) {
    let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let field = target.filter(|t| t.closest(".composer").is_ok_and(|found| found.is_some()));
    if let Some(field) = field {
        let written = match field.dyn_ref::<web_sys::HtmlTextAreaElement>() {
            Some(area) => !area.value().is_empty(),
            None => field.text_content().is_some_and(|text| !text.trim().is_empty()),
        };
        typing(written);
        newer::typed();
    }
}

/// Grey rows in the shape of what is on its way.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="ticket-row" aria-hidden="true"><span class="num">"…"</span></div>
        <Skeleton rows=7 />
    }
}
