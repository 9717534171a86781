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
        <details class="menu" node_ref=node>
            <summary class="icon-btn" aria-label=label.clone() title=label><Icon name=icon /></summary>
            <div class="menu-items" on:click=on_choice>{children()}</div>
        </details>
    }
}

/// Closes every open `details.menu` on a click elsewhere, and on Escape, which gives the focus back
/// to its opener: for all of them, whoever made them. Goes before whatever else Escape does.
pub fn provide_menus() {
    Effect::new(move |_| {
        let click = window_event_listener(leptos::ev::click, |ev| {
            let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
            close_open(target.as_ref());
        });
        let key = window_event_listener(leptos::ev::keydown, |ev| {
            if ev.key() == "Escape" && close_open(None) {
                // A search field in it would also be emptied.
                ev.prevent_default();
                ev.stop_immediate_propagation();
            }
        });
        on_cleanup(move || {
            click.remove();
            key.remove();
        });
    });
}

/// Closes the open menus that do not hold `target`; says whether there were any. Without a target
/// their openers take the focus.
fn close_open(target: Option<&web_sys::Node>) -> bool {
    let Ok(open) = document().query_selector_all("details.menu[open]") else { return false };
    let mut any = false;
    for i in 0..open.length() {
        let Some(menu) =
            open.item(i).and_then(|m| m.dyn_into::<web_sys::HtmlDetailsElement>().ok())
        else {
            continue;
        };
        if target.is_some_and(|target| menu.contains(Some(target))) {
            continue;
        }
        any = true;
        menu.set_open(false);
        let opener = menu.query_selector("summary").ok().flatten();
        if let (None, Some(opener)) =
            (target, opener.and_then(|o| o.dyn_into::<web_sys::HtmlElement>().ok()))
        {
            // Refused only by a detached element.
            let _ = opener.focus();
        }
    }
    any
}

fn close(popup: NodeRef<Details>) {
    if let Some(details) = popup.get_untracked() {
        details.set_open(false);
    }
}
