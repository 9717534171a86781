//! The info pane: who the customer is, the cards that an admin chose, and notes.
//!
//! It stands beside the timeline and beside every ticket. All of it comes with one
//! query ([`data`]); forms open in dialogs, or without JavaScript by `?edit=…`.

mod account;
mod api;
mod cards;
mod contact;
mod data;
mod details;
mod edit;
mod notes;

pub use cards::{CardRows, Fold};
pub use data::{CustomerName, UnknownCustomer, provide_info};
pub use edit::use_edit;
pub use notes::{Notes, Subjects};

use crate::profile_route::use_profile_route;
use crate::session::use_viewer;
use crate::ui::dialog::Dialog;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::page_title::PageTitle;
use account::AccountForm;
use contact::{Actions, Contact, ContactFields};
use data::use_info;
use details::DetailsForm;
use edit::{Edit, EditPlace};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rapport_domain::card::Card;
use rapport_domain::info::InfoPane as Pane;
use rapport_domain::{AppError, Permission};
use rapport_presentation::Icon as _;
use rapport_presentation::card::{Facts, resolve};

#[component]
pub fn InfoPane() -> impl IntoView {
    view! {
        <Transition fallback=|| view! { <aside class="pane info" aria-label="About this customer"><Skeleton /></aside> }>
            <Loaded />
        </Transition>
    }
}

#[component]
fn Loaded() -> impl IntoView {
    let info = use_info();
    // Keyed by the customer: another one gets another pane, with no word left in its forms;
    // the same one keeps pane and forms over each reload.
    let shown = move || info.get().and_then(Result::ok).map(|pane| pane.customer.id);
    let failed = move || match info.get() {
        // An unknown customer is told by the page as a whole.
        Some(Err(error)) if error.0 != AppError::NotFound => Some(error),
        _ => None,
    };
    view! {
        <For each=shown key=|id| *id let:_id><Content /></For>
        {move || failed().map(|error| view! {
            <aside class="pane info" aria-label="About this customer"><ErrorPanel error /></aside>
        })}
    }
}

#[component]
fn Content() -> impl IntoView {
    let info = use_info();
    let Some(first) = info.get_untracked() else { return ().into_any() };
    // The last data stays while this pane goes because another customer's came.
    let customer = first.customer.id;
    let pane = Memo::new(move |last: Option<&Pane>| match info.get() {
        Some(Ok(pane)) if pane.customer.id == customer => pane,
        _ => last.cloned().unwrap_or_else(|| first.clone()),
    });
    let name = Memo::new(move |_| pane.with(|p| p.customer.details.name.clone()));
    // Here for the server, which runs no effects; the effect follows later changes.
    info.name.set(name.get_untracked());
    Effect::new(move |_| info.name.set(name.get()));
    let notes = Memo::new(move |_| pane.with(|p| p.notes.clone()));
    let more = Memo::new(move |_| pane.with(|p| p.more_notes));
    let subjects = Memo::new(move |_| pane.with(Subjects::of));
    let (edit, route) = (use_edit(), use_profile_route());
    view! {
        // An open ticket gives the page its own title.
        <Show when=move || route.ticket.get().is_none()><PageTitle text=move || info.name.get() /></Show>
        <aside class="pane info" aria-label=move || format!("About {}", name.get())>
            {view! { <InlineForm pane edit /> }.into_any()}
            {view! { <Contact pane /> }.into_any()}
            {view! { <Actions pane edit /> }.into_any()}
            {view! { <ContactFields pane /> }.into_any()}
            {view! { <Cards pane edit /> }.into_any()}
            <Fold name="notes" title="Notes" icon="sticky-note">{view! { <Notes notes more subjects edit /> }.into_any()}</Fold>
        </aside>
        {view! { <Dialogs pane edit /> }.into_any()}
    }
    .into_any()
}

/// The form that the address asks for, above the rest of the pane.
#[component]
fn InlineForm(pane: Memo<Pane>, edit: EditPlace) -> impl IntoView {
    let writes = use_viewer().is_some_and(|v| v.may(Permission::CustomersWrite));
    let navigate = use_navigate();
    let close = Callback::new(move |()| navigate(&edit.back(), NavigateOptions::default()));
    move || match edit.open.get() {
        Some(Edit::Details) if writes => view! {
            <section class="pane-form">
                <h2>"Edit details"</h2>
                <DetailsForm pane edit inline=true close />
            </section>
        }
        .into_any(),
        Some(Edit::Account) if writes => view! {
            <section class="pane-form">
                <h2>"Account"</h2>
                <AccountForm pane edit inline=true close />
            </section>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn Dialogs(pane: Memo<Pane>, edit: EditPlace) -> impl IntoView {
    let close = Callback::new(move |()| {
        edit.details.set(false);
        edit.account.set(false);
    });
    view! {
        <Dialog title="Edit details" open=edit.details><DetailsForm pane edit inline=false close /></Dialog>
        <Dialog title="Account" open=edit.account><AccountForm pane edit inline=false close /></Dialog>
    }
}

/// The rows of one card, recomputed with the data.
fn rows(pane: Memo<Pane>, card: Card) -> Memo<Vec<rapport_presentation::card::CardRow>> {
    Memo::new(move |_| {
        pane.with(|pane| {
            let facts: Option<&dyn Facts> = match card {
                Card::Ticket => pane.ticket.as_ref().map(|t| t as &dyn Facts),
                Card::Customer => Some(&pane.customer),
                Card::Account => pane.account.as_ref().map(|a| a as &dyn Facts),
            };
            resolve(card, &pane.cards.layout(card).fields, &pane.cards.custom, facts)
        })
    })
}

#[component]
fn Cards(pane: Memo<Pane>, edit: EditPlace) -> impl IntoView {
    let has_ticket = Memo::new(move |_| pane.with(|p| p.ticket.is_some()));
    let has_account = Memo::new(move |_| pane.with(|p| p.account.is_some()));
    let link = move || {
        view! {
            <p class="card-empty">
                "Not linked to an account. "
                <a href=move || edit.href(Edit::Account) on:click=edit.open_dialog(edit.account)>"Link one"</a>
            </p>
        }
    };
    view! {
        <Show when=move || has_ticket.get()>
            <Fold name="ticket" title="Ticket" icon=Card::Ticket.icon()>
                <CardRows card=Card::Ticket rows=rows(pane, Card::Ticket) />
            </Fold>
        </Show>
        <Fold name="customer" title="Customer" icon=Card::Customer.icon()>
            <CardRows card=Card::Customer rows=rows(pane, Card::Customer) />
        </Fold>
        <Fold name="account" title="Account" icon=Card::Account.icon()>
            <Show when=move || has_account.get() fallback=link>
                <CardRows card=Card::Account rows=rows(pane, Card::Account) />
            </Show>
        </Fold>
    }
}
