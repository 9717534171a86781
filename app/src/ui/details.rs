//! `<details>`, which open and close without scripts; here is what scripts add to all of them.

use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlDetailsElement, HtmlElement, HtmlInputElement, KeyboardEvent};

/// What opens over the page and goes again with Escape.
const POPUPS: &str = "details[data-popup][open]";
/// Those that a click elsewhere closes too. In the others somebody may have typed.
const FLEETING: &str = "details[data-popup=fleeting][open]";
/// What opens for a field: the field takes the focus, or the words that follow would be shortcuts.
const FOR_A_FIELD: &str = "details:is([data-popup], .recipients)";
const FIELD: &str = "input:is([type=text], [type=search], [type=email], [type=url], [type=date], :not([type])), textarea";

/// Whether the `<details>` that toggled is open now.
pub fn is_open(ev: &Event) -> bool {
    toggled(ev).is_some_and(|details| details.open())
}

fn toggled(ev: &Event) -> Option<HtmlDetailsElement> {
    ev.target()?.dyn_into().ok()
}

/// Starts to look after what opens, for as long as the tab lives. Before the shortcuts: a key that
/// closes something is none of theirs.
pub fn provide_details() {
    Effect::new(|_| {
        // For the life of the tab, as the app.
        window_event_listener(leptos::ev::keydown, on_key);
        window_event_listener(leptos::ev::click, |ev| on_click(&ev));
        // Heard on the way down: toggling goes no other way, and a key before it is answered.
        on_the_way_down("toggle", |ev| on_toggle(&ev));
        on_the_way_down("keydown", |ev| {
            if ev.dyn_ref().is_some_and(|key: &KeyboardEvent| key.key() == "Escape") {
                give_back_focus(&ev);
            }
        });
    });
}

fn on_the_way_down(event: &str, run: impl Fn(Event) + 'static) {
    let run = Closure::<dyn Fn(Event)>::new(run).into_js_value();
    // Never refused: the name is any, the listener is one.
    let _ = document().add_event_listener_with_callback_and_bool(event, run.unchecked_ref(), true);
}

/// What Escape closes: the innermost popup around the focus, else the one that opened last.
fn popup_of(ev: &Event) -> Option<Element> {
    let target = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
    let around = target.and_then(|t| t.closest(POPUPS).ok().flatten());
    around.or_else(|| all(POPUPS).pop())
}

/// Closes what nothing else has closed.
fn on_key(ev: KeyboardEvent) {
    let unanswered = ev.key() == "Escape" && !ev.default_prevented();
    if let Some(popup) = unanswered.then(|| popup_of(&ev)).flatten() {
        ev.prevent_default();
        close(&popup);
    }
}

/// Whoever answers the key: the focus that goes with the popup returns to what opened it. A key that
/// others kept to themselves without an answer closes the popup that it was pressed in.
fn give_back_focus(ev: &Event) {
    let Some(popup) = popup_of(ev) else { return };
    let ev = ev.clone();
    set_timeout(
        move || {
            let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
            if !ev.default_prevented() && popup.contains(target.as_ref()) {
                close(&popup);
            }
            let closed = popup.is_connected() && !popup.has_attribute("open");
            let free = document()
                .active_element()
                .is_none_or(|active| active.tag_name() == "BODY" || popup.contains(Some(&active)));
            if let Some(opener) = html(popup.query_selector("summary")).filter(|_| closed && free) {
                // Refused only by a detached element.
                let _ = opener.focus();
            }
        },
        Duration::ZERO,
    );
}

/// Closes what was opened for a field; a focus that was in it goes back to what opened it.
pub fn fold(details: &HtmlDetailsElement) {
    let active = document().active_element();
    let inside = active.is_some_and(|active| details.contains(Some(&active)));
    details.set_open(false);
    if let Some(opener) = html(details.query_selector("summary")).filter(|_| inside) {
        let _ = opener.focus();
    }
}

fn on_click(ev: &web_sys::MouseEvent) {
    let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
    all(FLEETING).iter().filter(|popup| !popup.contains(target.as_ref())).for_each(close);
}

fn on_toggle(ev: &Event) {
    let Some(details) = toggled(ev).filter(HtmlDetailsElement::open) else { return };
    // Opened by its reader, and not by the page.
    let summary = document().active_element().filter(|active| active.tag_name() == "SUMMARY");
    let by_reader =
        summary.and_then(|s| s.parent_element()).is_some_and(|of| details.is_same_node(Some(&of)));
    if !by_reader || !details.matches(FOR_A_FIELD).unwrap_or(false) {
        return;
    }
    let Ok(fields) = details.query_selector_all(FIELD) else { return };
    let mut fields = (0..fields.length()).filter_map(|i| fields.item(i)?.dyn_into().ok());
    // One in a part that is still folded is not seen.
    let field = fields.find(|field: &HtmlElement| field.client_height() > 0);
    if let Some(field) = field {
        let _ = field.focus();
        if let Some(line) = field.dyn_ref::<HtmlInputElement>() {
            line.select();
        }
    }
}

fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}

fn close(popup: &Element) {
    if let Some(details) = popup.dyn_ref::<HtmlDetailsElement>() {
        details.set_open(false);
    }
}

fn html(found: Result<Option<Element>, wasm_bindgen::JsValue>) -> Option<HtmlElement> {
    found.ok().flatten()?.dyn_into().ok()
}
