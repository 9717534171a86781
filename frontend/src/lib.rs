//! The browser half: takes over the page that the server rendered.

// Leptos types nest as deep as the views do.
#![recursion_limit = "512"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the hydration script.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        report(&info.to_string());
    }));
    leptos::mount::hydrate_body(rapport_app::App);
    // Styles and flows can tell from it that the page answers.
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
    if let Some(root) = root {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

/// After a panic the page looks alive but is dead: say so on screen, and tell the server.
fn report(message: &str) {
    let Some(window) = web_sys::window() else { return };
    // Best effort from here on: whatever fails now must not panic again.
    let _ = window.navigator().send_beacon_with_opt_str("/client-errors", Some(message));
    let Some(body) = window.document().and_then(|d| d.body()) else { return };
    let _ = body.set_attribute("data-crashed", "");
}
