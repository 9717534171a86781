//! Moving through a list of links with the keyboard.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Moves the focus to the next (`by` = 1) or previous (`by` = -1) of the links that match;
/// Enter then follows it. With none focused, forwards starts at the first.
pub fn step(selector: &str, by: i32) {
    let Ok(links) = document().query_selector_all(selector) else { return };
    let active = document().active_element();
    let count = i32::try_from(links.length()).unwrap_or(0);
    let at = |i: i32| u32::try_from(i).ok().and_then(|i| links.item(i));
    let is_active =
        |i: &i32| at(*i).zip(active.as_ref()).is_some_and(|(link, a)| a.is_same_node(Some(&link)));
    let target = match (0..count).find(is_active) {
        Some(current) => current + by,
        None if by > 0 => 0,
        None => return,
    };
    if let Some(link) = at(target).and_then(|l| l.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Refused only by a detached element, which cannot be focused anyway.
        let _ = link.focus();
    }
}
