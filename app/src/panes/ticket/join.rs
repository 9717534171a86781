//! Merging the ticket into another, and moving it to another customer: forms with suggestions.

use super::api::{MoveTicket, move_ticket, suggest_customers, suggest_tickets};
use super::edit::EditForm;
use super::state::TicketState;
use crate::profile_route::use_profile_route;
use crate::ui::action::on_done;
use crate::ui::combobox::Combobox;
use crate::ui::dialog::Dialog;
use crate::ui::field::FormError;
use crate::ui::icon::Icon;
use crate::ui::toast::use_toasts;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rapport_domain::ticket::TicketProperty;
use rapport_domain::{AppError, CustomerId};

/// Which of the two forms is open.
#[derive(Clone, Copy)]
pub(super) struct Joining {
    merge: RwSignal<bool>,
    give: RwSignal<bool>,
}

impl Joining {
    pub fn new() -> Self {
        Self { merge: RwSignal::new(false), give: RwSignal::new(false) }
    }
}

/// The two entries of the ticket's menu. Without scripts each unfolds a form with a plain field.
#[component]
pub(super) fn JoinActions(state: TicketState, joining: Joining) -> impl IntoView {
    let give = ServerAction::<MoveTicket>::new();
    view! {
        <button type="button" class="scripted" on:click=move |_| joining.merge.set(true)><Icon name="git-merge" />"Merge into…"</button>
        <button type="button" class="scripted" on:click=move |_| joining.give.set(true)><Icon name="user" />"Move to another customer…"</button>
        <details class="menu-more unscripted" data-popup="">
            <summary><Icon name="git-merge" />"Merge into…"</summary>
            <EditForm state property=TicketProperty::Merge>
                <input class="input" name="value" required=true maxlength=20 autocomplete="off" aria-label="Number of the ticket to merge into" placeholder="#1042" />
                <button type="submit" class="btn">"Merge"</button>
            </EditForm>
        </details>
        <details class="menu-more unscripted" data-popup="">
            <summary><Icon name="user" />"Move to another customer…"</summary>
            <ActionForm action=give attr:class="edit">
                <input type="hidden" name="number" value=state.number />
                <input class="input" name="customer" required=true maxlength=254 autocomplete="off" aria-label="E-mail or ID of the customer" placeholder="Their e-mail or ID" />
                <button type="submit" class="btn">"Move"</button>
            </ActionForm>
        </details>
    }
}

/// The forms themselves. They stand beside the menu: in it they would close with it.
#[component]
pub(super) fn JoinDialogs(state: TicketState, joining: Joining) -> impl IntoView {
    let (route, navigate) = (use_profile_route(), use_navigate());
    // The messages are in the other ticket now, and so is the reader.
    state.edits.on_done(state.number, move |edit| {
        if edit.field.1 == TicketProperty::Merge {
            joining.merge.set(false);
            if let Ok(into) = number(&edit.value).parse() {
                navigate(&route.ticket_href(into), Default::default());
            }
        }
    });
    // A form that is opened again does not start with what was wrong before.
    let field = StoredValue::new(state.field(TicketProperty::Merge));
    Effect::new(move |_| {
        if !joining.merge.get() {
            state.edits.give_up(&field.get_value());
        }
    });
    let n = state.number;
    view! {
        <Dialog title=format!("Merge #{n} into another ticket") open=joining.merge>
            <MergeForm state open=joining.merge />
        </Dialog>
        <Dialog title=format!("Move #{n} to another customer") open=joining.give>
            <MoveForm state open=joining.give />
        </Dialog>
    }
}

fn number(typed: &str) -> &str {
    typed.trim().trim_start_matches('#')
}

#[component]
fn MergeForm(state: TicketState, open: RwSignal<bool>) -> impl IntoView {
    let (own, customer) = (state.number, state.customer);
    let field = StoredValue::new(state.field(TicketProperty::Merge));
    // The queue outlives this form, and may change once it is gone.
    let refused = move || field.try_with_value(|f| state.edits.refused(f)).flatten();
    let error = Signal::derive(move || refused().map(|e| e.to_string()));
    let pending = move || field.try_with_value(|f| state.edits.is_pending(f)).unwrap_or_default();
    view! {
        <EditForm state property=TicketProperty::Merge class="form">
            <Combobox
                name="value"
                label="Ticket of the same customer"
                placeholder="Number or subject"
                hint=format!("All messages of #{own} move there, and #{own} is closed. You can undo it.")
                maxlength=200
                error
                find=move |typed: String| suggest_tickets(customer, own, typed)
            />
            <div class="form-actions">
                <button class="btn quiet" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn primary" type="submit" aria-disabled=move || pending().to_string()>"Merge"</button>
            </div>
        </EditForm>
    }
}

#[component]
fn MoveForm(state: TicketState, open: RwSignal<bool>) -> impl IntoView {
    let give = ServerAction::<MoveTicket>::new();
    let (toasts, navigate) = (use_toasts(), use_navigate());
    let (number, from) = (state.number, state.customer);
    let follow = move |customer: CustomerId| {
        // In place of the address that leads nowhere now.
        let replace = NavigateOptions { replace: true, ..Default::default() };
        navigate(&format!("/customers/{customer}/tickets/{number}"), replace);
    };
    let back = follow.clone();
    let moved = move |to| {
        open.set(false);
        follow(to);
        let back = back.clone();
        toasts.undoable(format!("Moved #{number} to another customer"), move || {
            let back = back.clone();
            spawn_local(async move {
                match move_ticket(number, from.to_string()).await {
                    Ok(customer) => back(customer),
                    Err(error) => toasts.fail(error.to_string()),
                }
            });
        });
    };
    // What was refused shows in the form.
    on_done(give, moved, |_| ());
    // Its answer comes while the page goes to the other customer.
    let answer = give.value();
    let failed = move || answer.try_get().flatten().and_then(Result::err).map(|failure| failure.0);
    let beside = Signal::derive(move || failed()?.field("customer").map(String::from));
    let whole = Signal::derive(move || {
        failed().filter(|e| !matches!(e, AppError::Invalid(_))).map(|e| e.to_string())
    });
    let customer = state.customer;
    view! {
        <ActionForm action=give attr:class="form">
            <FormError message=whole />
            <input type="hidden" name="number" value=state.number />
            <Combobox
                name="customer"
                label="Customer"
                placeholder="Name, e-mail or ID"
                hint="The ticket's timeline events move with it."
                maxlength=254
                error=beside
                find=move |typed: String| suggest_customers(customer, typed)
            />
            <div class="form-actions">
                <button class="btn quiet" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn primary" type="submit" aria-disabled=move || give.pending().get().to_string()>"Move"</button>
            </div>
        </ActionForm>
    }
}
