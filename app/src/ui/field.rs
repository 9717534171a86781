//! Form fields: label, input, hint, and the error beside it.
//!
//! A refused form takes its writer to the first field that is wrong, wherever that has scrolled to.

use crate::ui::connected::focus_when_connected;
use leptos::html::{Input, P, Span};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

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
    #[prop(optional, into)] placeholder: Option<String>,
    /// Nothing keeps what is typed here but what it is typed for.
    #[prop(optional)]
    sensitive: bool,
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
                placeholder=placeholder
                data-sensitive=sensitive.then_some("")
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
    let node = NodeRef::<Span>::new();
    on_refusal(error, move || {
        let Some(help) = node.try_get_untracked().flatten() else { return };
        let Some(form) = help.closest("form").ok().flatten() else { return };
        let first = form.query_selector(".field-help.error").ok().flatten();
        if first.is_some_and(|first| first.is_same_node(Some(&help))) {
            let row = help.closest(".field-row").ok().flatten().unwrap_or(form);
            focus_in(&row, "input:not([type=hidden]), select, textarea");
        }
    });
    // Nothing rather than an empty text, which is written as a space and takes a line.
    let text = move || error.get().or_else(|| Some(hint.clone()).filter(|h| !h.is_empty()));
    view! { <span class=class id=id node_ref=node>{text}</span> }
}

/// What is wrong with a form as a whole.
#[component]
pub fn FormError(#[prop(into)] message: MaybeProp<String>) -> impl IntoView {
    let node = NodeRef::<P>::new();
    on_refusal(message, move || {
        let Some(line) = node.try_get_untracked().flatten() else { return };
        let form = line.closest("form").ok().flatten();
        let placed =
            |form: web_sys::Element| form.query_selector(".field-help.error").ok().flatten();
        if form.is_some_and(|form| placed(form).is_none()) {
            // Refused only by a detached element.
            let _ = line.focus();
        }
    });
    move || {
        let shown =
            |m| view! { <p class="form-error" role="alert" tabindex="-1" node_ref=node>{m}</p> };
        message.get().map(shown)
    }
}

/// Calls back each time that an error was put on the page; not for one that came with it.
fn on_refusal(error: MaybeProp<String>, run: impl Fn() + Copy + 'static) {
    Effect::new(move |first: Option<()>| {
        if error.get().is_some() && first.is_some() {
            request_animation_frame(run);
        }
    });
}

fn focus_in(root: &web_sys::Element, selector: &str) {
    let found = root.query_selector(selector).ok().flatten();
    if let Some(field) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element.
        let _ = field.focus();
    }
}
