//! The timeline pane: everything that happened around a customer, or around an account's, newest first.
//!
//! The address says what shows (`?filter=`, `?on=`, `?before=`, `?after=`, `?event=`), so
//! everything works by links; scripts append pages in place. One round trip opens the pane
//! ([`api::open_timeline`]), one loads each further page ([`api::load_timeline`]).

mod activity_chart;
mod api;
mod arrivals;
mod card;
mod changes;
mod dot;
mod empty;
mod event;
mod events;
mod filter;
mod head;
mod keyboard;
mod opened;
mod pin_button;
mod pinned;
mod run;
mod state;

use crate::Failure;
use crate::page_data::page_data;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::kept::kept;
use crate::ui::time::use_clock;
use api::open_timeline;
use events::Events;
use head::Head;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::AppError;
use rapport_domain::timeline::{Stream, Timeline, TimelineQuery};
use state::TimelineState;

#[component]
pub fn TimelinePane(
    /// Nobody's is a 404.
    #[prop(into)]
    whose: Signal<Option<Stream>>,
) -> impl IntoView {
    let address = use_query_map();
    let clock = use_clock();
    // Days are the reader's, whose zone only their browser knows: what the server sent without is
    // asked for again, where days matter.
    let query = Memo::new(move |_| {
        let mut query = address.with(|a| TimelineQuery::parse(|key| a.get(key)));
        query.zone = query.by_days().then(|| clock.zone()).flatten();
        query
    });
    let timeline = page_data(
        move || (whose.get(), query.get()),
        |(whose, query)| async move {
            match whose {
                Some(whose) => open_timeline(whose, query.clone()).await.map(|t| (query, t)),
                None => Err(Failure(AppError::NotFound)),
            }
        },
    );
    view! {
        <section class="pane centre timeline" aria-label="Timeline">
            <Transition fallback=|| view! { <Waiting /> }>
                {kept(move || timeline.get(), |answer| match answer {
                    Ok((query, timeline)) => view! { <Loaded query timeline /> }.into_any(),
                    Err(error) => view! { <ErrorPanel error /> }.into_any(),
                })}
            </Transition>
        </section>
    }
    .into_any()
}

#[component]
fn Loaded(query: TimelineQuery, timeline: Timeline) -> impl IntoView {
    let timeline = TimelineState::new(query, timeline);
    arrivals::follow(timeline);
    timeline.scroll_to_position();
    view! {
        {view! { <Head timeline /> }.into_any()}
        {view! { <Events timeline /> }.into_any()}
    }
}

/// Head and grey rows while the first page is on its way.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="pane-head">
            <h2>"Timeline"</h2>
        </div>
        <Skeleton rows=8 />
    }
}
