//! From one ticket to the next: through the inbox view one came from, else the customer's own.

use crate::origin::{Origin, as_left, use_origin};
use crate::panes::tickets::next_open::next_open;
use crate::preferences::{Preferred, use_preferences};
use crate::ui::after_paint::after_paint;
use crate::ui::icon::Icon;
use crate::ui::toast::{Toasts, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_router::location::State;
use rapport_domain::CustomerId;
use rapport_domain::preferences::{AfterSend, Choice};

/// The way on from a ticket; take it with [`use_onward`].
#[derive(Clone, Copy)]
pub struct Onward {
    origin: Origin,
    preferred: Preferred,
    toasts: Toasts,
    go: Callback<(String, State)>,
}

/// The way on, for as long as the component lives.
pub fn use_onward() -> Onward {
    let navigate = use_navigate();
    let go = Callback::new(move |(href, state): (String, State)| {
        let navigate = navigate.clone();
        after_paint(move || {
            // In the place of the ticket that is left: Back leads to the list, however far one walked.
            navigate(&href, NavigateOptions { replace: true, state, ..Default::default() });
        });
    });
    Onward { origin: use_origin(), preferred: use_preferences(), toasts: use_toasts(), go }
}

impl Onward {
    /// Whether a ticket was reached from a view of the inbox.
    pub fn is_in_view(self, number: i64) -> bool {
        untrack(|| self.origin.position(number)).is_some()
    }

    /// The ticket was answered, and goes on to where its reader wants to be then. `left` says that
    /// it is closed, asleep or spam now. Answers whether the page is being left.
    pub fn done(self, customer: CustomerId, number: i64, left: bool) -> bool {
        let in_view = self.is_in_view(number);
        if left {
            self.origin.leave_out(number);
        }
        match self.preferred.get_untracked().after_send {
            AfterSend::Next if in_view => self.next(number),
            // Without a view an answered ticket stays until it is done with.
            AfterSend::Next if left => self.next_of_customer(customer, number),
            AfterSend::Back if in_view => self.back(Some(number)),
            _ => return false,
        }
        true
    }

    /// The view's ticket after this one.
    pub fn next(self, number: i64) {
        spawn_local(async move {
            match self.origin.find_next(number).await {
                Ok(Some(stop)) => self.to(stop.href()),
                Ok(None) => {
                    self.toasts.say("That was the last one");
                    self.back(Some(number));
                }
                Err(error) => self.toasts.fail(error.to_string()),
            }
        });
    }

    /// The view's ticket before this one.
    pub fn previous(self, number: i64) {
        spawn_local(async move {
            match self.origin.find_previous(number).await {
                Ok(Some(stop)) => self.to(stop.href()),
                Ok(None) => self.toasts.say("This is the first one"),
                Err(error) => self.toasts.fail(error.to_string()),
            }
        });
    }

    /// Back to the view as it was left, with the cursor on this ticket.
    pub fn back(self, number: Option<i64>) {
        if let Some(href) = untrack(|| self.origin.back_href()) {
            let cursor = number.map(|number| self.origin.cursor(number));
            self.go.try_run((href, as_left(cursor)));
        }
    }

    fn to(self, href: String) {
        self.go.try_run((href, State::default()));
    }

    /// Whether there is a view to go back to.
    pub fn has_view(self) -> bool {
        untrack(|| self.origin.back_href()).is_some()
    }

    /// The customer's next open ticket; without one the page stays.
    fn next_of_customer(self, customer: CustomerId, number: i64) {
        spawn_local(async move {
            // That there is none, or none is known, leaves everything as it is.
            if let Ok(Some(next)) = next_open(customer, number).await {
                self.to(format!("/customers/{customer}/tickets/{next}"));
            }
        });
    }
}

/// Where a ticket stands in the view one came from, and the way to its neighbours.
#[component]
pub fn Walk(number: i64) -> impl IntoView {
    let (onward, origin) = (use_onward(), use_origin());
    move || {
        let position = origin.position(number)?;
        let more = if position.more { "+" } else { "" };
        // What left the view has no place in it, and its neighbours still have.
        let of = match position.gone {
            true => format!("{}{more} left", position.of),
            false => format!("{} of {}{more}", position.place, position.of),
        };
        let first = origin.previous_of(number).is_none() && !position.earlier;
        let last = origin.next_of(number).is_none() && !position.later;
        Some(view! {
            <span class="walk">
                <button class="icon-btn" type="button" title="Previous ticket (k)" aria-label="Previous ticket of the view" disabled=first on:click=move |_| onward.previous(number)><Icon name="chevron-left" /></button>
                <span class="num muted">{of}</span>
                <button class="icon-btn" type="button" title="Next ticket (j)" aria-label="Next ticket of the view" disabled=last on:click=move |_| onward.next(number)><Icon name="chevron-right" /></button>
            </span>
        })
    }
}

/// What comes after an answer, to choose where answers are sent.
#[component]
pub fn AfterSendChoice() -> impl IntoView {
    let preferred = use_preferences();
    let choices = AfterSend::ALL.iter().map(|choice| {
        let chosen = move || preferred.get().after_send == *choice;
        view! {
            <button type="button" aria-pressed=move || chosen().to_string() on:click=move |_| preferred.choose(Choice::AfterSend(*choice))>
                <Icon name="check" />
                {choice.label()}
            </button>
        }
    });
    view! {
        <div class="after-send scripted" role="group" aria-label="Afterwards">
            <p class="menu-head">"Afterwards"</p>
            {choices.collect_view()}
        </div>
    }
    .into_any()
}
