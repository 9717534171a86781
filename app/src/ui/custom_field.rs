//! The one input for a custom field in a form that is sent as a whole. In the open ticket each field
//! is a form of its own (`panes/ticket/edit.rs`).

use crate::ui::field::{Field, FieldHelp};
use leptos::prelude::*;
use rapport_domain::fields::{FieldType, InputSpec};
use rapport_domain::limits;

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
            view! { <Choices name label choices value unchosen="Not set" error /> }.into_any()
        }
    }
}

#[component]
fn Choices(
    name: String,
    label: String,
    choices: Vec<String>,
    value: String,
    /// What none of them is called.
    unchosen: &'static str,
    #[prop(optional)] sensitive: bool,
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
            <select name=name data-sensitive=sensitive.then_some("") aria-describedby=help.clone() aria-invalid=move || error.get().is_some().then_some("true")>
                <option value="" selected=value.is_empty()>{unchosen}</option>
                {gone.into_iter().chain(choices).map(option).collect_view()}
            </select>
            <FieldHelp id=help hint="" error />
        </label>
    }
}

/// The same for a sensitive field: it shows no value. Empty leaves what is there, which a box clears.
#[component]
pub fn SensitiveField(
    #[prop(into)] name: String,
    /// The box's name.
    #[prop(into)]
    clear: String,
    label: String,
    kind: FieldType,
    options: Vec<String>,
    /// What was typed, where the form comes back.
    value: String,
    /// Whether there is a value now.
    is_set: bool,
    /// Whether the form that comes back clears it.
    #[prop(optional)]
    cleared: bool,
    #[prop(optional, into)] error: MaybeProp<String>,
) -> impl IntoView {
    let sensitive = true;
    let name_of_box = format!("Clear {label}");
    let input = match kind.input(&options) {
        InputSpec::Choice(choices) => {
            let unchosen = if is_set { "Hidden. Choose to replace it" } else { "Not set" };
            view! { <Choices name label choices value unchosen sensitive error /> }.into_any()
        }
        InputSpec::Line { kind, max } => {
            let placeholder = if is_set { "Hidden. Type to replace it" } else { "" };
            let maxlength = max.unwrap_or(limits::LINE_CHARS);
            view! { <Field name label kind value placeholder sensitive error maxlength autocomplete="off" /> }
                .into_any()
        }
    };
    view! {
        {input}
        {is_set.then(|| view! {
            <label class="check"><input type="checkbox" name=clear value="1" checked=cleared aria-label=name_of_box />"Clear"</label>
        })}
    }
}
