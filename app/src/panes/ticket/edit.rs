//! Editing in place: a value that is its own form.
//!
//! With scripts a choice is saved as soon as it is made; without them each form shows a
//! Save button while it has the focus. A form that replaces a value carries it.

use super::api::EditTicket;
use super::state::TicketState;
use super::typing::Typing;
use crate::ui::details::fold;
use crate::ui::icon::Icon;
use crate::ui::toast::use_toasts;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::html::{Details, Input};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use rapport_domain::AppError;
use rapport_domain::ticket::TicketProperty;
use wasm_bindgen::JsCast;

/// The form around one property. `property` says what the value called `value` means.
#[component]
pub(super) fn EditForm(
    state: TicketState,
    property: TicketProperty,
    #[prop(optional)] class: &'static str,
    /// The value that is replaced, where it is one.
    #[prop(optional, into)]
    was: Option<Signal<String>>,
    /// The same where words are typed.
    #[prop(optional)]
    typing: Option<Typing>,
    children: Children,
) -> impl IntoView {
    let was = was.or_else(|| typing.map(|typing| Signal::derive(move || typing.was())));
    let toasts = use_toasts();
    let on_submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        // Nothing that a form of this page can send.
        let Ok(form) = EditTicket::from_event(&ev) else {
            return toasts.fail("The form could not be read. Reload the page and try again.");
        };
        let undo = state.undo_of(&form.property, form.value.as_deref().unwrap_or_default());
        state.edits.push_form(&form, undo);
        if let Some(typing) = typing {
            typing.sent();
        }
    };
    view! {
        <form method="post" action=EditTicket::url() class=format!("edit {class}") on:submit=on_submit>
            <input type="hidden" name="number" value=state.number />
            <input type="hidden" name="property" value=property.to_string() />
            {was.map(|was| view! {
                <input type="hidden" name="sets" value="true" />
                <input type="hidden" name="was" value=move || was.try_get().unwrap_or_default() />
            })}
            {children()}
        </form>
    }
}

/// One choice of a [`Choose`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    /// It shows what is so, and cannot be chosen.
    pub fixed: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), fixed: false }
    }

    /// What only shows.
    pub fn fixed(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { fixed: true, ..Self::new(value, label) }
    }
}

/// A value chosen from a list, shown as text until it is pointed at.
#[component]
pub(super) fn Choose(
    state: TicketState,
    property: TicketProperty,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(into)] value: Signal<String>,
) -> impl IntoView {
    let value = state.shown(property.clone(), value);
    let options = choices
        .iter()
        .map(|choice| {
            let own = choice.value.clone();
            view! {
                <option value=choice.value.clone() hidden=choice.fixed disabled=choice.fixed selected=move || value.try_get().as_ref() == Some(&own)>{choice.label.clone()}</option>
            }
        })
        .collect_view();
    let choices = StoredValue::new(choices);
    let name_of = move |value: &str| {
        let named =
            |all: &Vec<Choice>| all.iter().find(|c| c.value == value).map(|c| c.label.clone());
        choices.with_value(named).unwrap_or_default()
    };
    let (again, field) = (property.clone(), state.field(property.clone()));
    let pending = move || state.edits.is_pending(&field).then_some("");
    let form = view! {
        <select
            name="value"
            aria-label=label
            aria-invalid=error_of(state, property.clone())
            data-pending=pending
            prop:value=move || value.try_get().unwrap_or_default()
            on:change=move |ev| submit(&ev)
        >
            {options}
        </select>
        <SaveButton />
    };
    let mine = Signal::derive(move || name_of(&value.try_get().unwrap_or_default()));
    view! {
        <EditForm state property was=value>{form}</EditForm>
        <EditError state property=again mine />
    }
}

/// A value typed in, shown as text until it is pointed at; saved on leaving or Enter.
#[component]
pub(super) fn Type(
    state: TicketState,
    property: TicketProperty,
    #[prop(into)] label: String,
    kind: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(optional)] maxlength: Option<usize>,
) -> impl IntoView {
    let typing = Typing::new(state.shown(property.clone(), value));
    let text = move || typing.text.try_get().unwrap_or_default();
    let (again, field) = (property.clone(), state.field(property.clone()));
    let pending = move || state.edits.is_pending(&field).then_some("");
    view! {
        <EditForm state property=property.clone() typing>
            <input
                name="value"
                type=kind
                step=(kind == "number").then_some("any")
                aria-label=label
                aria-invalid=error_of(state, property.clone())
                data-pending=pending
                placeholder="Add"
                autocomplete="off"
                maxlength=maxlength
                value=text
                prop:value=text
                on:input=move |ev| typing.typed(event_target_value(&ev))
                on:keydown=move |ev| if ev.key() == "Escape" { typing.dropped(&ev) }
                on:focusout=move |_| typing.left()
                on:change=move |ev| submit(&ev)
            />
            <SaveButton />
        </EditForm>
        <EditError state property=again mine=typing.text />
    }
}

/// A small button that acts on one thing: removes a tag, unlinks an issue.
#[component]
pub(super) fn Act(
    state: TicketState,
    property: TicketProperty,
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    #[prop(default = "x")] icon: &'static str,
) -> impl IntoView {
    view! {
        <EditForm state property class="act">
            <input type="hidden" name="value" value=value />
            <button type="submit" class="tiny" aria-label=label.clone() title=label><Icon name=icon /></button>
        </EditForm>
    }
}

/// A plus that opens a small form for one more of something.
#[component]
pub(super) fn AddBox(
    state: TicketState,
    property: TicketProperty,
    #[prop(into)] label: String,
    #[prop(into)] placeholder: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] maxlength: Option<usize>,
) -> impl IntoView {
    let (again, own) = (property.clone(), property.clone());
    let node = NodeRef::<Details>::new();
    let input = NodeRef::<Input>::new();
    let close = move || {
        if let Some(details) = node.get_untracked() {
            fold(&details);
        }
    };
    // What was added stands in the list by now; what was typed since stays.
    state.edits.on_done(state.number, move |edit| {
        let Some(input) = input.get_untracked().filter(|_| edit.field.1 == own) else { return };
        if input.value() == edit.value {
            input.set_value("");
            close();
        }
    });
    view! {
        <details
            class="add-box"
            data-popup=""
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
                <EditForm state property>
                    <input class="input" name="value" node_ref=input type=kind aria-label=label placeholder=placeholder required=true maxlength=maxlength autocomplete="off" />
                    <button type="submit" class="btn">"Add"</button>
                </EditForm>
                <EditError state property=again />
            </div>
        </details>
    }
}

/// Why the last edit of this property was refused, and what can be done with what was typed.
#[component]
pub(super) fn EditError(
    state: TicketState,
    property: TicketProperty,
    /// What was to be stored, as people read it.
    #[prop(optional, into)]
    mine: Option<Signal<String>>,
) -> impl IntoView {
    let field = StoredValue::new(state.field(property.clone()));
    let insist = move |_| state.edits.insist(&field.get_value());
    let give_up = move |_| state.edits.give_up(&field.get_value());
    move || {
        let error = field.try_with_value(|field| state.edits.refused(field)).flatten()?;
        let (insists, gives_up) = match &error {
            AppError::Changed(_) => (Some("Keep mine"), "Take theirs"),
            // Trying the same again would change nothing.
            AppError::Invalid(_) | AppError::NotFound | AppError::Forbidden => (None, "OK"),
            _ => (Some("Try again"), "Discard"),
        };
        let mine = mine.filter(|_| matches!(error, AppError::Changed(_)));
        let yours = mine.map(|mine| format!(" Yours: “{}”.", mine.try_get().unwrap_or_default()));
        Some(view! {
            <div class="edit-error" role="alert">
                <span>{error.to_string()} {yours}</span>
                {insists.map(|label| view! { <button type="button" class="btn" on:click=insist>{label}</button> })}
                <button type="button" class="btn quiet" on:click=give_up>{gives_up}</button>
            </div>
        })
    }
}

/// Shown while its form has the focus and no script saves by itself.
#[component]
fn SaveButton() -> impl IntoView {
    view! { <button type="submit" class="btn save">"Save"</button> }
}

fn error_of(
    state: TicketState,
    property: TicketProperty,
) -> impl Fn() -> Option<&'static str> + Send + Clone + use<> {
    let field = state.field(property);
    move || state.edits.refused(&field).map(|_| "true")
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

pub(super) fn focus_input(node: NodeRef<Details>) {
    let Some(details) = node.get_untracked().filter(|d| d.open()) else { return };
    let input = details.query_selector("input:not([type=hidden])").ok().flatten();
    if let Some(input) = input.and_then(|i| i.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element.
        let _ = input.focus();
    }
}
