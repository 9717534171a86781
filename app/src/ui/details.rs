//! `<details>`, which open and close without scripts.

use wasm_bindgen::JsCast;

/// Whether the `<details>` that toggled is open now.
pub fn is_open(ev: &web_sys::Event) -> bool {
    ev.target()
        .and_then(|t| t.dyn_into::<web_sys::HtmlDetailsElement>().ok())
        .is_some_and(|details| details.open())
}
