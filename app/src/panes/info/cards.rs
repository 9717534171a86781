//! Cards: the fields that an admin chose, with copy on each value.

use crate::panes::sensitive::Hidden;
use crate::ui::copyable::{CopyField, breakable};
use crate::ui::icon::Icon;
use crate::ui::time::{Time, TimeStyle};
use leptos::html::Details;
use leptos::prelude::*;
use rapport_domain::card::Card;
use rapport_presentation::card::{CardRow, CardValue, RowKind, Tone};

/// A foldable part of the pane; whether it is folded is remembered in this browser.
#[component]
pub fn Fold(
    /// Names the part in the browser's memory.
    name: &'static str,
    title: &'static str,
    icon: &'static str,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let key = format!("rapport.fold.{name}");
    let stored = key.clone();
    Effect::new(move |_| {
        let Some(details) = node.get() else { return };
        let folded = storage().and_then(|s| s.get_item(&stored).ok().flatten());
        if folded.is_some() {
            details.set_open(false);
        }
    });
    let remember = move |_| {
        let (Some(details), Some(storage)) = (node.get_untracked(), storage()) else { return };
        // A full or forbidden storage only means that the fold is forgotten.
        let _ =
            if details.open() { storage.remove_item(&key) } else { storage.set_item(&key, "1") };
    };
    view! {
        <details class="info-card" open node_ref=node on:toggle=remember>
            <summary>
                <Icon name=icon />
                <h2>{title}</h2>
                <span class="fold-mark"><Icon name="chevron-down" /></span>
            </summary>
            {children()}
        </details>
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// The lines of a card. Empty ones are left out, or with `all` shown as a dash.
#[component]
pub fn CardRows(
    card: Card,
    #[prop(into)] rows: Signal<Vec<CardRow>>,
    #[prop(optional)] all: bool,
) -> impl IntoView {
    move || {
        let shown: Vec<_> =
            rows.get().into_iter().filter(|row| all || row.value.is_some()).collect();
        if shown.is_empty() {
            return view! { <p class="card-empty">{nothing(card)}</p> }.into_any();
        }
        let rows = shown.into_iter().map(|row| view! { <CardLine row /> }).collect_view();
        view! { <dl class="fields">{rows}</dl> }.into_any()
    }
}

fn nothing(card: Card) -> &'static str {
    match card {
        Card::Ticket => "None of the chosen ticket fields has a value.",
        Card::Customer => "None of the chosen customer fields has a value.",
        Card::Account => "None of the chosen account fields has a value.",
    }
}

#[component]
fn CardLine(row: CardRow) -> impl IntoView {
    let Some(value) = row.value else {
        return view! {
            <div class="field unset">
                <dt>{row.label}</dt>
                <dd>"—"</dd>
            </div>
        }
        .into_any();
    };
    if let RowKind::Hidden(hidden) = value.kind {
        let label = row.label.clone();
        return view! { <div class="field"><dt>{row.label}</dt><dd><Hidden value=hidden label /></dd></div> }
            .into_any();
    }
    let text = value.text.clone();
    view! { <CopyField label=row.label value=text>{shown(value)}</CopyField> }.into_any()
}

/// A value as it is shown. Links that are no web address are followed by the browser itself: phone
/// numbers need it.
fn shown(value: CardValue) -> AnyView {
    match value.kind {
        // A hidden value has a line of its own.
        RowKind::Plain | RowKind::Hidden(_) => breakable(&value.text),
        RowKind::Moment(at) => view! { <Time at style=TimeStyle::Row /> }.into_any(),
        RowKind::Pill(tone) => view! { <span class=pill(tone)>{value.text}</span> }.into_any(),
        RowKind::Tags(tags) => {
            tags.into_iter().map(|tag| view! { <span class="tag">{tag}</span> }).collect_view().into_any()
        }
        RowKind::Link(href) if href.starts_with("http") => {
            view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">{breakable(&value.text)}</a> }.into_any()
        }
        RowKind::Link(href) => view! { <a href=href rel="external">{breakable(&value.text)}</a> }.into_any(),
    }
}

fn pill(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "pill ok",
        Tone::Warning => "pill pending",
        Tone::Bad => "pill bad",
        Tone::Neutral => "pill closed",
    }
}
