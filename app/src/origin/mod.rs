//! The inbox view that the open ticket was reached from: it lives as long as the tab.
//!
//! The inbox calls [`Origin::remember`] whenever its list loads. A ticket then knows its
//! neighbours and the way back; past the last row it fetches the view's next page itself, and
//! before the first one the page before. A ticket that is not among the rows, as one that was found by searching, came from nowhere.

mod api;
pub mod position;

pub use api::load_inbox;
pub use position::as_left;

use crate::Failure;
use crate::session::use_viewer;
use leptos::prelude::*;
use rapport_domain::ticket::{Inbox, InboxCursor, InboxQuery, Total};
use rapport_domain::{CustomerId, UserId};
use serde::{Deserialize, Serialize};

/// Rows that are kept: an agent who walks on and on leaves the first ones behind.
const ROWS_KEPT: usize = 500;

/// One ticket of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub customer: CustomerId,
    pub number: i64,
    /// Closed, snoozed or given away meanwhile: walking passes it by.
    gone: bool,
}

impl Stop {
    fn of(customer: CustomerId, number: i64) -> Self {
        Self { customer, number, gone: false }
    }

    /// The address of the ticket on its customer's profile.
    pub fn href(self) -> String {
        format!("/customers/{}/tickets/{}", self.customer, self.number)
    }
}

/// Where the open ticket stands in its view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Counted from one, from the view's first page on.
    pub place: usize,
    /// Tickets of the view, at least.
    pub of: usize,
    /// It has more than `of`.
    pub more: bool,
    /// It left the view, which is read on from where it stood.
    pub gone: bool,
    /// Whether the view has pages before or behind what was loaded.
    pub earlier: bool,
    pub later: bool,
}

/// A view as it was loaded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Trail {
    query: InboxQuery,
    /// Tickets of the view before the first of `rows`.
    before: usize,
    rows: Vec<Stop>,
    previous: Option<InboxCursor>,
    next: Option<InboxCursor>,
    total: Option<Total>,
}

impl Trail {
    fn new(query: InboxQuery, page: &Inbox) -> Self {
        Self {
            before: query.row as usize,
            query,
            rows: stops(page),
            previous: page.previous,
            next: page.next,
            total: page.total,
        }
    }

    fn index(&self, number: i64) -> Option<usize> {
        self.rows.iter().position(|row| row.number == number)
    }

    fn position(&self, number: i64) -> Option<Position> {
        let at = self.index(number)?;
        let left = |rows: &[Stop]| rows.iter().filter(|row| row.gone).count();
        let place = self.before + at + 1 - left(&self.rows[..at]);
        let (earlier, later) = (self.previous.is_some(), self.next.is_some());
        let seen = self.before + self.rows.len();
        let (of, more) = match self.total {
            // What others change meanwhile is not counted again.
            Some(Total { rows, more }) => (seen.max(rows as usize), more),
            None => (seen, later),
        };
        let of = (of - left(&self.rows)).max(place);
        Some(Position { place, of, more, gone: self.rows[at].gone, earlier, later })
    }

    fn next_of(&self, number: i64) -> Option<Stop> {
        let at = self.index(number)?;
        self.rows[at + 1..].iter().find(|row| !row.gone).copied()
    }

    fn previous_of(&self, number: i64) -> Option<Stop> {
        let at = self.index(number)?;
        self.rows[..at].iter().rev().find(|row| !row.gone).copied()
    }

    fn cursor(&self, number: i64) -> Option<i64> {
        let gone = self.rows[self.index(number)?].gone;
        let beside = || self.next_of(number).or(self.previous_of(number));
        if gone { beside().map(|stop| stop.number) } else { Some(number) }
    }

    /// Adds the view's next page. A ticket that moved down meanwhile is met once.
    fn append(&mut self, rows: impl IntoIterator<Item = Stop>, next: Option<InboxCursor>) {
        for row in rows {
            if self.index(row.number).is_none() {
                self.rows.push(row);
            }
        }
        let extra = self.rows.len().saturating_sub(ROWS_KEPT);
        self.rows.drain(..extra);
        self.before += extra;
        if extra > 0 {
            self.previous = None;
        }
        self.next = next;
    }

    /// The view's page before the first row.
    fn previous_page(&self) -> Option<InboxQuery> {
        let row = u32::try_from(self.before).unwrap_or(u32::MAX);
        Some(InboxQuery { row, ..self.query.clone() }.previous_page(self.previous?))
    }

    /// Puts that page before the rows; where that gets too long it stands alone.
    fn prepend(&mut self, query: InboxQuery, page: &Inbox) {
        let mut rows = stops(page);
        rows.retain(|row| self.index(row.number).is_none());
        if rows.len() + self.rows.len() > ROWS_KEPT {
            *self = Self::new(query, page);
            return;
        }
        self.before = query.row as usize;
        self.previous = page.previous;
        self.rows.splice(..0, rows);
    }
}

/// The view one came from; take it with [`use_origin`].
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    trail: RwSignal<Option<Trail>>,
    /// Whose tab this is.
    me: Option<UserId>,
}

/// Puts it into context; after a reload the tab still knows.
pub fn provide_origin() {
    let me = use_viewer().map(|viewer| viewer.user);
    let origin = Origin { trail: RwSignal::new(None), me };
    provide_context(origin);
    Effect::new(move |_| {
        if origin.trail.with_untracked(Option::is_none) {
            origin.trail.set(origin.load());
        }
    });
}

/// The view that the reader came from, if any.
pub fn use_origin() -> Origin {
    expect_context::<Origin>()
}

impl Origin {
    /// The inbox shows this page of a view.
    pub fn remember(self, query: InboxQuery, page: &Inbox) {
        self.set(Some(Trail::new(query, page)));
    }

    /// The reader went elsewhere: what they open from there is no part of the view.
    pub fn forget(self) {
        if self.trail.with_untracked(Option::is_some) {
            self.set(None);
        }
    }

    /// A ticket that no longer belongs to the view, and is passed by from now on.
    pub fn leave_out(self, number: i64) {
        self.change(|trail| {
            for row in trail.rows.iter_mut().filter(|row| row.number == number) {
                row.gone = true;
            }
        });
    }

    /// It is to be done again: what took it out of the view was taken back.
    pub fn take_in(self, number: i64) {
        let is_gone = |trail: &Trail| Some(trail.rows[trail.index(number)?].gone);
        // Whoever asks follows the ticket, not the view.
        if untrack(|| self.with(is_gone)) == Some(true) {
            self.change(|trail| {
                for row in trail.rows.iter_mut().filter(|row| row.number == number) {
                    row.gone = false;
                }
            });
        }
    }

    /// Where a ticket stands, when it was reached from the view.
    pub fn position(self, number: i64) -> Option<Position> {
        self.with(|trail| trail.position(number))
    }

    /// The ticket before it.
    pub fn previous_of(self, number: i64) -> Option<Stop> {
        self.with(|trail| trail.previous_of(number))
    }

    /// The ticket after it, among those that are loaded.
    pub fn next_of(self, number: i64) -> Option<Stop> {
        self.with(|trail| trail.next_of(number))
    }

    /// The ticket after it, from the view's next pages where that is needed; `None` at the end.
    pub async fn find_next(self, number: i64) -> Result<Option<Stop>, Failure> {
        loop {
            let Some(trail) = self.trail.get_untracked() else { return Ok(None) };
            let found = trail.next_of(number);
            if found.is_some() || trail.index(number).is_none() {
                return Ok(found);
            }
            // Each page leads on, so this ends with the view.
            let Some(after) = trail.next else { return Ok(None) };
            let query = trail.query.next_page(after);
            let page = load_inbox(query).await?;
            self.change(|trail| {
                // Two may have asked for the same page.
                if trail.next == Some(after) {
                    trail.append(stops(&page), page.next);
                }
            });
        }
    }

    /// The ticket before it, from the view's pages before where that is needed; `None` at the start.
    pub async fn find_previous(self, number: i64) -> Result<Option<Stop>, Failure> {
        loop {
            let Some(trail) = self.trail.get_untracked() else { return Ok(None) };
            let found = trail.previous_of(number);
            if found.is_some() || trail.index(number).is_none() {
                return Ok(found);
            }
            // Each page leads back, so this ends with the first.
            let Some(query) = trail.previous_page() else { return Ok(None) };
            let page = load_inbox(query.clone()).await?;
            let last = page.items.last().map(|row| Stop::of(row.customer.id, row.number));
            self.change(|now| {
                if now.previous == trail.previous {
                    now.prepend(query, &page);
                }
            });
            // The page stands alone now.
            if self.with_untracked(|trail| trail.index(number)).is_none() {
                return Ok(last);
            }
        }
    }

    /// Where the cursor is when one comes back from a ticket: on it, or once it has left the view
    /// on the one in its place.
    pub fn cursor(self, number: i64) -> i64 {
        self.with_untracked(|trail| trail.cursor(number)).unwrap_or(number)
    }

    /// The address of the view, with its filters and page.
    pub fn back_href(self) -> Option<String> {
        self.with(|trail| Some(trail.query.href()))
    }

    fn with<T>(self, read: impl FnOnce(&Trail) -> Option<T>) -> Option<T> {
        self.trail.with(|trail| trail.as_ref().and_then(read))
    }

    fn with_untracked<T>(self, read: impl FnOnce(&Trail) -> Option<T>) -> Option<T> {
        self.trail.with_untracked(|trail| trail.as_ref().and_then(read))
    }

    fn change(self, change: impl FnOnce(&mut Trail)) {
        if let Some(mut trail) = self.trail.get_untracked() {
            change(&mut trail);
            self.set(Some(trail));
        }
    }

    fn set(self, trail: Option<Trail>) {
        if let Some(storage) = storage() {
            let text = trail.as_ref().and_then(|trail| serde_json::to_string(trail).ok());
            // A full or forbidden storage costs the view over a reload and nothing else.
            let _ = match text {
                Some(text) => storage.set_item(&self.key(), &text),
                None => storage.remove_item(&self.key()),
            };
        }
        self.trail.set(trail);
    }

    fn load(self) -> Option<Trail> {
        let text = storage()?.get_item(&self.key()).ok()??;
        // What another version left there is forgotten.
        serde_json::from_str(&text).ok()
    }

    fn key(self) -> String {
        let me = self.me.map(|me| me.to_string()).unwrap_or_default();
        format!("rapport:view:{me}")
    }
}

fn stops(page: &Inbox) -> Vec<Stop> {
    page.items.iter().map(|row| Stop::of(row.customer.id, row.number)).collect()
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

#[cfg(test)]
mod tests;
