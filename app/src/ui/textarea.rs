//! The one `<textarea>` of the product.
//!
//! Leptos 0.8 does not escape a textarea's children on the server, so text from
//! outside could leave it; `prop:value` renders nothing there. Escaping here, and
//! only here, closes the hole; a check in CI keeps every other file from using one.

use crate::ui::raw_text::raw_text;
use leptos::html::Textarea;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// A labelled box for text of several lines, starting with `value`.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    /// Read by screen readers; shown by the caller where the design wants it.
    #[prop(into)]
    label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] maxlength: Option<usize>,
    #[prop(optional)] required: bool,
    #[prop(optional)] node_ref: NodeRef<Textarea>,
    /// Ctrl or ⌘ with Enter sends the form, and Escape leaves the field.
    #[prop(optional)]
    submits: bool,
    /// Called with the text on each input.
    #[prop(optional, into)]
    on_text: Option<Callback<String>>,
) -> impl IntoView {
    let initial = raw_text(keep_first_break(value));
    view! {
        <textarea
            name=name
            aria-label=label
            placeholder=placeholder
            rows=rows
            maxlength=maxlength
            required=required
            node_ref=node_ref
            on:keydown=move |ev| {
                if submits {
                    writing_key(&ev);
                }
            }
            on:input=move |ev| {
                if let Some(callback) = on_text {
                    callback.run(event_target_value(&ev));
                }
            }
        >
            {initial}
        </textarea>
    }
}

fn writing_key(ev: &KeyboardEvent) {
    let target = ev.target().and_then(|t| t.dyn_into::<HtmlTextAreaElement>().ok());
    let Some(area) = target else { return };
    if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) {
        ev.prevent_default();
        if let Some(form) = area.form() {
            // An empty text is refused by the browser, at the field.
            let _ = form.request_submit();
        }
    } else if ev.key() == "Escape" && !ev.default_prevented() {
        // Leaves the field; once more leaves what it stands in.
        ev.prevent_default();
        // Refused only by a detached element.
        let _ = area.blur();
    }
}

/// A line break right after the tag is dropped by the parser: one more keeps the first.
fn keep_first_break(text: String) -> String {
    if cfg!(feature = "ssr") && text.starts_with('\n') { format!("\n{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn server_rendering_escapes_the_value() {
        let owner = Owner::new();
        owner.set();
        let html = view! { <TextArea name="body" label="Body" value="</textarea><script>alert(1)</script>" /> }.to_html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;/textarea>"), "{html}");
        assert_eq!(keep_first_break("\nfirst".into()), "\n\nfirst");
    }
}
