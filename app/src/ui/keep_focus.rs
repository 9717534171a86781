//! Keeps the focus where it was while a list is drawn anew.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement};

/// For a list of links inside `list` (a selector): rows that change or move lose the focus, and get
/// it back; one that left hands it to the row in its place. So it is while a dialog has the focus,
/// too: it goes back to the row that took the place of the one that it came from. `loading` changes
/// before the list is loaded again, `loaded` with its data.
pub fn keep_focus<A, B>(
    list: &'static str,
    loading: impl Fn() -> A + 'static,
    loaded: impl Fn() -> B + 'static,
) where
    A: 'static,
    B: 'static,
{
    // Where the focus is in the list, or was before a dialog took it.
    let last = StoredValue::new(None::<String>);
    // The same when the list began to load, and which of its links that was.
    let focused = StoredValue::new(None::<(String, usize)>);
    let restore = move || {
        // After this frame the rows are there.
        request_animation_frame(move || {
            let Some(Some((href, at))) = focused.try_get_value() else { return };
            let links = links_in(list);
            let same = links.iter().find(|link| link.get_attribute("href").as_ref() == Some(&href));
            let place = || links.get(at).or(links.last());
            if let Some(link) = same.or_else(place).filter(|_| nothing_has_focus()) {
                // Refused only by a detached element.
                let _ = link.focus();
            }
        });
    };
    Effect::new(move |_| {
        let came = window_event_listener(ev::focusin, move |ev| match within(ev.target(), list) {
            Some(element) => last.set_value(element.get_attribute("href")),
            None if within(ev.target(), "dialog").is_some() => {}
            None => last.set_value(None),
        });
        let pressed = window_event_listener(ev::pointerdown, move |ev| {
            if within(ev.target(), list).or(within(ev.target(), "dialog")).is_none() {
                last.set_value(None);
            }
        });
        // A dialog that closes gives the focus back, but not to an element that is gone.
        let left = window_event_listener(ev::focusout, move |ev| {
            let closed = ev.related_target().is_none() && within(ev.target(), "dialog").is_some();
            if closed && last.get_value().is_some() {
                restore();
            }
        });
        on_cleanup(move || [came, pressed, left].into_iter().for_each(|handle| handle.remove()));
    });
    Effect::new(move |_| {
        loading();
        let at = |href: String| {
            let links = links_in(list);
            let at =
                links.iter().position(|link| link.get_attribute("href").as_ref() == Some(&href));
            // Its row may be gone already, and another on its way: the place stays.
            let known = || focused.with_value(|f| f.as_ref().map(|(_, at)| *at));
            (href, at.or_else(known).unwrap_or_default())
        };
        focused.set_value(last.get_value().map(at));
    });
    Effect::new(move |_| {
        loaded();
        restore();
    });
}

/// Nothing has the focus that somebody would miss.
fn nothing_has_focus() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

fn within(target: Option<EventTarget>, selector: &str) -> Option<Element> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest(selector).ok().flatten()?;
    Some(element)
}

fn links_in(list: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(&format!("{list} a")) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}
