//! Events that come while the timeline is open.
//!
//! A reader at the top sees them slide in. Whoever reads further down, or has the focus on an
//! event, sees a pill that says how many wait: nothing moves under their eyes.

use super::api::open_timeline;
use super::state::{TimelineState, Waiting, pane};
use crate::live::{Hint, use_fresh};
use crate::ui::icon::Icon;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::limits::TIMELINE_SHOWN_MAX;
use rapport_domain::timeline::{Position, Stream, TimelineItem, TimelinePage};
use std::sync::Arc;

/// Scrolled no further than this, in CSS pixels, a reader is at the top.
const TOP: i32 = 8;

/// Loads what is new after each change here or elsewhere.
pub(super) fn follow(timeline: TimelineState) {
    // Who leaves an account takes their events along.
    let of_account = matches!(timeline.whose, Stream::Account(_));
    let fresh = use_fresh(move |hint| match hint {
        Hint::Timeline(_) => true,
        Hint::Account(_) => of_account,
        _ => false,
    });
    Effect::new(move |seen: Option<u32>| {
        let count = fresh.get();
        // Whoever reads an older stretch, reads that.
        if seen.is_some_and(|seen| seen != count) && timeline.newer.get_untracked().is_none() {
            spawn_local(load(timeline));
        }
        count
    });
}

async fn load(timeline: TimelineState) {
    let query = timeline.query.with_value(|q| q.at(Position::Newest));
    // Nothing is lost when this fails: the next load shows it.
    let Ok(fresh) = open_timeline(timeline.whose, query).await else { return };
    if timeline.newer.try_get_untracked() != Some(None) {
        return;
    }
    timeline.overview.set(fresh.overview);
    timeline.pins.set(fresh.pins.into_iter().map(Arc::new).collect());
    let mut page = fresh.page;
    timeline.take_tickets(std::mem::take(&mut page.tickets));
    let (newest, oldest) = timeline.items.with_untracked(|items| {
        (items.first().map(|i| i.cursor()), items.last().map(|i| i.cursor()))
    });
    let has_older = timeline.older.get_untracked().is_some();
    leave(timeline, &page);
    // A search that found less than a page found all that matches as far as it looked.
    let meets = page.older.is_none()
        || page.looked_to.is_some()
        || page.items.last().is_some_and(|last| newest.is_some_and(|n| last.cursor() <= n));
    let waiting = if meets {
        let known = |item: &TimelineItem| {
            timeline.items.with_untracked(|items| items.iter().any(|i| i.id == item.id))
        };
        // What lies below the end that shows comes with the older ones.
        let below = |item: &TimelineItem| has_older && oldest.is_some_and(|o| item.cursor() < o);
        let new = page.items.into_iter().filter(|item| !known(item) && !below(item));
        Waiting { items: new.map(Arc::new).collect(), gap: None }
    } else {
        Waiting { items: Vec::new(), gap: Some(page) }
    };
    timeline.waiting.set(waiting);
    if is_at_top() {
        show(timeline);
    }
}

/// Takes away what shows within the stretch of `page` and is not in it any more.
fn leave(timeline: TimelineState, page: &TimelinePage) {
    let from = page.items.last().filter(|_| page.older.is_some()).map(TimelineItem::cursor);
    let stays = |item: &TimelineItem| {
        from.is_some_and(|from| item.cursor() < from) || page.items.iter().any(|i| i.id == item.id)
    };
    let all_stay = timeline.items.with_untracked(|items| items.iter().all(|item| stays(item)));
    if !all_stay && page.looked_to.is_none() {
        timeline.items.update(|items| items.retain(|item| stays(item)));
    }
}

/// Lets what waits take its place.
fn show(timeline: TimelineState) {
    let Waiting { items: new, gap } = timeline.waiting.get_untracked();
    timeline.waiting.set(Waiting::default());
    timeline.moving.set(true);
    if let Some(page) = gap {
        timeline.older.set(page.older);
        timeline.items.set(page.items.into_iter().map(Arc::new).collect());
    } else if !new.is_empty() {
        timeline.items.update(|items| {
            items.extend(new);
            // By time, for an event may come late.
            items.sort_by_key(|item| std::cmp::Reverse(item.cursor()));
            if items.len() > TIMELINE_SHOWN_MAX {
                items.truncate(TIMELINE_SHOWN_MAX);
                timeline.older.set(items.last().map(|i| i.cursor()));
            }
        });
    }
}

fn is_at_top() -> bool {
    let focused = document().query_selector(".stream :focus").ok().flatten().is_some();
    !focused && pane().is_some_and(|pane| pane.scroll_top() < TOP)
}

/// The pill; it takes no room, so that its coming moves nothing.
#[component]
pub(super) fn Arrivals(timeline: TimelineState) -> impl IntoView {
    let label = move || {
        timeline.waiting.with(|waiting| match (waiting.gap.is_some(), waiting.items.len()) {
            (true, _) => Some("Many new events".to_string()),
            (_, 0) => None,
            (_, n) => Some(format!("{n} new")),
        })
    };
    let to_top = move |_| {
        show(timeline);
        if let Some(pane) = pane() {
            pane.set_scroll_top(0);
        }
    };
    view! {
        <div class="arrivals" role="status">
            {move || label().map(|label| view! {
                <button type="button" class="btn primary" on:click=to_top><Icon name="arrow-up" />{label}</button>
            })}
        </div>
    }
    .into_any()
}
