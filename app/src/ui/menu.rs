//! A menu on `<details>`: it opens without JavaScript too.

use crate::ui::icon::Icon;
use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button that opens a list of actions; closes on a choice too.
#[component]
pub fn Menu(
    #[prop(into)] label: String,
    #[prop(default = "ellipsis")] icon: &'static str,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
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
        <details class="menu" data-popup="fleeting" node_ref=node>
            <summary class="icon-btn" aria-label=label.clone() title=label><Icon name=icon /></summary>
            <div class="menu-items" on:click=on_choice>{children()}</div>
        </details>
    }
}

fn close(popup: NodeRef<Details>) {
    if let Some(details) = popup.get_untracked() {
        details.set_open(false);
    }
}
