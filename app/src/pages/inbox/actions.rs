//! Doing one thing to one or many tickets of the list, and taking it back.

use super::api::{change_tickets, undo_tickets};
use super::selection::Selection;
use crate::live::{Changed, use_changed};
use crate::ui::toast::{Toasts, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::TicketId;
use rapport_domain::ticket::{BulkChange, BulkDone};
use std::collections::HashSet;

/// What acts on the list's tickets.
#[derive(Clone, Copy)]
pub struct Actions {
    pub selection: Selection,
    /// Something is being done.
    pub busy: RwSignal<bool>,
    /// What the reader changed lately: those rows leave the view as soon as they do not belong.
    pub own: StoredValue<HashSet<TicketId>>,
    toasts: Toasts,
    changed: Changed,
}

impl Actions {
    /// Below [`crate::live::provide_changed`].
    pub fn new(selection: Selection) -> Self {
        Self {
            selection,
            busy: RwSignal::new(false),
            own: StoredValue::new(HashSet::new()),
            toasts: use_toasts(),
            changed: use_changed(),
        }
    }

    /// Does it to the chosen tickets, or without any to `or`.
    pub fn apply(self, change: BulkChange, or: Option<TicketId>) {
        self.run(change, self.selection.or(or));
    }

    /// Does it to one ticket, whatever is chosen.
    pub fn apply_to(self, change: BulkChange, id: TicketId) {
        self.run(change, vec![id]);
    }

    fn run(self, change: BulkChange, tickets: Vec<TicketId>) {
        if tickets.is_empty() || self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.own.update_value(|own| own.extend(tickets.iter().copied()));
        let told = !matches!(change, BulkChange::Read(_));
        spawn_local(async move {
            let done = change_tickets(tickets, change.clone()).await;
            let _ = self.busy.try_set(false);
            match done {
                Ok(done) => {
                    if self.own.try_get_value().is_some() {
                        self.selection.clear();
                    }
                    self.report(&change, done);
                }
                Err(error) => self.toasts.fail(error.to_string()),
            }
            self.refresh(told);
        });
    }

    fn report(self, change: &BulkChange, done: BulkDone) {
        if let Some(problem) = done.problem() {
            self.toasts.fail(problem);
        }
        if done.done == 0 {
            return;
        }
        let text = change.summary(done.done);
        if done.undo.is_empty() {
            self.toasts.say(text);
            return;
        }
        let undo = done.undo;
        self.toasts.undoable(text, move || {
            let undo = undo.clone();
            spawn_local(async move {
                match undo_tickets(undo).await.map(|undone| (undone.problem(), undone.done)) {
                    Ok((Some(problem), _)) => self.toasts.fail(problem),
                    Ok((None, _)) => self.toasts.say("Undone"),
                    Err(error) => self.toasts.fail(error.to_string()),
                }
                self.refresh(true);
            });
        });
    }

    /// Loads the list again where no stream tells it to; the page may be gone by now.
    fn refresh(self, told: bool) {
        match self.own.try_get_value() {
            Some(_) if told => self.changed.notify(),
            Some(_) => self.changed.load_all(),
            None => {}
        }
    }
}
