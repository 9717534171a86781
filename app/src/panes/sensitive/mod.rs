//! Sensitive values, wherever a custom field shows: dots, and for whoever may see it a button that asks
//! the server for the value, which then stands there for a while.

mod api;

use crate::session::use_viewer;
use crate::ui::copyable::{CopyButton, breakable};
use crate::ui::icon::Icon;
use crate::ui::toast::use_toasts;
use api::reveal_field;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::Permission;
use rapport_domain::fields::{HIDDEN, NOT_YOURS_TO_CHANGE};
use rapport_presentation::card::{CardValue, HiddenValue, RowKind, card_value};
use std::time::Duration;

/// How long a value shows.
const SHOWN_FOR: Duration = Duration::from_secs(30);

/// What those read who get no button.
const WHO: &str =
    "Hidden: this field is sensitive. Only roles that may see sensitive fields can show it.";

/// Whether the reader may look at sensitive values.
pub fn may_see() -> bool {
    use_viewer().is_some_and(|viewer| viewer.may(Permission::CustomersSensitive))
}

/// A value that is there and does not show.
#[component]
pub fn Dots(
    /// Why, for those who get no button.
    #[prop(optional)]
    title: Option<&'static str>,
) -> impl IntoView {
    view! {
        <span class="dots" title=title>
            <span aria-hidden="true">{HIDDEN}</span>
            <span class="visually-hidden">"Hidden"</span>
        </span>
    }
}

/// The same with the button, for those who may see it.
#[component]
pub fn Hidden(value: HiddenValue, #[prop(into)] label: String) -> impl IntoView {
    if !may_see() {
        return view! { <Dots title=WHO /> }.into_any();
    }
    let toasts = use_toasts();
    let shown = RwSignal::new(None::<CardValue>);
    let asked = RwSignal::new(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let hide = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        shown.try_set(None);
    };
    let show = move || {
        let HiddenValue { owner, key, kind } = value.clone();
        asked.set(true);
        spawn_local(async move {
            let answer = reveal_field(owner, key).await;
            asked.try_set(false);
            match answer {
                // Whoever went on meanwhile does not want it any more.
                Ok(value) if shown.is_disposed() => drop(value),
                Ok(value) => {
                    let nothing = CardValue { text: "No value".into(), kind: RowKind::Plain };
                    shown.set(Some(card_value(kind, &value).unwrap_or(nothing)));
                    let handle = set_timeout_with_handle(hide, SHOWN_FOR);
                    timer.set_value(handle.ok());
                }
                Err(error) => toasts.fail(error.to_string()),
            }
        });
    };
    // A page that is left stays in the browser's memory for the way back.
    Effect::new(move |_| {
        let left = window_event_listener_untyped("pagehide", move |_| hide());
        on_cleanup(move || {
            left.remove();
            hide();
        });
    });
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    let name = label.clone();
    let action = move || format!("{} {name}", if is_shown.get() { "Hide" } else { "Show" });
    let toggle = move |_| match (is_shown.get_untracked(), asked.get_untracked()) {
        (true, _) => hide(),
        (false, false) => show(),
        // The answer is on its way.
        (false, true) => {}
    };
    let copied = StoredValue::new(label);
    view! {
        <span class="sensitive">
            // Read out when it changes.
            <output class="value">
                {move || match shown.get() {
                    Some(value) => open(value),
                    None => view! { <Dots /> }.into_any(),
                }}
            </output>
            {move || shown.get().map(|value| view! { <CopyButton value=value.text label=copied.get_value() sensitive=true /> })}
            <button class="show" type="button" aria-label=action aria-busy=move || asked.get().then_some("true") on:click=toggle>
                {move || if is_shown.get() { "Hide" } else { "Show" }}
            </button>
        </span>
    }
    .into_any()
}

fn open(value: CardValue) -> AnyView {
    match value.kind {
        RowKind::Link(href) if href.starts_with("http") => {
            view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">{breakable(&value.text)}</a> }.into_any()
        }
        _ => breakable(&value.text),
    }
}

/// In a form of somebody who may not see the field: it stays as it is.
#[component]
pub fn Untouchable(label: String, is_set: bool) -> impl IntoView {
    view! {
        <div class="field-row">
            <span class="field-label">{label}</span>
            <span class="untouchable">{if is_set { view! { <Dots title=WHO /> }.into_any() } else { "Not set".into_any() }}</span>
            <span class="field-help">{NOT_YOURS_TO_CHANGE}</span>
        </div>
    }
}

/// The mark of a sensitive field.
#[component]
pub fn Lock() -> impl IntoView {
    view! {
        <span class="lock" title="Sensitive"><Icon name="lock" /><span class="visually-hidden">"Sensitive"</span></span>
    }
}
