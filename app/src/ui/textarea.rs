//! The one `<textarea>` of the product.
//!
//! Leptos 0.8 does not escape a textarea's children on the server, so text from
//! outside could leave it; `prop:value` renders nothing there. Escaping here, and
//! only here, closes the hole; a check in CI keeps every other file from using one.

use leptos::html::Textarea;
use leptos::prelude::*;

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
    /// Called with the text on each input.
    #[prop(optional, into)]
    on_text: Option<Callback<String>>,
) -> impl IntoView {
    let initial = if cfg!(feature = "ssr") { escape(&value) } else { value };
    view! {
        <textarea
            name=name
            aria-label=label
            placeholder=placeholder
            rows=rows
            maxlength=maxlength
            required=required
            node_ref=node_ref
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

/// Makes text safe as the raw content of an element that decodes entities but holds no tags.
fn escape(text: &str) -> String {
    // A line break right after the tag is dropped by the parser: one more keeps the first.
    let start = if text.starts_with('\n') { "\n" } else { "" };
    format!("{start}{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_the_textarea() {
        assert_eq!(escape("</textarea><script>"), "&lt;/textarea>&lt;script>");
        assert_eq!(escape("a &lt; b"), "a &amp;lt; b");
        assert_eq!(escape("\nfirst"), "\n\nfirst");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn server_rendering_escapes_the_value() {
        let owner = Owner::new();
        owner.set();
        let html = view! { <TextArea name="body" label="Body" value="</textarea><script>alert(1)</script>" /> }.to_html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;/textarea>"), "{html}");
    }
}
