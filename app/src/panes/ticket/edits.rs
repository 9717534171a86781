//! Editing tickets in place: the queue of this tab, which outlives the ticket that is open.

use super::api::{EditTicket, edit_ticket};
use super::undo::Undo;
use crate::origin::{Origin, use_origin};
use crate::ui::edit_queue::{Edit, EditQueue, Field};
use crate::ui::toast::{SHOWN_MAX, Toasts, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::AppError;
use rapport_domain::ticket::TicketProperty;
use std::collections::HashMap;
use std::sync::Arc;

/// Leads back to a ticket.
type Return = Arc<dyn Fn() + Send + Sync>;

/// The edits of this tab; take them with [`use_edits`].
#[derive(Debug, Clone, Copy)]
pub struct Edits {
    queue: RwSignal<EditQueue>,
    /// The last edit that was stored, and how many were before it.
    done: RwSignal<Option<(u64, Edit)>>,
    undo: StoredValue<HashMap<u64, Undo>>,
    /// The ticket that is open: it shows by itself what was refused.
    open: StoredValue<Option<i64>>,
    /// Tickets that their reader was taken away from by an edit, and the way back to each.
    left: StoredValue<Vec<(i64, Return)>>,
    toasts: Toasts,
    origin: Origin,
}

/// Puts the queue into context; below toasts and origin.
pub fn provide_edits() {
    let edits = Edits {
        queue: RwSignal::default(),
        done: RwSignal::new(None),
        undo: StoredValue::default(),
        open: StoredValue::new(None),
        left: StoredValue::default(),
        toasts: use_toasts(),
        origin: use_origin(),
    };
    provide_context(edits);
    Effect::new(move |_| {
        // Closing the tab asks first while an edit is on its way.
        let guard = window_event_listener(leptos::ev::beforeunload, move |ev| {
            if edits.queue.with_untracked(EditQueue::is_busy) {
                ev.prevent_default();
            }
        });
        on_cleanup(move || guard.remove());
    });
}

/// The edits of this tab.
pub fn use_edits() -> Edits {
    expect_context::<Edits>()
}

impl Edits {
    /// Takes in an edit of a ticket, and sends it when its turn comes. `was` is the value that it
    /// replaces; `None` for actions.
    pub fn push(
        self,
        number: i64,
        property: TicketProperty,
        value: &str,
        was: Option<String>,
        undo: Option<Undo>,
    ) {
        let edit = Edit { field: (number, property), value: value.into(), was };
        let id = self.queue.try_update(|queue| queue.push(edit)).flatten();
        if let (Some(id), Some(undo)) = (id, undo) {
            self.undo.update_value(|all| drop(all.insert(id, undo)));
        }
        self.send();
    }

    /// The same for a form that was sent.
    pub fn push_form(self, form: &EditTicket, undo: Option<Undo>) {
        let value = form.value.clone().unwrap_or_default();
        // An empty text of a form reads as absent; actions have no such field.
        let was = form.sets.is_some().then(|| form.was.clone().unwrap_or_default());
        self.push(form.number, form.property.clone(), &value, was, undo);
    }

    fn send(self) {
        while let Some((id, edit)) = self.queue.try_update(EditQueue::take).flatten() {
            spawn_local(async move {
                let (number, property) = edit.field.clone();
                let sets = edit.was.is_some().then_some(true);
                let (value, was) = (edit.value.clone(), edit.was.clone());
                let answer = edit_ticket(number, property, Some(value), sets, was).await;
                self.answered(id, edit, answer.map_err(|failure| failure.0));
                self.send();
            });
        }
    }

    fn answered(self, id: u64, edit: Edit, answer: Result<i32, AppError>) {
        let undo = self.undo.try_update_value(|all| all.remove(&id)).flatten();
        let number = edit.field.0;
        match &answer {
            Ok(_) => {
                if let Some(Undo { message, back }) = undo {
                    // What it really replaced is known by now: an edit before it may have been
                    // on its way when this one was made.
                    let back = match (&edit.was, &back[..]) {
                        (Some(was), [(property, _, Some(_))]) => {
                            vec![(property.clone(), was.clone(), Some(edit.value.clone()))]
                        }
                        _ => back,
                    };
                    self.toasts.undoable(message, move || {
                        // The page may not have heard yet that it had left its view.
                        self.origin.take_in(number);
                        for (property, value, was) in back.clone() {
                            self.push(number, property, &value, was, None);
                        }
                        match self.way_back(number) {
                            Some(back) if self.open.get_value() != Some(number) => back(),
                            _ => {}
                        }
                    });
                }
            }
            Err(error) if self.open.get_value() != Some(number) => {
                self.toasts.fail(format!("Ticket #{number}: not saved. {error}"));
            }
            Err(_) => {}
        }
        let stored = answer.is_ok();
        self.queue.update(|queue| queue.answered(id, answer));
        if stored {
            self.done.set(Some((id, edit)));
        }
    }

    /// Calls back for each edit of a ticket that was stored, as long as the component lives.
    pub fn on_done(self, number: i64, run: impl Fn(&Edit) + 'static) {
        Effect::new(move |seen: Option<Option<u64>>| {
            let done = self.done.get();
            let id = done.as_ref().map(|(id, _)| *id);
            if let (Some(seen), Some((id, edit))) = (seen, done)
                && seen != Some(id)
                && edit.field.0 == number
            {
                run(&edit);
            }
            id
        });
    }

    /// Says which ticket is open, as long as the component lives.
    pub fn opened(self, number: i64) {
        self.open.set_value(Some(number));
        let _ = self.way_back(number);
        on_cleanup(move || {
            // Another ticket may have opened before this one went.
            self.open.update_value(|open| {
                if *open == Some(number) {
                    *open = None;
                }
            });
        });
    }

    /// The reader was taken to another page when a ticket was done with; whoever takes that back
    /// wants to be at the ticket again.
    pub fn left(self, number: i64, back: impl Fn() + Send + Sync + 'static) {
        let _ = self.way_back(number);
        self.left.update_value(|left| {
            // No more than there are messages that offer it.
            if left.len() >= SHOWN_MAX {
                left.remove(0);
            }
            left.push((number, Arc::new(back)));
        });
    }

    fn way_back(self, number: i64) -> Option<Return> {
        let take = |left: &mut Vec<(i64, Return)>| {
            let at = left.iter().position(|(of, _)| *of == number)?;
            Some(left.remove(at).1)
        };
        self.left.try_update_value(take).flatten()
    }

    /// The page knows this version of a ticket.
    pub fn settle(self, number: i64, version: i32) {
        self.queue.maybe_update(|queue| queue.settle(number, version));
    }

    /// What a field shows in place of what the page knows.
    pub fn shown(self, field: &Field, version: i32) -> Option<String> {
        self.queue.with(|queue| queue.shown(field, version).map(String::from))
    }

    pub fn is_pending(self, field: &Field) -> bool {
        self.queue.with(|queue| queue.is_pending(field))
    }

    /// Why the last edit of a field was refused.
    pub fn refused(self, field: &Field) -> Option<AppError> {
        self.queue.with(|queue| queue.refused(field).map(|(_, error)| error.clone()))
    }

    /// Sends once more what was refused, over what others made of the field.
    pub fn insist(self, field: &Field) {
        self.queue.update(|queue| queue.insist(field));
        self.send();
    }

    /// Leaves the field as it is now.
    pub fn give_up(self, field: &Field) {
        self.queue.update(|queue| queue.drop_refused(field));
    }
}
