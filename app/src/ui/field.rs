//! Form fields: label, input, hint, and the error beside it.

use crate::ui::connected::focus_when_connected;
use leptos::html::Input;
use leptos::prelude::*;

/// One labelled input with its error.
#[component]
pub fn Field(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// The input's type: text, email, password, url, date, number, tel.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional, into)] autocomplete: Option<String>,
    #[prop(optional)] maxlength: Option<usize>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    // The attribute alone focuses on a fresh load; elsewhere the form opens within the page.
    if autofocus {
        focus_when_connected(node);
    }
    let describe = format!("{name}-help");
    let invalid = move || error.get().is_some().then_some("true");
    view! {
        <label class="field-row">
            <span class="field-label">{label}</span>
            <input
                node_ref=node
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                maxlength=maxlength
                required=required
                autofocus=autofocus
                aria-invalid=invalid
                aria-describedby=describe.clone()
            />
            <FieldHelp id=describe hint error />
        </label>
    }
}

/// The line under an input: the error if there is one, else the hint.
#[component]
pub fn FieldHelp(
    id: String,
    #[prop(into)] hint: String,
    #[prop(into)] error: MaybeProp<String>,
) -> impl IntoView {
    let class = move || if error.get().is_some() { "field-help error" } else { "field-help" };
    // Nothing rather than an empty text, which is written as a space and takes a line.
    let text = move || error.get().or_else(|| Some(hint.clone()).filter(|h| !h.is_empty()));
    view! { <span class=class id=id>{text}</span> }
}

/// What is wrong with a form as a whole.
#[component]
pub fn FormError(#[prop(into)] message: MaybeProp<String>) -> impl IntoView {
    move || message.get().map(|m| view! { <p class="form-error" role="alert">{m}</p> })
}
