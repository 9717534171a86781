//! Dialogs on the browser's own `<dialog>`: focus trap and Escape come with it.
//!
//! Without JavaScript a dialog cannot open; every action in one is also reachable
//! by a link whose address shows the same form as a page or pane.

use crate::ui::icon::Icon;
use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;

/// A modal dialog, shown while `open` is true.
#[component]
pub fn Dialog(
    #[prop(into)] title: String,
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<DialogElement>::new();
    let label = title.clone();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // Refused only when the node left the page meanwhile: then there is nothing to show.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            node_ref=node
            class="dialog"
            aria-label=label
            on:close=move |_| open.set(false)
            on:click=move |ev| {
                // A click on the backdrop has the dialog itself as its target.
                if ev.target() == ev.current_target() {
                    open.set(false);
                }
            }
        >
            <header class="dialog-head">
                <h2>{title}</h2>
                <button class="icon-btn" type="button" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon name="x" />
                </button>
            </header>
            <Show when=move || open.get()>{children()}</Show>
        </dialog>
    }
}
