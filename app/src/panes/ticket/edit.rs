//! Editing in place: a value that is its own form.
//!
//! With scripts a choice is saved as soon as it is made; without them each form shows a
//! Save button while it has the focus. Each form carries the version it was made from.

use super::live::Live;
use super::typing::Typing;
use crate::ui::icon::Icon;
use leptos::form::ActionForm;
use leptos::html::{Details, Form};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The form around one property. `property` says what the value called `value` means.
#[component]
pub(super) fn EditForm(
    live: Live,
    #[prop(into)] property: String,
    #[prop(optional)] class: &'static str,
    /// Where words are typed, the version that they are written over.
    #[prop(optional)]
    typing: Option<Typing>,
    children: Children,
) -> impl IntoView {
    view! {
        <ActionForm action=live.edit attr:class=format!("edit {class}")>
            <input type="hidden" name="number" value=live.number />
            <input type="hidden" name="version" value=move || typing.map_or_else(|| live.version(), Typing::version) />
            <input type="hidden" name="property" value=property />
            {children()}
        </ActionForm>
    }
}

/// One choice of a [`Choose`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A value chosen from a list, shown as text until it is pointed at.
#[component]
pub(super) fn Choose(
    live: Live,
    #[prop(into)] property: String,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(into)] value: Signal<String>,
) -> impl IntoView {
    let options = choices
        .into_iter()
        .map(|choice| {
            let own = choice.value.clone();
            view! {
                <option value=choice.value selected=move || value.get() == own>{choice.label}</option>
            }
        })
        .collect_view();
    let again = property.clone();
    view! {
        <EditForm live property=property.clone()>
            <select
                name="value"
                aria-label=label
                aria-invalid=error_of(live, property)
                prop:value=move || value.get()
                on:change=move |ev| submit(&ev)
            >
                {options}
            </select>
            <SaveButton />
        </EditForm>
        <EditError live property=again />
    }
}

/// A value typed in, shown as text until it is pointed at; saved on leaving or Enter.
#[component]
pub(super) fn Type(
    live: Live,
    #[prop(into)] property: String,
    #[prop(into)] label: String,
    kind: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(optional)] maxlength: Option<usize>,
) -> impl IntoView {
    let again = property.clone();
    let typing = Typing::new(live, value);
    let text = move || typing.text.get();
    view! {
        <EditForm live property=property.clone() typing>
            <input
                name="value"
                type=kind
                step=(kind == "number").then_some("any")
                aria-label=label
                aria-invalid=error_of(live, property)
                placeholder="Add"
                autocomplete="off"
                maxlength=maxlength
                value=text
                prop:value=text
                on:input=move |ev| typing.typed(event_target_value(&ev))
                on:focusout=move |_| typing.left()
                on:change=move |ev| submit(&ev)
            />
            <SaveButton />
        </EditForm>
        <EditError live property=again />
    }
}

/// A small button that acts on one thing: removes a tag, unlinks an issue.
#[component]
pub(super) fn Act(
    live: Live,
    #[prop(into)] property: String,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    #[prop(default = "x")] icon: &'static str,
) -> impl IntoView {
    view! {
        <EditForm live property class="act">
            <input type="hidden" name="value" value=value />
            <button type="submit" class="tiny" aria-label=label.clone() title=label><Icon name=icon /></button>
        </EditForm>
    }
}

/// A plus that opens a small form for one more of something.
#[component]
pub(super) fn AddBox(
    live: Live,
    #[prop(into)] property: String,
    #[prop(into)] label: String,
    #[prop(into)] placeholder: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] maxlength: Option<usize>,
) -> impl IntoView {
    let again = property.clone();
    let node = NodeRef::<Details>::new();
    let form = NodeRef::<Form>::new();
    let close = move || {
        if let Some(details) = node.get_untracked() {
            details.set_open(false);
        }
    };
    // What was added stands in the list by now.
    Effect::new(move |_| {
        if matches!(live.edit.value().get(), Some(Ok(()))) {
            close();
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
        }
    });
    view! {
        <details
            class="add-box"
            node_ref=node
            on:toggle=move |_| focus_input(node)
            on:keydown=move |ev| {
                if ev.key() == "Escape" {
                    ev.stop_propagation();
                    close();
                }
            }
        >
            <summary class="tiny" aria-label=label.clone() title=label.clone()><Icon name="plus" /></summary>
            <div class="popup">
                <ActionForm action=live.edit node_ref=form attr:class="edit">
                    <input type="hidden" name="number" value=live.number />
                    <input type="hidden" name="version" value=move || live.version() />
                    <input type="hidden" name="property" value=property />
                    <input class="input" name="value" type=kind aria-label=label placeholder=placeholder required=true maxlength=maxlength autocomplete="off" />
                    <button type="submit" class="btn">"Add"</button>
                </ActionForm>
                <EditError live property=again />
            </div>
        </details>
    }
}

/// What is wrong with the last edit of this property.
#[component]
pub(super) fn EditError(live: Live, property: String) -> impl IntoView {
    move || {
        let error = live.error(&property)?;
        Some(view! { <p class="edit-error" role="alert">{error}</p> })
    }
}

/// Shown while its form has the focus and no script saves by itself.
#[component]
fn SaveButton() -> impl IntoView {
    view! { <button type="submit" class="btn save">"Save"</button> }
}

fn error_of(live: Live, property: String) -> impl Fn() -> Option<&'static str> + Send + Clone {
    move || live.error(&property).map(|_| "true")
}

/// Sends the form of the element that changed, as a click on its button would.
fn submit(ev: &web_sys::Event) {
    let element = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let form = element.and_then(|e| e.closest("form").ok().flatten());
    if let Some(form) = form.and_then(|f| f.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        // Refused only when the form is invalid; the browser says so at the field.
        let _ = form.request_submit();
    }
}

fn focus_input(node: NodeRef<Details>) {
    let Some(details) = node.get_untracked().filter(|d| d.open()) else { return };
    let input = details.query_selector("input:not([type=hidden])").ok().flatten();
    if let Some(input) = input.and_then(|i| i.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element.
        let _ = input.focus();
    }
}
