//! What of a timeline is on screen: the events that are loaded, the ways on at both ends, and what is
//! known around them.

use super::api::{PinEvent, load_timeline};
use crate::ui::toast::{Toasts, use_toasts};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::limits::TIMELINE_SHOWN_MAX;
use rapport_domain::timeline::{
    EventTicket, Overview, Position, SavedFilter, Stream, TicketNow, Timeline, TimelineItem,
    TimelinePage, TimelineQuery,
};
use rapport_domain::{Cursor, EventId};
use rapport_presentation::Href;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The id of the element that a jump scrolls to.
pub(super) const STREAM_ID: &str = "timeline-stream";

/// An end of the stretch on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Newer,
    Older,
}

/// The stretch of a timeline that is on screen.
#[derive(Clone, Copy)]
pub(super) struct TimelineState {
    pub whose: Stream,
    pub query: StoredValue<TimelineQuery>,
    /// Newest first.
    pub items: RwSignal<Vec<Arc<TimelineItem>>>,
    pub newer: RwSignal<Option<Cursor>>,
    pub older: RwSignal<Option<Cursor>>,
    /// How the tickets stand that it tells of, by number.
    tickets: RwSignal<HashMap<i64, TicketNow>>,
    pub overview: RwSignal<Overview>,
    /// Customers of the account are left out: it has very many.
    pub more_customers: bool,
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
    pub loading: RwSignal<bool>,
    toasts: Toasts,
}

/// What came and does not show yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    /// Newest first.
    pub items: Vec<Arc<TimelineItem>>,
    /// They do not reach down to what shows: it has to go when they come.
    pub gap: Option<TimelinePage>,
}

impl TimelineState {
    pub fn new(query: TimelineQuery, timeline: Timeline) -> Self {
        let current = match query.at {
            Position::Event(cursor) => Some(EventId(cursor.id)),
            _ => None,
        };
        let page = timeline.page;
        Self {
            whose: timeline.whose,
            query: StoredValue::new(query),
            items: RwSignal::new(page.items.into_iter().map(Arc::new).collect()),
            newer: RwSignal::new(page.newer),
            older: RwSignal::new(page.older),
            tickets: RwSignal::new(page.tickets.into_iter().map(|t| (t.number, t)).collect()),
            overview: RwSignal::new(timeline.overview),
            pins: RwSignal::new(timeline.pins.into_iter().map(Arc::new).collect()),
            more_customers: timeline.more_customers,
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
        format!("{}{query}", self.whose.href())
    }

    /// The address of this timeline, narrowed by `query`.
    pub fn filtered(self, query: &TimelineQuery) -> String {
        format!("{}{}", self.whose.href(), query.to_query_string())
    }

    /// The permanent address of an event, whatever is filtered now.
    pub fn permalink(self, item: &TimelineItem) -> String {
        let query = TimelineQuery::new(&[], Position::Event(item.cursor()));
        format!("{}{}#{}", self.whose.href(), query.to_query_string(), item.id)
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
    pub fn load(self, end: End) {
        let at = match end {
            End::Newer => self.newer.get_untracked().map(Position::After),
            End::Older => self.older.get_untracked().map(Position::Before),
        };
        let Some(at) = at.filter(|_| !self.loading.get_untracked()) else { return };
        let query = self.query.with_value(|q| q.at(at));
        self.loading.set(true);
        spawn_local(async move {
            let page = load_timeline(self.whose, query).await;
            if self.loading.try_set(false).is_some() {
                // The pane shows something else by now.
                return;
            }
            match page {
                Ok(page) => {
                    let below = pane().map(|pane| pane.scroll_height() - pane.scroll_top());
                    self.append(page, end);
                    if let Some(below) = below.filter(|_| end == End::Newer) {
                        // What is read stays where it was; the newer ones lie above it.
                        request_animation_frame(move || {
                            if let Some(pane) = pane() {
                                pane.set_scroll_top(pane.scroll_height() - below);
                            }
                        });
                    }
                }
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

/// What scrolls.
pub(super) fn pane() -> Option<web_sys::Element> {
    document().query_selector(".pane.timeline").ok().flatten()
}
