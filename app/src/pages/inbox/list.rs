//! The list of tickets: what the rows share, and how it follows what happens.

use super::actions::Actions;
use super::hold::{Row, hold};
use super::selection::Selection;
use crate::origin::position::{ListPosition, use_list_position};
use crate::panes::ticket::use_drafts;
use crate::session::use_viewer;
use crate::ui::shortcuts::use_shortcut;
use leptos::prelude::*;
use rapport_domain::ticket::{BulkChange, Inbox, InboxQuery, Status, TicketRow};
use rapport_domain::{Permission, TicketId, UserId};
use std::collections::HashSet;
use wasm_bindgen::JsCast;

/// What rows and bars of the list share.
#[derive(Clone, Copy)]
pub struct List {
    pub actions: Actions,
    pub position: ListPosition,
    pub me: Option<UserId>,
    pub may_write: bool,
    /// The row under the pointer or with the focus.
    pub active: RwSignal<Option<TicketId>>,
    /// Numbers of tickets for which this browser has an unsent draft of the reader's.
    pub drafts: ReadSignal<HashSet<i64>>,
    /// Tickets that came while somebody reads and wait behind the pill.
    pub waiting: RwSignal<usize>,
    /// What shows, and of which page.
    shown: StoredValue<Option<(InboxQuery, Vec<Row>)>>,
    release: RwSignal<u32>,
}

impl List {
    /// Below [`crate::live::provide_changed`]. `loaded` answers the query whose rows are there.
    pub fn new(loaded: impl Fn() -> Option<InboxQuery> + 'static) -> Self {
        let viewer = use_viewer();
        let me = viewer.as_ref().map(|v| v.user);
        Self {
            actions: Actions::new(Selection::new()),
            position: use_list_position(loaded),
            me,
            may_write: viewer.is_some_and(|v| v.may(Permission::TicketsWrite)),
            active: RwSignal::new(None),
            drafts: use_drafts(me, || ()),
            waiting: RwSignal::new(0),
            shown: StoredValue::new(None),
            release: RwSignal::new(0),
        }
    }

    /// The rows to show of what was loaded: while somebody reads, those that were there.
    pub fn rows(self, query: &InboxQuery, inbox: &Inbox) -> Vec<Row> {
        self.release.track();
        let before = self.shown.try_update_value(Option::take).flatten();
        // Also what was chosen among the old rows while these were on their way.
        if before.as_ref().is_some_and(|(of, _)| of.first_page() != query.first_page()) {
            self.actions.selection.clear();
        }
        let before = before.filter(|(of, rows)| of == query && !rows.is_empty());
        let undone = self.actions.undone.try_update_value(std::mem::take).unwrap_or_default();
        let (rows, waiting) = match before {
            Some((_, shown)) if self.is_read() && !undone => {
                let own = self.actions.own.get_value();
                hold(&shown, inbox.items.clone(), inbox.next.is_some(), &own, query.sort)
            }
            _ => (inbox.items.iter().cloned().map(Row::from).collect(), 0),
        };
        self.actions.selection.show(rows.iter().map(|row| row.ticket.id).collect());
        self.shown.set_value(Some((query.clone(), rows.clone())));
        if self.waiting.get_untracked() != waiting {
            self.waiting.set(waiting);
        }
        rows
    }

    /// Shows what waits.
    pub fn release(self) {
        self.position.to_top();
        self.shown.set_value(None);
        self.release.update(|n| *n += 1);
    }

    /// Whether moving rows would disturb: the list is scrolled, or a row chosen or focused.
    fn is_read(self) -> bool {
        self.position.is_shown()
            && (self.position.is_down()
                || !self.actions.selection.is_none()
                || focused_row().is_some())
    }

    /// The keys of the list.
    pub fn use_keys(self) {
        use_shortcut("j", "Next ticket", || step(1));
        use_shortcut("k", "Previous ticket", || step(-1));
        use_shortcut("x", "Select the ticket", move || self.toggle(false));
        use_shortcut("X", "Select up to the ticket", move || self.toggle(true));
        use_shortcut(".", "Show new tickets", move || self.release());
        use_shortcut("Escape", "Clear the selection", move || self.actions.selection.clear());
        let may_mark = move |row: &TicketRow| BulkChange::Read(row.unread);
        use_shortcut("u", "Mark unread, or read", move || self.act(may_mark));
        if !self.may_write {
            return;
        }
        let close = move |row: &TicketRow| {
            let open = row.status.is_closed();
            BulkChange::Status(if open { Status::Open } else { Status::Closed })
        };
        use_shortcut("e", "Close the ticket", move || self.act(close));
        if let Some(me) = self.me {
            let mine = move |_: &TicketRow| BulkChange::Assign(Some(me));
            use_shortcut("m", "Assign the ticket to me", move || self.act(mine));
        }
    }

    fn toggle(self, range: bool) {
        if let Some(id) = focused_row() {
            self.actions.selection.toggle(id, range);
        }
    }

    /// Does it to what is chosen, or to the row with the focus.
    fn act(self, change: impl Fn(&TicketRow) -> BulkChange) {
        let chosen = self.actions.selection.or(focused_row());
        let Some(first) = chosen.first() else { return };
        let row = self.shown.with_value(|shown| {
            let (_, rows) = shown.as_ref()?;
            rows.iter().find(|row| row.ticket.id == *first).map(|row| row.ticket.clone())
        });
        let Some(row) = row else { return };
        // A row that leaves hands the focus on (`keep_focus`); one that stays keeps it.
        self.actions.apply(change(&row), Some(*first));
    }

    /// The row with the focus; while the palette has it, the one that it was on or points at.
    fn cursor(self) -> Option<TicketId> {
        let active = || self.active.try_get_untracked().flatten();
        let id = focused_row().or_else(active)?;
        let shows = |shown: &Option<(InboxQuery, Vec<Row>)>| {
            shown.as_ref().is_some_and(|(_, rows)| rows.iter().any(|row| row.ticket.id == id))
        };
        self.shown.try_with_value(shows).unwrap_or_default().then_some(id)
    }

    /// Whether there is something to change.
    pub fn has_cursor(self) -> bool {
        !self.actions.selection.or(self.cursor()).is_empty()
    }

    /// Does it to what is chosen, or to the row that the cursor is on.
    pub fn change(self, change: BulkChange) {
        self.actions.apply(change, self.cursor());
    }
}

/// New ones wait here; a press shows them.
#[component]
pub fn Arrivals(list: List) -> impl IntoView {
    move || {
        let waiting = list.waiting.get();
        (waiting > 0).then(|| {
            view! {
                <div class="arrivals">
                    <button class="btn" type="button" title="Show new tickets (.)" on:click=move |_| list.release()>
                        {format!("{waiting} new")}
                    </button>
                </div>
            }
        })
    }
}

/// The row that has the focus.
fn focused_row() -> Option<TicketId> {
    let row = document().active_element()?.closest("[data-ticket]").ok().flatten()?;
    row.get_attribute("data-ticket")?.parse().ok()
}

/// Moves the focus to the next or previous ticket; Enter then follows its link.
fn step(by: i32) {
    let Ok(links) = document().query_selector_all(".inbox-row a.subject") else { return };
    let active = document().active_element();
    let row = active.and_then(|a| a.closest(".inbox-row").ok().flatten());
    let count = i32::try_from(links.length()).unwrap_or(0);
    let is_active = |i: &i32| {
        let link = u32::try_from(*i).ok().and_then(|i| links.item(i));
        link.zip(row.as_ref()).is_some_and(|(link, row)| row.contains(Some(&link)))
    };
    let target = match (0..count).find(is_active) {
        Some(current) => current + by,
        None if by > 0 => 0,
        None => return,
    };
    let link = u32::try_from(target).ok().and_then(|i| links.item(i));
    if let Some(link) = link.and_then(|l| l.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element, which cannot be focused anyway.
        let _ = link.focus();
    }
}
