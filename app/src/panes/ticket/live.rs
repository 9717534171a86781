//! The open ticket as it is now: fetched again after each change on the page.

use super::api::{EditTicket, RetrySend, UndoSend, open_ticket};
use super::life::IN_MENU;
use crate::live::{Changed, use_changed, use_fresh};
use crate::session::use_viewer;
use crate::ui::action::on_done;
use crate::ui::toast::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use rapport_domain::live::Hint;
use rapport_domain::message::{Delivery, TicketDetails};
use rapport_domain::ticket::Ticket;
use rapport_domain::{AppError, Cursor, CustomerId, MessageId, Permission, UserId};

/// What every part of the open ticket shares.
#[derive(Clone, Copy)]
pub(super) struct Live {
    pub details: RwSignal<TicketDetails>,
    pub ticket: Memo<Ticket>,
    pub number: i64,
    pub customer: CustomerId,
    /// Where the shown messages end, when earlier ones are read.
    pub before: Option<Cursor>,
    /// Editing in place, all properties through one function.
    pub edit: ServerAction<EditTicket>,
    /// Taking back what has not left, and sending again what failed.
    pub undo: ServerAction<UndoSend>,
    pub retry: ServerAction<RetrySend>,
    /// The text of a message that was taken back, for the composer.
    pub returned: RwSignal<Option<String>>,
    pub changed: Changed,
    pub may_write: bool,
    /// The one who reads.
    pub me: Option<UserId>,
    /// The property that was edited last.
    last: RwSignal<Option<String>>,
    /// Grows when this pane alone is to be fetched again.
    again: RwSignal<u32>,
    /// Counts fetches: an answer that was overtaken is dropped.
    fetch: StoredValue<u32>,
}

impl Live {
    pub fn new(details: TicketDetails, before: Option<Cursor>) -> Self {
        let viewer = use_viewer();
        let (number, customer) = (details.ticket.row.number, details.ticket.row.customer.id);
        let details = RwSignal::new(details);
        let edit = ServerAction::<EditTicket>::new();
        let changed = use_changed();
        let last = RwSignal::new(None);
        let (undo, retry) = (ServerAction::<UndoSend>::new(), ServerAction::<RetrySend>::new());
        let returned = RwSignal::new(None);
        Effect::new(move |_| {
            if let Some(input) = edit.input().get() {
                last.set(Some(input.property));
            }
        });
        // An edit that worked is a change of the page, this pane included.
        Effect::new(move |_| {
            if matches!(edit.value().get(), Some(Ok(()))) {
                changed.notify();
            }
        });
        Self {
            details,
            ticket: Memo::new(move |_| details.with(|d| d.ticket.clone())),
            number,
            customer,
            before,
            edit,
            undo,
            retry,
            returned,
            changed,
            may_write: viewer.as_ref().is_some_and(|v| v.may(Permission::Write)),
            me: viewer.map(|v| v.user),
            last,
            again: RwSignal::new(0),
            fetch: StoredValue::new(0),
        }
    }

    /// Fetches the ticket again whenever it was changed, here or elsewhere; the page goes with it
    /// to another customer.
    pub fn follow_changes(self) {
        let toasts = use_toasts();
        let undone = move |text| {
            self.returned.set(Some(text));
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
                    let fetched = open_ticket(None, self.number, self.before).await;
                    if self.fetch.try_get_value() != turn {
                        return;
                    }
                    match fetched {
                        Ok(details) if details.ticket.row.customer.id != self.customer => {
                            let customer = details.ticket.row.customer.id;
                            let href = format!("/customers/{customer}/tickets/{}", self.number);
                            navigate(&href, Default::default());
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

    /// The version that an editor sends back.
    pub fn version(self) -> i32 {
        self.ticket.with(|t| t.row.version)
    }

    /// What is wrong with the edit of `property`, to show beside it.
    pub fn error(self, property: &str) -> Option<String> {
        if self.last.with(|l| l.as_deref() != Some(property)) {
            return None;
        }
        self.failure().filter(|e| matches!(e, AppError::Invalid(_))).map(|e| e.to_string())
    }

    /// What to say above all properties: a conflict, no connection, what is wrong with a form
    /// in the menu; and without scripts, when nobody knows which form was sent, everything.
    pub fn general_error(self) -> Option<AppError> {
        let unplaced =
            self.last.with(|l| l.as_deref().is_none_or(|property| IN_MENU.contains(&property)));
        self.failure().filter(|e| unplaced || !matches!(e, AppError::Invalid(_)))
    }

    fn failure(self) -> Option<AppError> {
        match self.edit.value().get() {
            Some(Err(failure)) => Some(failure.0),
            _ => None,
        }
    }
}
