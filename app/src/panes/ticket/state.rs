//! The open ticket as it is now: fetched again after each change on the page.

use super::api::{RetrySend, UndoSend, open_ticket};
use super::edits::{Edits, use_edits};
use super::undo::{Undo, replaced, undo_of};
use crate::live::{Changed, Hint, use_changed, use_fresh};
use crate::session::use_viewer;
use crate::ui::action::on_done;
use crate::ui::edit_queue::Field;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rapport_domain::message::{Delivery, Returned, TicketDetails};
use rapport_domain::ticket::{Ticket, TicketProperty};
use rapport_domain::{Cursor, CustomerId, MessageId, Permission, UserId};

/// What every part of the open ticket shares.
#[derive(Clone, Copy)]
pub(super) struct TicketState {
    pub details: RwSignal<TicketDetails>,
    pub ticket: Memo<Ticket>,
    pub number: i64,
    pub customer: CustomerId,
    /// Where the shown messages end, when earlier ones are read.
    pub before: Option<Cursor>,
    /// Editing in place, all properties by one queue.
    pub edits: Edits,
    /// Taking back what has not left, and sending again what failed.
    pub undo: ServerAction<UndoSend>,
    pub retry: ServerAction<RetrySend>,
    /// A message that was taken back, for the composer.
    pub returned: RwSignal<Option<Returned>>,
    pub changed: Changed,
    pub may_write: bool,
    /// Whether they may answer the customer; if not, they write notes.
    pub may_reply: bool,
    /// Whether the reader may watch recorded sessions.
    pub may_watch: bool,
    /// The one who reads.
    pub me: Option<UserId>,
    /// Grows when this pane alone is to be fetched again.
    again: RwSignal<u32>,
    /// Counts fetches: an answer that was overtaken is dropped.
    fetch: StoredValue<u32>,
}

impl TicketState {
    pub fn new(details: TicketDetails, before: Option<Cursor>) -> Self {
        let viewer = use_viewer();
        let (number, customer) = (details.ticket.row.number, details.ticket.row.customer.id);
        let details = RwSignal::new(details);
        let edits = use_edits();
        let changed = use_changed();
        let (undo, retry) = (ServerAction::<UndoSend>::new(), ServerAction::<RetrySend>::new());
        let returned = RwSignal::new(None);
        let ticket = Memo::new(move |_| details.with(|d| d.ticket.clone()));
        edits.opened(number);
        // An edit that worked is a change of the page, this pane included.
        edits.on_done(number, move |_| changed.notify());
        Effect::new(move |_| edits.settle(number, ticket.with(|t| t.row.version)));
        Self {
            details,
            ticket,
            number,
            customer,
            before,
            edits,
            undo,
            retry,
            returned,
            changed,
            may_write: viewer.as_ref().is_some_and(|v| v.may(Permission::TicketsWrite)),
            may_reply: viewer.as_ref().is_some_and(|v| v.may(Permission::TicketsReply)),
            may_watch: viewer.as_ref().is_some_and(|v| v.may(Permission::RecordingsWatch)),
            me: viewer.map(|v| v.user),
            again: RwSignal::new(0),
            fetch: StoredValue::new(0),
        }
    }

    /// Fetches the ticket again whenever it was changed, here or elsewhere; the page goes with it
    /// to another customer.
    pub fn follow_changes(self) {
        let toasts = use_toasts();
        let undone = move |returned| {
            self.returned.set(Some(returned));
            self.changed.notify();
        };
        // Too late, or tried meanwhile: the page shows what became of it.
        let failed = move |error: crate::Failure| {
            toasts.fail(error.to_string());
            self.changed.notify();
        };
        let navigate = use_navigate();
        let id = self.details.with_untracked(|d| d.ticket.row.id);
        let fresh = use_fresh(move |hint| hint == Hint::Ticket(id) || hint == Hint::Receipt(id));
        on_done(self.undo, undone, failed);
        on_done(self.retry, move |()| self.changed.notify(), failed);
        Effect::new(move |seen: Option<u32>| {
            let count = fresh.get().wrapping_add(self.again.get());
            if seen.is_some_and(|seen| seen != count) {
                let turn = self.fetch.try_update_value(|n| {
                    *n = n.wrapping_add(1);
                    *n
                });
                let navigate = navigate.clone();
                spawn_local(async move {
                    let fetched = open_ticket(self.number, self.before).await;
                    if self.fetch.try_get_value() != turn {
                        return;
                    }
                    match fetched {
                        Ok(details) if details.ticket.row.customer.id != self.customer => {
                            let customer = details.ticket.row.customer.id;
                            let href = format!("/customers/{customer}/tickets/{}", self.number);
                            // In place of the address that leads nowhere now.
                            let replace = NavigateOptions { replace: true, ..Default::default() };
                            navigate(&href, replace);
                        }
                        Ok(details) => drop(self.details.try_set(details)),
                        Err(error) => toasts.fail(error.to_string()),
                    }
                });
            }
            count
        });
    }

    /// Fetches the ticket again after a change that nobody is told of, such as a file that waits.
    pub fn reload(self) {
        self.again.update(|n| *n = n.wrapping_add(1));
    }

    /// What became of a message, as far as it is known by now.
    pub fn delivery(self, id: MessageId) -> Option<Delivery> {
        self.details.with(|d| {
            let message = d.thread.messages.iter().find(|m| m.id == id);
            message.and_then(|m| m.delivery.clone())
        })
    }

    /// The value of a property as it is shown now, what is still on its way included.
    pub fn holds(self, property: TicketProperty) -> Option<String> {
        let version = self.ticket.try_with_untracked(|t| t.row.version)?;
        let known = self.replaced(&property);
        untrack(|| self.edits.shown(&self.field(property), version)).or(known)
    }

    /// A property, as the queue of edits names it.
    pub fn field(self, property: TicketProperty) -> Field {
        (self.number, property)
    }

    /// What a property shows: what was just chosen or typed, else `value`, which the page knows.
    /// The queue outlives the ticket, so read it by `try_get`: it may change once this one is left.
    pub fn shown(self, property: TicketProperty, value: Signal<String>) -> Signal<String> {
        let field = self.field(property);
        Signal::derive(move || {
            let version = self.ticket.try_with(|t| t.row.version).unwrap_or_default();
            let shown = self.edits.shown(&field, version);
            shown.or_else(|| value.try_get()).unwrap_or_default()
        })
    }

    /// How setting `property` to `to` is taken back. None where nothing changes, and for custom
    /// fields and what is added but tags: it stands where it was typed.
    pub fn undo_of(self, property: &TicketProperty, to: &str) -> Option<Undo> {
        let holds = |property| self.holds(property);
        self.details.try_with_untracked(|d| undo_of(d, self.me, holds, property, to)).flatten()
    }

    /// The value that a change replaces; none for what holds over anything, such as a tag more.
    pub fn replaced(self, property: &TicketProperty) -> Option<String> {
        self.ticket.try_with_untracked(|t| replaced(t, property)).flatten()
    }
}
