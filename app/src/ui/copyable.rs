//! Hover to copy: a value with a button that appears on hover and focus.

use crate::ui::icon::Icon;
use crate::ui::toast::{Toasts, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;
use rapport_domain::text::excerpt;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Characters of the copied text that the message repeats.
const TOAST_CHARS: usize = 80;

/// The button that copies `value` and says so. Where the value shows, it stands
/// beside it; styles reveal it on hover or focus, and always on touch.
#[component]
pub fn CopyButton(
    #[prop(into)] value: String,
    #[prop(into)] label: String,
    /// The message does not repeat the value.
    #[prop(optional)]
    sensitive: bool,
) -> impl IntoView {
    let toasts = use_toasts();
    let title = format!("Copy {}", label.to_lowercase());
    view! {
        <button
            class="copy"
            type="button"
            title=title.clone()
            aria-label=title
            on:click=move |ev| {
                ev.stop_propagation();
                ev.prevent_default();
                let said = if sensitive { String::new() } else { excerpt(&value, TOAST_CHARS) };
                copy_saying(value.clone(), said, toasts);
            }
        >
            <Icon name="copy" />
        </button>
    }
}

/// One line of a card: label, value, copy button.
#[component]
pub fn CopyField(
    #[prop(into)] label: String,
    /// What is copied.
    #[prop(into)]
    value: String,
    /// What is shown, when it is more than the value.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="field">
            <dt>{label.clone()}</dt>
            // The button stands inside: a list of descriptions holds nothing but dt and dd.
            <dd>
                <span class="value" title=value.clone()>
                    {match children {
                        Some(children) => children(),
                        None => breakable(&value),
                    }}
                </span>
                <CopyButton value label />
            </dd>
        </div>
    }
}

/// A value that goes on in the next line where an address has its joints: after `@` and `/`.
pub fn breakable(value: &str) -> AnyView {
    let parts: Vec<_> = value.split_inclusive(['@', '/']).map(str::to_string).collect();
    if parts.len() < 2 {
        return value.to_string().into_any();
    }
    parts.into_iter().map(|part| view! { {part}<wbr /> }).collect_view().into_any()
}

/// Copies through the Clipboard API, or over plain http through a selection.
pub fn copy(text: String, toasts: Toasts) {
    let said = excerpt(&text, TOAST_CHARS);
    copy_saying(text, said, toasts);
}

/// `said` is what the message calls it; it may be nothing.
fn copy_saying(text: String, said: String, toasts: Toasts) {
    spawn_local(async move {
        if write(&text).await {
            toasts.say(format!("Copied {said}").trim_end());
        } else {
            toasts.fail("Your browser did not allow copying. Select the text instead.");
        }
    });
}

async fn write(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // The API is missing on plain http; web-sys cannot say so in the type.
    if !clipboard.is_undefined() {
        return JsFuture::from(clipboard.write_text(text)).await.is_ok();
    }
    write_by_selection(text).unwrap_or(false)
}

/// The old way: select the text in a field and let the browser copy the selection.
fn write_by_selection(text: &str) -> Option<bool> {
    let document = document();
    let field: web_sys::HtmlInputElement =
        document.create_element("input").ok()?.dyn_into().ok()?;
    field.set_value(text);
    document.body()?.append_child(&field).ok()?;
    field.select();
    let copied = document.dyn_into::<web_sys::HtmlDocument>().ok()?.exec_command("copy");
    field.remove();
    copied.ok()
}
