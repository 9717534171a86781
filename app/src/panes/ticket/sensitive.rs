//! A sensitive custom field of the ticket: hidden until somebody asks for it, and replaced without having
//! been seen.

use super::edit::{EditError, EditForm, focus_input};
use super::state::TicketState;
use crate::panes::sensitive::{Hidden, Lock, may_see};
use crate::ui::details::fold;
use crate::ui::icon::Icon;
use leptos::html::Details;
use leptos::prelude::*;
use rapport_domain::fields::{FieldDef, FieldOwner, InputSpec, hidden_at};
use rapport_domain::ticket::TicketProperty;
use rapport_presentation::card::HiddenValue;
use wasm_bindgen::JsCast;

#[component]
pub(super) fn Sensitive(state: TicketState, def: FieldDef) -> impl IntoView {
    let key = def.key.clone();
    let is_set = Memo::new(move |_| state.ticket.with(|t| t.hidden_fields.contains(&key)));
    let owner = FieldOwner::Ticket(state.number);
    let value = HiddenValue { owner, key: def.key.clone(), kind: def.kind };
    let label = def.label.clone();
    let version = Memo::new(move |_| state.ticket.with(|t| t.row.version));
    let shown = move || {
        // What was asked for may have been replaced since: it is hidden again.
        version.track();
        match is_set.get() {
            true => view! { <Hidden value=value.clone() label=label.clone() /> }.into_any(),
            false => view! { <span class="muted">"—"</span> }.into_any(),
        }
    };
    let label = def.label.clone();
    let replace = (state.may_write && may_see()).then(|| view! { <Replace state def is_set /> });
    view! { <div><dt>{label} <Lock /></dt><dd>{shown} {replace}</dd></div> }
}

/// A pencil that opens what puts another value in its place, or none.
#[component]
fn Replace(state: TicketState, def: FieldDef, is_set: Memo<bool>) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let close = move || {
        if let Some(details) = node.get_untracked() {
            fold(&details);
        }
    };
    let (set, clear) =
        (TicketProperty::Field(def.key.clone()), TicketProperty::Clear(def.key.clone()));
    let own = [set.clone(), clear.clone()];
    state.edits.on_done(state.number, move |edit| {
        if own.contains(&edit.field.1) {
            // Nobody reads later what was typed.
            let form = node.get_untracked().and_then(|d| d.query_selector("form").ok().flatten());
            if let Some(form) = form.and_then(|f| f.dyn_into::<web_sys::HtmlFormElement>().ok()) {
                form.reset();
            }
            close();
        }
    });
    // What is hidden cannot be compared: the version says whether it may be another by now.
    let was = Signal::derive(move || match is_set.try_get() {
        Some(true) => hidden_at(state.ticket.try_with(|t| t.row.version).unwrap_or_default()),
        _ => String::new(),
    });
    let label = format!("Replace {}", def.label);
    let hint = move || match is_set.get() {
        true => "Hidden. Type to replace it",
        false => "Not set",
    };
    let input = match def.kind.input(&def.options) {
        InputSpec::Choice(choices) => {
            let all = choices.into_iter().map(|choice| view! { <option value=choice.clone()>{choice.clone()}</option> });
            view! {
                <select class="input" name="value" aria-label=label.clone() required=true>
                    <option value="">"Choose to replace it"</option>
                    {all.collect_view()}
                </select>
            }
            .into_any()
        }
        InputSpec::Line { kind, max } => view! {
            <input class="input" name="value" type=kind step=(kind == "number").then_some("any") aria-label=label.clone() placeholder=hint required=true maxlength=max autocomplete="off" />
        }
        .into_any(),
    };
    let (failed, not_cleared) = (set.clone(), clear.clone());
    let name = def.label.clone();
    let clear_form = move || {
        is_set.get().then(|| {
            let label = format!("Clear {name}");
            view! {
                <EditForm state property=clear.clone() was>
                    <button type="submit" class="btn quiet" aria-label=label>"Clear"</button>
                </EditForm>
            }
        })
    };
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
            <summary class="tiny" aria-label=label.clone() title=label><Icon name="pencil" /></summary>
            <div class="popup">
                <EditForm state property=set was>
                    {input}
                    <button type="submit" class="btn">"Save"</button>
                </EditForm>
                {clear_form}
                <EditError state property=failed />
                <EditError state property=not_cleared />
            </div>
        </details>
    }
}
