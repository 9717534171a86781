//! The fields of the card: those that show, to be put in order, and the others.

use super::Draft;
use crate::ui::icon::Icon;
use leptos::prelude::*;
use rapport_domain::card::CUSTOM;

#[component]
pub(super) fn Chosen(draft: Draft) -> impl IntoView {
    let fields = draft.fields;
    let rows = move || fields.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <fieldset class="card-fields chosen">
            <legend>"Shown, in this order"</legend>
            <Show when=move || fields.with(Vec::is_empty)>
                <p class="card-drop" on:dragover=|ev| ev.prevent_default() on:dragenter=move |ev| draft.drag_over(&ev, 0)>
                    "Nothing is shown. Add fields from the list."
                </p>
            </Show>
            <ol on:dragover=|ev| ev.prevent_default() on:drop=move |ev| {
                ev.prevent_default();
                draft.dragged.set(None);
            }>
                <For each=rows key=|(_, key)| key.clone() let((_, key))>
                    <ChosenRow draft key />
                </For>
            </ol>
        </fieldset>
    }
}

#[component]
fn ChosenRow(draft: Draft, key: String) -> impl IntoView {
    let label = draft.label(&key);
    let key = StoredValue::new(key);
    let at =
        Memo::new(move |_| draft.fields.with(|f| f.iter().position(|k| *k == key.get_value())));
    let last = move || draft.fields.with(|f| at.get().is_some_and(|at| at + 1 == f.len()));
    let dragged =
        move || draft.dragged.with(|d| d.as_ref().is_some_and(|(k, _)| *k == key.get_value()));
    let grip = StoredValue::new(draft.grip_id(&key.get_value()));
    let to_grip = move || format!("#{}", grip.get_value());
    let custom = key.with_value(|k| k.starts_with(CUSTOM));
    view! {
        <li
            class="card-field"
            draggable="true"
            data-dragged=move || dragged().then_some("")
            on:dragstart=move |ev| start_drag(draft, &key.get_value(), &ev)
            on:dragenter=move |ev| draft.drag_over(&ev, at.get_untracked().unwrap_or(0))
            on:dragend=move |ev| end_drag(draft, &ev)
        >
            <button
                class="icon-btn grip"
                type="button"
                id=grip.get_value()
                title="Drag, or use the arrow keys"
                aria-label=format!("Move {label}: arrow keys")
                on:keydown=move |ev| {
                    let what = match ev.key().as_str() {
                        "ArrowUp" => "up",
                        "ArrowDown" => "down",
                        "Delete" => "remove",
                        _ => return,
                    };
                    ev.prevent_default();
                    draft.step(what, &key.get_value(), to_grip());
                }
            >
                <Icon name="grip-vertical" />
            </button>
            <span class="card-label">{label.clone()}</span>
            {custom.then(|| view! { <span class="tag">"Custom"</span> })}
            <span class="card-tools">
                <StepButton draft what="up" key icon="arrow-up" label=format!("Move {label} up") disabled=Signal::derive(move || at.get() == Some(0)) />
                <StepButton draft what="down" key icon="arrow-down" label=format!("Move {label} down") disabled=Signal::derive(last) />
                <StepButton draft what="remove" key icon="x" label=format!("Remove {label}") disabled=Signal::stored(false) />
            </span>
        </li>
    }
}

/// A button that takes a step: at once in the draft, or without JavaScript by sending the form.
#[component]
fn StepButton(
    draft: Draft,
    what: &'static str,
    key: StoredValue<String>,
    icon: &'static str,
    label: String,
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = key.with_value(|k| format!("{}-{what}", draft.grip_id(k)));
    let own = StoredValue::new(format!("#{id}"));
    view! {
        <button
            class="icon-btn"
            type="submit"
            id=id
            name="step"
            value=key.with_value(|k| format!("{what}:{k}"))
            title=label.clone()
            aria-label=label
            disabled=disabled
            on:click=move |ev| {
                ev.prevent_default();
                let key = key.get_value();
                // At an end the button is off: the grip still takes the next key.
                let grip = format!("#{}", draft.grip_id(&key));
                let next = match what {
                    "up" | "down" => format!("{}:not(:disabled), {grip}", own.get_value()),
                    _ => grip,
                };
                draft.step(what, &key, next);
            }
        >
            <Icon name=icon />
        </button>
    }
}

#[component]
pub(super) fn Others(draft: Draft) -> impl IntoView {
    let choices = StoredValue::new(draft.loaded.with_value(|l| l.config.choices(draft.card)));
    let others = move || {
        let chosen = draft.fields.get();
        choices.get_value().into_iter().filter(|(key, _)| !chosen.contains(key)).collect::<Vec<_>>()
    };
    view! {
        <fieldset class="card-fields others">
            <legend>"Not shown"</legend>
            <ul>
                <For each=others key=|(key, _)| key.clone() let((key, label))>
                    <OtherRow draft key label />
                </For>
            </ul>
            <Show when=move || others().is_empty()><p class="hint">"Every field is shown."</p></Show>
            <a class="hint" href="/settings/custom-fields" rel="external">"Add a custom field"</a>
        </fieldset>
    }
}

#[component]
fn OtherRow(draft: Draft, key: String, label: String) -> impl IntoView {
    let custom = key.starts_with(CUSTOM);
    let key = StoredValue::new(key);
    view! {
        <li
            class="card-field"
            draggable="true"
            on:dragstart=move |ev| start_drag(draft, &key.get_value(), &ev)
            on:dragend=move |ev| end_drag(draft, &ev)
        >
            <span class="card-label">{label.clone()}</span>
            {custom.then(|| view! { <span class="tag">"Custom"</span> })}
            <span class="card-tools">
                <StepButton draft what="add" key icon="plus" label=format!("Show {label}") disabled=Signal::stored(false) />
            </span>
        </li>
    }
}

fn start_drag(draft: Draft, key: &str, ev: &web_sys::DragEvent) {
    if let Some(data) = ev.data_transfer() {
        // Firefox starts no drag without data.
        let _ = data.set_data("text/plain", key);
        data.set_effect_allowed("move");
    }
    draft.dragged.set(Some((key.into(), draft.fields.get_untracked())));
}

/// Escape, or a drop outside the list, puts the old order back.
fn end_drag(draft: Draft, ev: &web_sys::DragEvent) {
    let called_off = ev.data_transfer().is_some_and(|data| data.drop_effect() == "none");
    if let (true, Some((_, before))) = (called_off, draft.dragged.get_untracked()) {
        draft.fields.set(before);
    }
    draft.dragged.set(None);
}
