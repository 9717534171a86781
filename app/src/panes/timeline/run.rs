//! One event, or a run of repeats that opens to the single ones.

use super::dot::Dot;
use super::event::EventRow;
use super::state::TimelineState;
use crate::ui::details::is_open;
use crate::ui::time::{Time, TimeStyle, duration_text};
use leptos::prelude::*;
use rapport_domain::EventId;
use rapport_domain::timeline::TimelineItem;
use rapport_presentation::EventText;
use std::sync::Arc;

/// Repeats, newest first; most runs are one event.
pub(super) type Run = Vec<Arc<TimelineItem>>;

/// A run is the same as long as it begins and ends with the same events.
pub(super) fn key(run: &Run) -> Option<(EventId, EventId)> {
    Some((run.first()?.id, run.last()?.id))
}

#[component]
pub(super) fn RunRow(timeline: TimelineState, run: Run) -> impl IntoView {
    match <[_; 1]>::try_from(run) {
        Ok([item]) => view! { <EventRow timeline item /> }.into_any(),
        Err(run) => view! { <Repeats timeline run /> }.into_any(),
    }
}

#[component]
fn Repeats(timeline: TimelineState, run: Run) -> impl IntoView {
    let newest = run.first().cloned()?;
    let oldest = run.last().cloned()?;
    let times = format!("×{} in {}", run.len(), span_text(&newest, &oldest));
    let permalink = timeline.permalink(&newest);
    // Open when something inside is, as a permalink makes it.
    let has_open = timeline.unfolded.with_untracked(|open| open.contains(&oldest.id))
        || timeline.opened.with_untracked(|open| run.iter().any(|item| open.contains(&item.id)));
    let open = RwSignal::new(has_open);
    let aside = newest.aside();
    let toggle = move |ev: leptos::ev::Event| {
        let now = is_open(&ev);
        open.set(now);
        timeline.unfolded.update(|all| {
            if now {
                all.insert(oldest.id);
            } else {
                all.remove(&oldest.id);
            }
        });
    };
    let singles = move || {
        run.iter()
            .map(|item| view! { <EventRow timeline item=item.clone() /> }.into_any())
            .collect_view()
    };
    Some(view! {
        <li class="event repeats">
            <Time at=newest.occurred_at style=TimeStyle::Clock />
            <Dot whose=newest.stream(timeline.whose) item=newest.clone() />
            <div class="body">
                <details open=has_open on:toggle=toggle>
                    <summary>
                        <span class="what">{newest.heading()} " " <em>{times}</em> " " <em>{aside}</em></span>
                        <span class="detail">{newest.last_text()}</span>
                    </summary>
                    {move || if open.get() {
                        view! { <ol class="singles">{singles()}</ol> }.into_any()
                    } else {
                        view! { <a class="reveal" href=permalink.clone()>"Show each of them"</a> }.into_any()
                    }}
                </details>
                {newest.customer.as_ref().map(|customer| view! {
                    <div class="beside"><span class="whose">{customer.name.clone()}</span></div>
                })}
            </div>
        </li>
    })
}

fn span_text(newest: &TimelineItem, oldest: &TimelineItem) -> String {
    duration_text(((newest.occurred_at - oldest.occurred_at).num_seconds() + 30) / 60 * 60)
        .replace("0 s", "a minute")
}
