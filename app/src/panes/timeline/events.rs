//! The events on screen, by the days they fall on, and the ways on at both ends.

use super::arrivals::Arrivals;
use super::empty::EmptyTimeline;
use super::keyboard::move_focus;
use super::pinned::Pinned;
use super::run::{Run, RunRow, key};
use super::state::{End, STREAM_ID, TimelineState};
use crate::ui::icon::Icon;
use crate::ui::time::{Clock, TimeStyle, use_clock};
use chrono::NaiveDate;
use leptos::prelude::*;
use rapport_domain::limits::ACCOUNT_STREAMS;
use rapport_domain::timeline::{Position, TimelineItem, collapse};
use rapport_presentation::Href;
use std::sync::Arc;

/// A day's events, in runs of repeats.
#[derive(Debug, Clone, PartialEq)]
struct Day {
    date: NaiveDate,
    runs: Vec<Run>,
}

#[component]
pub(super) fn Events(timeline: TimelineState) -> impl IntoView {
    let clock = use_clock();
    let days = Memo::new(move |_| timeline.items.with(|items| days(items, clock)));
    let dates = move || days.with(|days| days.iter().map(|d| d.date).collect::<Vec<_>>());
    let runs = move |date: NaiveDate| {
        days.with(|days| {
            days.iter().find(|d| d.date == date).map(|d| d.runs.clone()).unwrap_or_default()
        })
    };
    view! {
        <div class="stream" class:moving=move || timeline.moving.get() id=STREAM_ID on:keydown=|ev| move_focus(&ev)>
            {timeline.more_customers.then(|| view! {
                <p class="hint partial">{format!("This account has many customers: these are the events of the {ACCOUNT_STREAMS} who were active last.")}</p>
            })}
            {view! { <Pinned timeline /> }.into_any()}
            {view! { <Arrivals timeline /> }.into_any()}
            <More timeline end=End::Newer />
            <Show when=move || !timeline.items.with(Vec::is_empty) fallback=move || view! { <EmptyTimeline timeline /> }>
                <For each=dates key=|date| *date let:date>
                    <section class="day-group">
                        <h3 class="day">{move || clock.heading(date)}</h3>
                        <ol>
                            <For each=move || runs(date) key=key let:run>
                                {view! { <RunRow timeline run /> }.into_any()}
                            </For>
                        </ol>
                    </section>
                </For>
            </Show>
            <More timeline end=End::Older />
        </div>
    }
}

/// The way on at one end: a link, which scripts turn into loading in place.
#[component]
fn More(timeline: TimelineState, end: End) -> impl IntoView {
    let at = move || match end {
        End::Newer => timeline.newer.get().map(Position::After),
        End::Older => timeline.older.get().map(Position::Before),
    };
    let clock = use_clock();
    let looked = move || {
        let at = timeline.looked_to.get().filter(|_| end == End::Older)?;
        Some(format!("Looked back to {}", clock.format(at, TimeStyle::Full)))
    };
    let (label, icon) = match end {
        End::Newer => ("Load newer", "arrow-up"),
        End::Older => ("Load older", "arrow-down"),
    };
    move || {
        at().map(|at| {
            view! {
                <p class="more">
                    {looked().map(|looked| view! { <span class="hint">{looked}</span> })}
                    <a
                        class="btn quiet"
                        href=timeline.href(at)
                        aria-disabled=move || timeline.loading.get().then_some("true")
                        on:click=move |ev| {
                            ev.prevent_default();
                            timeline.load(end);
                        }
                    >
                        <Icon name=icon />
                        {move || match (timeline.loading.get(), looked().is_some()) {
                            (true, _) => "Loading…",
                            (_, true) => "Look further back",
                            _ => label,
                        }}
                    </a>
                    {(end == End::Newer).then(|| view! { <a class="btn quiet" href=timeline.whose.href()>"To the newest"</a> })}
                </p>
            }
        })
    }
}

/// Splits events into the reader's days, and each day into runs.
fn days(items: &[Arc<TimelineItem>], clock: Clock) -> Vec<Day> {
    let date = |item: &Arc<TimelineItem>| clock.wall(item.occurred_at).date_naive();
    items
        .chunk_by(|a, b| date(a) == date(b))
        .map(|items| {
            let runs = collapse(items).into_iter().map(|range| items[range].to_vec()).collect();
            Day { date: date(&items[0]), runs }
        })
        .collect()
}
