//! A menu on `<details>`: it opens without JavaScript too.

use crate::ui::icon::Icon;
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
    let close = move || {
        if let Some(details) = node.get_untracked() {
            details.set_open(false);
        }
    };
    let outside = window_event_listener(leptos::ev::click, move |ev| {
        let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
        let inside = node.get_untracked().is_some_and(|d| d.contains(target.as_ref()));
        if !inside {
            close();
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <details
            class="menu"
            node_ref=node
            on:keydown=move |ev| {
                if ev.key() == "Escape" {
                    ev.stop_propagation();
                    close();
                }
            }
        >
            <summary class="icon-btn" aria-label=label.clone() title=label><Icon name=icon /></summary>
            <div class="menu-items" on:click=move |_| close()>{children()}</div>
        </details>
    }
}
