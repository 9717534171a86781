//! Which tickets are chosen for what is done to many at once.

use leptos::prelude::*;
use rapport_domain::{TicketId, limits};
use std::collections::HashSet;

/// The chosen tickets; they outlive a page of the view, and no other view.
#[derive(Clone, Copy)]
pub struct Selection {
    chosen: RwSignal<HashSet<TicketId>>,
    /// The rows on screen in their order, and where a range begins.
    shown: StoredValue<Vec<TicketId>>,
    anchor: StoredValue<Option<TicketId>>,
}

impl Selection {
    pub fn new() -> Self {
        Self {
            chosen: RwSignal::new(HashSet::new()),
            shown: StoredValue::new(Vec::new()),
            anchor: StoredValue::new(None),
        }
    }

    pub fn show(self, shown: Vec<TicketId>) {
        self.shown.set_value(shown);
    }

    pub fn has(self, id: TicketId) -> bool {
        self.chosen.with(|chosen| chosen.contains(&id))
    }

    pub fn count(self) -> usize {
        self.chosen.with(HashSet::len)
    }

    pub fn is_none(self) -> bool {
        self.chosen.with_untracked(HashSet::is_empty)
    }

    pub fn has_page(self) -> bool {
        let shown = self.shown.get_value();
        self.chosen.with(|chosen| !shown.is_empty() && shown.iter().all(|id| chosen.contains(id)))
    }

    /// The chosen ones, or without any `or`.
    pub fn or(self, or: Option<TicketId>) -> Vec<TicketId> {
        let chosen: Vec<_> = self.chosen.with_untracked(|chosen| chosen.iter().copied().collect());
        if chosen.is_empty() { or.into_iter().collect() } else { chosen }
    }

    /// Chooses a row or no longer does; with `range` all from the last one on likewise.
    pub fn toggle(self, id: TicketId, range: bool) {
        let shown = self.shown.get_value();
        let position = |id: TicketId| shown.iter().position(|other| *other == id);
        let from = self.anchor.get_value().filter(|_| range).and_then(position);
        let ids = match (from, position(id)) {
            (Some(from), Some(to)) => shown[from.min(to)..=from.max(to)].to_vec(),
            _ => vec![id],
        };
        let choose = !self.chosen.with_untracked(|chosen| chosen.contains(&id));
        self.chosen.update(|chosen| {
            for id in ids {
                if !choose {
                    chosen.remove(&id);
                } else if chosen.len() < limits::BULK_TICKETS {
                    chosen.insert(id);
                }
            }
        });
        self.anchor.set_value(Some(id));
    }

    /// All rows on screen, or none of them.
    pub fn toggle_page(self) {
        let all = untrack(move || self.has_page());
        let shown = self.shown.get_value();
        self.chosen.update(|chosen| match all {
            true => chosen.retain(|id| !shown.contains(id)),
            false => chosen.extend(shown),
        });
    }

    pub fn set(self, ids: Vec<TicketId>) {
        let _ = self.chosen.try_set(ids.into_iter().take(limits::BULK_TICKETS).collect());
    }

    pub fn clear(self) {
        if !self.is_none() {
            self.chosen.set(HashSet::new());
        }
    }
}
