//! Keeps the focus where it was while a list is drawn anew.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// For a list of links inside `list` (a selector): rows that change or move lose the focus, and
/// get it back; one that left hands it to the row in its place. `loading` changes before the list is loaded again, `loaded` with its data.
pub fn keep_focus<A, B>(
    list: &'static str,
    loading: impl Fn() -> A + 'static,
    loaded: impl Fn() -> B + 'static,
) where
    A: 'static,
    B: 'static,
{
    let focused = StoredValue::new(None::<(String, usize)>);
    Effect::new(move |_| {
        loading();
        let active = document().active_element();
        let active = active.filter(|a| a.closest(list).ok().flatten().is_some());
        let href = active.and_then(|a| a.get_attribute("href"));
        let at = |href: String| {
            let links = links_in(list);
            let at =
                links.iter().position(|link| link.get_attribute("href").as_ref() == Some(&href));
            (href, at.unwrap_or_default())
        };
        focused.set_value(href.map(at));
    });
    Effect::new(move |_| {
        loaded();
        // After this frame the rows are there.
        request_animation_frame(move || {
            let Some(Some((href, at))) = focused.try_get_value() else { return };
            let free = document().active_element().is_none_or(|a| a.tag_name() == "BODY");
            let links = links_in(list);
            let same = links.iter().find(|link| link.get_attribute("href").as_ref() == Some(&href));
            let place = || links.get(at).or(links.last());
            if let Some(link) = same.or_else(place).filter(|_| free) {
                // Refused only by a detached element.
                let _ = link.focus();
            }
        });
    });
}

fn links_in(list: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(&format!("{list} a")) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
}
