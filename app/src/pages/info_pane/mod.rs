//! Which fields the cards of the info pane show, in which order.

mod api;
mod editor;

use crate::Failure;
use crate::config_frame::Config;
use crate::page_data::{PageData, page_data};
use crate::page_table::INFO_PANE;
use crate::ui::action::on_done;
use crate::ui::empty::{ErrorPanel, Skeleton};
use crate::ui::field::FormError;
use crate::ui::page_title::PageTitle;
use crate::ui::toast::use_toasts;
use api::{Loaded, ResetCard, SaveCard, load_cards};
use editor::Editor;
use leptos::prelude::*;
use rapport_domain::card::Card;

#[component]
pub fn InfoPanePage() -> impl IntoView {
    view! {
        <PageTitle text=INFO_PANE.title />
        <Config title=INFO_PANE.title about="Choose which fields agents see beside every conversation, and in which order. Changes apply to everybody from the next page they open.">
            <Cards />
        </Config>
    }
}

#[component]
fn Cards() -> impl IntoView {
    let save = ServerAction::<SaveCard>::new();
    let reset = ServerAction::<ResetCard>::new();
    let toasts = use_toasts();
    on_done(save, move |_| toasts.say("Saved for everybody"), |_| {});
    on_done(
        reset,
        move |()| toasts.say("Reset to the default"),
        move |e| toasts.fail(e.to_string()),
    );
    // Once: each editor follows what it saves itself, and the others keep their drafts.
    let loaded = page_data(|| (), |()| load_cards());
    let sent = RwSignal::new(None);
    // Without JavaScript the answer comes with a new page, which sent nothing itself.
    let refused = Signal::derive(move || {
        let error = save.value().get().and_then(Result::err);
        error.filter(|_| sent.get().is_none()).map(|e| e.to_string())
    });
    view! {
        <FormError message=refused />
        <Transition fallback=|| view! { <Skeleton rows=9 /> }>
            {move || loaded.get().and_then(Result::err).map(|error| view! { <ErrorPanel error /> })}
            <Editors loaded save reset sent />
        </Transition>
    }
}

#[component]
fn Editors(
    loaded: PageData<Result<Loaded, Failure>>,
    save: ServerAction<SaveCard>,
    reset: ServerAction<ResetCard>,
    sent: RwSignal<Option<Card>>,
) -> impl IntoView {
    let cards = move || {
        let Some(Ok(loaded)) = loaded.get() else { return Vec::new() };
        let card = |card| (card, loaded.clone());
        [Card::Customer, Card::Account, Card::Ticket].map(card).to_vec()
    };
    view! {
        <For each=cards key=|(card, _)| card.as_str() let((card, loaded))>
            {view! { <Editor card loaded=StoredValue::new(loaded) save reset sent /> }.into_any()}
        </For>
    }
}
