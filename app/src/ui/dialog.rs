//! Dialogs on the browser's own `<dialog>`: the focus stays in them and goes back afterwards.
//!
//! One with words that are not saved asks before it closes. Without JavaScript a dialog cannot
//! open; every action in one is also reachable by a link whose address shows the same form as a
//! page or pane.

use crate::ui::connected::focus_when_connected;
use crate::ui::icon::Icon;
use crate::ui::typed::is_written;
use leptos::html::{Button, Dialog as DialogElement};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

/// What one writes or chooses in.
const FIELD: &str = "input:not([type=hidden]), select, textarea";

thread_local! {
    // Where the focus was before a dialog asked. Not a local `StoredValue`, which the server drops
    // on another thread than the one that made it, and that panics.
    static WRITER: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
}

/// A modal dialog, shown while `open` is true.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<DialogElement>::new();
    let label = title.clone();
    // Whether it asks what becomes of what was typed, and where the focus was before.
    let asks = RwSignal::new(false);
    let ask = move || {
        let active = document().active_element().and_then(|e| e.dyn_into().ok());
        WRITER.set(active);
        asks.set(true);
    };
    let keep = move || {
        asks.set(false);
        if let Some(element) = WRITER.take() {
            // Refused only by a detached element.
            let _ = element.focus();
        }
    };
    let pressed = StoredValue::new(false);
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // Refused only when the node left the page meanwhile: then there is nothing to show.
            (true, false) => {
                let _ = dialog.show_modal();
                // Its first field, which comes with the next frame; not the button that closes it.
                request_animation_frame(move || focus_field(&dialog));
            }
            (false, true) => dialog.close(),
            _ => {}
        }
        asks.set(false);
    });
    let leave = move || {
        let written = node.get_untracked().is_some_and(|dialog| is_written(&dialog));
        if written && !asks.get_untracked() {
            ask();
        } else if !written {
            open.set(false);
        }
    };
    let discard = move |()| {
        // Each form forgets what it kept.
        if let Some(dialog) = node.get_untracked()
            && let Ok(forms) = dialog.query_selector_all("form")
        {
            let form =
                |i| forms.item(i).and_then(|f| f.dyn_into::<web_sys::HtmlFormElement>().ok());
            (0..forms.length()).filter_map(form).for_each(|form| form.reset());
        }
        open.set(false);
    };
    // On the window: after a click on what takes no focus, keys come from the body. The browser
    // itself would close at the second Escape, whatever was typed.
    let escape = window_event_listener(leptos::ev::keydown, move |ev| {
        if ev.key() == "Escape" && !ev.default_prevented() && open.get_untracked() {
            ev.prevent_default();
            match asks.get_untracked() {
                true => keep(),
                false => leave(),
            }
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <dialog
            node_ref=node
            class="dialog"
            aria-label=label
            on:close=move |_| open.set(false)
            on:cancel=move |ev: web_sys::Event| {
                ev.prevent_default();
                leave();
            }
            // The backdrop has the dialog itself as its target: pressed there and let go there, so
            // that neither a selection which ends on it counts, nor the scroll bar.
            on:mousedown=move |ev| pressed.set_value(ev.target() == ev.current_target())
            on:click=move |ev| {
                if pressed.get_value() && ev.target() == ev.current_target() {
                    leave();
                }
            }
        >
            <header class="dialog-head">
                <h2>{title}</h2>
                <button class="icon-btn" type="button" aria-label="Close" on:click=move |_| leave()>
                    <Icon name="x" />
                </button>
            </header>
            <Show when=move || open.get()>{children()}</Show>
            <Show when=move || open.get() && asks.get()><Ask keep=Callback::new(move |()| keep()) discard=Callback::new(discard) /></Show>
        </dialog>
    }
}

fn focus_field(dialog: &HtmlDialogElement) {
    let Ok(fields) = dialog.query_selector_all(FIELD) else { return };
    let mut fields = (0..fields.length()).filter_map(|i| fields.item(i)?.dyn_into().ok());
    if let Some(field) = fields.find(|field: &HtmlElement| field.client_height() > 0) {
        // Refused only by a detached element.
        let _ = field.focus();
    }
}

#[component]
fn Ask(keep: Callback<()>, discard: Callback<()>) -> impl IntoView {
    let button = NodeRef::<Button>::new();
    focus_when_connected(button);
    view! {
        <div class="dialog-ask" role="alertdialog" aria-label="Not saved">
            <p>"What you typed is not saved yet."</p>
            <button class="btn danger" type="button" on:click=move |_| discard.run(())>"Discard it"</button>
            <button class="btn primary" type="button" node_ref=button on:click=move |_| keep.run(())>"Keep editing"</button>
        </div>
    }
}
