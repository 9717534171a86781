//! The one input for a custom field in a form that is sent as a whole. In the open ticket each field
//! is a form of its own (`panes/ticket/edit.rs`).

use crate::ui::field::{Field, FieldHelp};
use leptos::prelude::*;
use rapport_domain::fields::{FieldType, InputSpec};

/// What is typed or chosen is read by [`parse`](rapport_domain::fields::parse).
#[component]
pub fn CustomField(
    #[prop(into)] name: String,
    label: String,
    kind: FieldType,
    /// The choices, where the type has some.
    options: Vec<String>,
    /// As people read it; empty for none.
    value: String,
    #[prop(optional, into)] error: MaybeProp<String>,
) -> impl IntoView {
    match kind.input(&options) {
        InputSpec::Line { kind, max: Some(maxlength) } => {
            view! { <Field name label kind value error maxlength /> }.into_any()
        }
        InputSpec::Line { kind, max: None } => {
            view! { <Field name label kind value error /> }.into_any()
        }
        InputSpec::Choice(choices) => {
            view! { <ChoiceField name label choices value error /> }.into_any()
        }
    }
}

#[component]
fn ChoiceField(
    name: String,
    label: String,
    choices: Vec<String>,
    value: String,
    error: MaybeProp<String>,
) -> impl IntoView {
    // A value that is no choice any more stays until somebody chooses another.
    let gone = (!value.is_empty() && !choices.contains(&value)).then(|| value.clone());
    let help = format!("{name}-help");
    let option = |choice: String| {
        let selected = choice == value;
        view! { <option value=choice.clone() selected=selected>{choice.clone()}</option> }
    };
    view! {
        <label class="field-row">
            <span class="field-label">{label}</span>
            <select name=name aria-describedby=help.clone() aria-invalid=move || error.get().is_some().then_some("true")>
                <option value="" selected=value.is_empty()>"Not set"</option>
                {gone.into_iter().chain(choices).map(option).collect_view()}
            </select>
            <FieldHelp id=help hint="" error />
        </label>
    }
}
