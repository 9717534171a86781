//! A menu on `<details>`: it opens without JavaScript too.

use crate::ui::icon::Icon;
use leptos::ev::KeyboardEvent;
use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button that opens a list of actions; closes on Escape, on a choice, and on a click elsewhere.
#[component]
pub fn Menu(
    #[prop(into)] label: String,
    #[prop(default = "ellipsis")] icon: &'static str,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let on_key = use_popup(node);
    let on_choice = move |ev: leptos::ev::MouseEvent| {
        // A field in the menu is no choice, and a form that unfolds in it shows its errors there.
        let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let is_in =
            |list: &str| target.as_ref().is_some_and(|t| t.closest(list).ok().flatten().is_some());
        if is_in("a, button") && !is_in("form:has(.input)") {
            close(node);
        }
    };
    view! {
        <details class="menu" node_ref=node on:keydown=on_key>
            <summary class="icon-btn" aria-label=label.clone() title=label><Icon name=icon /></summary>
            <div class="menu-items" on:click=on_choice>{children()}</div>
        </details>
    }
}

/// Closes `popup` on a click elsewhere, and on Escape by the handler that this answers.
pub fn use_popup(popup: NodeRef<Details>) -> impl Fn(KeyboardEvent) + Copy {
    let outside = window_event_listener(leptos::ev::click, move |ev| {
        let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        if !popup.get_untracked().is_some_and(|d| d.contains(target.as_ref())) {
            close(popup);
        }
    });
    on_cleanup(move || outside.remove());
    move |ev| {
        if ev.key() == "Escape" {
            ev.stop_propagation();
            // A search field would also be emptied.
            ev.prevent_default();
            close(popup);
        }
    }
}

fn close(popup: NodeRef<Details>) {
    if let Some(details) = popup.get_untracked() {
        details.set_open(false);
    }
}
