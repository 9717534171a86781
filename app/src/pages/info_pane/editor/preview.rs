//! What the card will look like.

use super::Draft;
use crate::panes::info::CardRows;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::card::Card;
use rapport_presentation::Icon as _;
use rapport_presentation::card::{CardRow, Facts, resolve};

/// The card itself, with a real customer's values.
#[component]
pub(super) fn Preview(draft: Draft) -> impl IntoView {
    let card = draft.card;
    let rows: Memo<Vec<CardRow>> = Memo::new(move |_| {
        let fields = draft.fields.get();
        draft.loaded.with_value(|loaded| {
            let sample = loaded.sample.as_ref();
            let facts: Option<&dyn Facts> = match card {
                Card::Ticket => sample.and_then(|s| s.ticket.as_ref()).map(|t| t as &dyn Facts),
                Card::Customer => sample.map(|s| &s.customer as &dyn Facts),
                Card::Account => sample.and_then(|s| s.account.as_ref()).map(|a| a as &dyn Facts),
            };
            resolve(card, &fields, &loaded.config.custom, facts)
        })
    });
    let of = draft.loaded.with_value(|loaded| {
        let Some(sample) = &loaded.sample else {
            return "There is no customer yet; values show as soon as there is one.".to_string();
        };
        let name = &sample.customer.details.name;
        match card {
            Card::Customer => format!("With the values of {name}, who was active last."),
            Card::Account => match &sample.account {
                Some(account) => format!("With the values of {}.", account.details.name),
                None => format!("{name}, who was active last, has no account: values stay empty."),
            },
            Card::Ticket => match &sample.ticket {
                Some(ticket) => format!("With the values of ticket #{}.", ticket.number),
                None => format!("{name}, who was active last, has no ticket: values stay empty."),
            },
        }
    });
    view! {
        <aside class="card-preview" aria-label=format!("Preview of the {} card", card.as_str())>
            <div class="info-card">
                <h3 class="card-preview-title"><Icon name=card.icon() />{card.label()}</h3>
                <CardRows card rows all=true />
            </div>
            <p class="hint">{of} " Empty lines (—) are left out on the page."</p>
        </aside>
    }
}
