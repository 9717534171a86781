//! The events on screen: what is loaded, the ways on at both ends, and the days they fall on.

use super::api::{PinEvent, load_timeline};
use super::arrivals::{Arrivals, Waiting};
use super::empty::EmptyTimeline;
use super::keyboard::move_focus;
use super::pinned::Pinned;
use super::run::{Run, RunRow, key};
use crate::profile_route::use_profile_route;
use crate::ui::icon::Icon;
use crate::ui::time::{Clock, use_clock};
use crate::ui::toast::{Toasts, use_toasts};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::limits::TIMELINE_SHOWN_MAX;
use rapport_domain::timeline::{
    EventTicket, Overview, Position, SavedFilter, TicketNow, Timeline, TimelineItem, TimelinePage,
    TimelineQuery, collapse,
};
use rapport_domain::{Cursor, CustomerId, EventId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The id of the element that a jump scrolls to.
const STREAM_ID: &str = "timeline-stream";

/// An end of the stretch on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Newer,
    Older,
}

/// The stretch of a timeline that is on screen.
#[derive(Clone, Copy)]
pub(super) struct Stream {
    pub customer: CustomerId,
    pub query: StoredValue<TimelineQuery>,
    /// Newest first.
    pub items: RwSignal<Vec<Arc<TimelineItem>>>,
    pub newer: RwSignal<Option<Cursor>>,
    pub older: RwSignal<Option<Cursor>>,
    /// How the tickets stand that it tells of, by number.
    tickets: RwSignal<HashMap<i64, TicketNow>>,
    pub overview: RwSignal<Overview>,
    /// What agents keep on top, the latest first.
    pub pins: RwSignal<Vec<Arc<TimelineItem>>>,
    pub pin: ServerAction<PinEvent>,
    /// The reader's saved filters.
    pub filters: RwSignal<Vec<SavedFilter>>,
    /// How far back a search looked.
    pub looked_to: RwSignal<Option<DateTime<Utc>>>,
    /// Events whose payload shows.
    pub opened: RwSignal<HashSet<EventId>>,
    /// Runs that show their single events, each by its oldest: it grows at the other end.
    pub unfolded: RwSignal<HashSet<EventId>>,
    /// What came and does not show yet.
    pub waiting: RwSignal<Waiting>,
    /// Whether rows that come slide in: not those that the page came with.
    pub moving: RwSignal<bool>,
    /// The permalink's event.
    pub current: Option<EventId>,
    loading: RwSignal<bool>,
    toasts: Toasts,
}

/// A day's events, in runs of repeats.
#[derive(Debug, Clone, PartialEq)]
struct Day {
    date: NaiveDate,
    runs: Vec<Run>,
}

impl Stream {
    pub fn new(query: TimelineQuery, timeline: Timeline) -> Self {
        let current = match query.at {
            Position::Event(cursor) => Some(EventId(cursor.id)),
            _ => None,
        };
        let page = timeline.page;
        Self {
            customer: timeline.customer,
            query: StoredValue::new(query),
            items: RwSignal::new(page.items.into_iter().map(Arc::new).collect()),
            newer: RwSignal::new(page.newer),
            older: RwSignal::new(page.older),
            tickets: RwSignal::new(page.tickets.into_iter().map(|t| (t.number, t)).collect()),
            overview: RwSignal::new(timeline.overview),
            pins: RwSignal::new(timeline.pins.into_iter().map(Arc::new).collect()),
            pin: ServerAction::new(),
            filters: RwSignal::new(timeline.filters),
            looked_to: RwSignal::new(page.looked_to),
            opened: RwSignal::new(current.into_iter().collect()),
            unfolded: RwSignal::default(),
            waiting: RwSignal::default(),
            moving: RwSignal::new(false),
            current,
            loading: RwSignal::new(false),
            toasts: use_toasts(),
        }
    }

    /// The address of this timeline at another position, filter kept.
    pub fn href(self, at: Position) -> String {
        let query = self.query.with_value(|q| q.at(at).to_query_string());
        format!("/customers/{}{query}", self.customer)
    }

    /// The permanent address of an event, whatever is filtered now.
    pub fn permalink(self, item: &TimelineItem) -> String {
        let query = TimelineQuery::new(&[], Position::Event(item.cursor()));
        format!("/customers/{}{}#{}", self.customer, query.to_query_string(), item.id)
    }

    /// How a ticket stands now, as was heard last.
    pub fn ticket_now(self, ticket: &EventTicket) -> Signal<TicketNow> {
        let known = TicketNow {
            number: ticket.number,
            status: ticket.status,
            label: ticket.label.clone(),
            changes: 0,
            newest: None,
        };
        Memo::new(move |_| {
            let now = self.tickets.with(|all| all.get(&known.number).cloned());
            now.unwrap_or_else(|| known.clone())
        })
        .into()
    }

    /// Takes what a page says of tickets.
    pub fn take_tickets(self, tickets: Vec<TicketNow>) {
        if !tickets.is_empty() {
            self.tickets.update(|all| all.extend(tickets.into_iter().map(|t| (t.number, t))));
        }
    }

    /// Loads the next page at one end and appends it.
    fn load(self, end: End) {
        let at = match end {
            End::Newer => self.newer.get_untracked().map(Position::After),
            End::Older => self.older.get_untracked().map(Position::Before),
        };
        let Some(at) = at.filter(|_| !self.loading.get_untracked()) else { return };
        let query = self.query.with_value(|q| q.at(at));
        self.loading.set(true);
        spawn_local(async move {
            let page = load_timeline(self.customer, query).await;
            if self.loading.try_set(false).is_some() {
                // The pane shows something else by now.
                return;
            }
            match page {
                Ok(page) => self.append(page, end),
                Err(error) => self.toasts.fail(error.to_string()),
            }
        });
    }

    /// Adds a page at one end; beyond the bound, events go at the other.
    fn append(self, page: TimelinePage, end: End) {
        self.take_tickets(page.tickets);
        let new = page.items.into_iter().map(Arc::new);
        self.items.update(|items| {
            let at = if end == End::Newer { 0 } else { items.len() };
            items.splice(at..at, new);
            let extra = items.len().saturating_sub(TIMELINE_SHOWN_MAX);
            match end {
                End::Newer => items.truncate(items.len() - extra),
                End::Older => drop(items.drain(..extra)),
            }
            let (first, last) =
                (items.first().map(|i| i.cursor()), items.last().map(|i| i.cursor()));
            match end {
                End::Newer => {
                    self.newer.set(page.newer);
                    if extra > 0 {
                        self.older.set(last);
                    }
                }
                End::Older => {
                    self.older.set(page.older);
                    self.looked_to.set(page.looked_to);
                    if extra > 0 {
                        self.newer.set(first);
                    }
                }
            }
        });
    }

    /// Brings the permalink's event, or the stretch jumped to, into view.
    pub fn scroll_to_position(self) {
        let id = match self.query.with_value(|q| q.at) {
            Position::Newest => return,
            Position::Event(cursor) => EventId(cursor.id).to_string(),
            _ => STREAM_ID.to_string(),
        };
        let centre = self.current.is_some();
        Effect::new(move |_| {
            let id = id.clone();
            // After this frame: rows take their size only once they are laid out.
            request_animation_frame(move || {
                let Some(element) = document().get_element_by_id(&id) else { return };
                let options = web_sys::ScrollIntoViewOptions::new();
                let block = if centre {
                    web_sys::ScrollLogicalPosition::Center
                } else {
                    web_sys::ScrollLogicalPosition::Start
                };
                options.set_block(block);
                element.scroll_into_view_with_scroll_into_view_options(&options);
            });
        });
    }
}

#[component]
pub(super) fn StreamView(stream: Stream) -> impl IntoView {
    let clock = use_clock();
    let days = Memo::new(move |_| stream.items.with(|items| days(items, clock)));
    let dates = move || days.with(|days| days.iter().map(|d| d.date).collect::<Vec<_>>());
    let runs = move |date: NaiveDate| {
        days.with(|days| {
            days.iter().find(|d| d.date == date).map(|d| d.runs.clone()).unwrap_or_default()
        })
    };
    view! {
        <div class="stream" class:moving=move || stream.moving.get() id=STREAM_ID on:keydown=|ev| move_focus(&ev)>
            {view! { <Pinned stream /> }.into_any()}
            {view! { <Arrivals stream /> }.into_any()}
            <More stream end=End::Newer />
            <Show when=move || !stream.items.with(Vec::is_empty) fallback=move || view! { <EmptyTimeline stream /> }>
                <For each=dates key=|date| *date let:date>
                    <section class="day-group">
                        <h3 class="day">{move || day_text(date, clock.wall(clock.now.get()).date_naive())}</h3>
                        <ol>
                            <For each=move || runs(date) key=key let:run>
                                {view! { <RunRow stream run /> }.into_any()}
                            </For>
                        </ol>
                    </section>
                </For>
            </Show>
            <More stream end=End::Older />
        </div>
    }
}

/// The way on at one end: a link, which scripts turn into loading in place.
#[component]
fn More(stream: Stream, end: End) -> impl IntoView {
    let route = use_profile_route();
    let at = move || match end {
        End::Newer => stream.newer.get().map(Position::After),
        End::Older => stream.older.get().map(Position::Before),
    };
    let clock = use_clock();
    let looked = move || {
        let at = stream.looked_to.get().filter(|_| end == End::Older)?;
        Some(format!("Looked back to {}", clock.wall(at).format("%b %-d, %Y %H:%M")))
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
                        href=stream.href(at)
                        aria-disabled=move || stream.loading.get().then_some("true")
                        on:click=move |ev| {
                            ev.prevent_default();
                            stream.load(end);
                        }
                    >
                        <Icon name=icon />
                        {move || match (stream.loading.get(), looked().is_some()) {
                            (true, _) => "Loading…",
                            (_, true) => "Look further back",
                            _ => label,
                        }}
                    </a>
                    {(end == End::Newer).then(|| view! { <a class="btn quiet" href=route.timeline_href()>"To the newest"</a> })}
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

/// `Today, November 24`, `Friday, November 20`, `Friday, November 21, 2025`.
fn day_text(date: NaiveDate, today: NaiveDate) -> String {
    let name = match today.checked_sub_days(Days::new(1)) {
        _ if date == today => "Today".to_string(),
        Some(yesterday) if date == yesterday => "Yesterday".to_string(),
        _ => date.format("%A").to_string(),
    };
    let pattern = if date.year() == today.year() { "%B %-d" } else { "%B %-d, %Y" };
    format!("{name}, {}", date.format(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_says_only_what_is_not_plain_from_today() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let text = |date| day_text(day(date), day("2026-11-24"));
        assert_eq!(text("2026-11-24"), "Today, November 24");
        assert_eq!(text("2026-11-23"), "Yesterday, November 23");
        assert_eq!(text("2026-11-20"), "Friday, November 20");
        assert_eq!(text("2025-11-20"), "Thursday, November 20, 2025");
    }
}
