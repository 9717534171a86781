//! Which fields the cards of the info pane show, in which order.

mod api;
mod editor;

use super::Config;
use crate::ui::action::on_done;
use crate::ui::toast::use_toasts;
use crate::ui::empty::{ErrorPanel, Skeleton};
use api::{Loaded, ResetCard, SaveCard, load_cards};
use editor::Editor;
use leptos::prelude::*;
use rapport_domain::card::Card;

#[component]
pub fn InfoPanePage() -> impl IntoView {
    view! {
        <Config title="Info pane" about="Choose which fields agents see beside every conversation, and in which order. It holds for everybody from the next page they open.">
            <Cards />
        </Config>
    }
}

#[component]
fn Cards() -> impl IntoView {
    let save = ServerAction::<SaveCard>::new();
    let reset = ServerAction::<ResetCard>::new();
    let toasts = use_toasts();
    on_done(save, move |()| toasts.say("Saved for everybody"), |_| {});
    on_done(reset, move |()| toasts.say("The default is back"), move |e| toasts.fail(e.to_string()));
    let source = move || (save.version().get(), reset.version().get());
    let loaded = Resource::new_blocking(source, |_| load_cards());
    view! {
        <Transition fallback=|| view! { <Skeleton rows=9 /> }>
            {move || loaded.get().map(|loaded| match loaded {
                Ok(loaded) => view! { <Editors loaded save reset /> }.into_any(),
                Err(error) => view! { <ErrorPanel error /> }.into_any(),
            })}
        </Transition>
    }
}

#[component]
fn Editors(loaded: Loaded, save: ServerAction<SaveCard>, reset: ServerAction<ResetCard>) -> impl IntoView {
    let loaded = StoredValue::new(loaded);
    [Card::Customer, Card::Account, Card::Ticket]
        .map(|card| view! { <Editor card loaded save reset /> }.into_any())
        .collect_view()
}
