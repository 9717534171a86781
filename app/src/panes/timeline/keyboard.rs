//! The keyboard's way through the events: once one has the focus, j and k go on from it.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Every event on its own line; those inside an opened run belong to it.
const EVENTS: &str = ".day-group > ol > .event > .body > details > summary";

/// Moves the focus to the event after or before the one that has it.
pub(super) fn move_focus(ev: &KeyboardEvent) {
    let by = match ev.key().as_str() {
        "j" => 1,
        "k" => -1,
        _ => return,
    };
    if ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
        return;
    }
    let target = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
    let Some(row) = target.and_then(|t| t.closest(".day-group > ol > .event").ok().flatten())
    else {
        return;
    };
    let Ok(events) = leptos::prelude::document().query_selector_all(EVENTS) else { return };
    let event = |i: i32| {
        let node = u32::try_from(i).ok().and_then(|i| events.item(i));
        node.and_then(|node| node.dyn_into::<HtmlElement>().ok())
    };
    let count = i32::try_from(events.length()).unwrap_or(0);
    let here = (0..count).find(|i| event(*i).is_some_and(|e| row.contains(Some(&e))));
    if let Some(next) = here.and_then(|i| event(i + by)) {
        // The ticket pane has the same keys for whoever is not in here.
        ev.prevent_default();
        // Refused only by a detached element.
        let _ = next.focus();
    }
}
