//! Keeps the focus where it was while a list is drawn anew.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// For a list of links inside `list` (a selector): rows that change or move lose the focus, and
/// get it back. `loading` changes before the list is loaded again, `loaded` with its data.
pub fn keep_focus<A, B>(
    list: &'static str,
    loading: impl Fn() -> A + 'static,
    loaded: impl Fn() -> B + 'static,
) where
    A: 'static,
    B: 'static,
{
    let focused = StoredValue::new(None::<String>);
    Effect::new(move |_| {
        loading();
        let active = document().active_element();
        let active = active.filter(|a| a.closest(list).ok().flatten().is_some());
        focused.set_value(active.and_then(|a| a.get_attribute("href")));
    });
    Effect::new(move |_| {
        loaded();
        // After this frame the rows are there.
        request_animation_frame(move || {
            let Some(Some(href)) = focused.try_get_value() else { return };
            let free = document().active_element().is_none_or(|a| a.tag_name() == "BODY");
            let Ok(links) = document().query_selector_all(&format!("{list} a")) else { return };
            let same = (0..links.length())
                .filter_map(|i| links.item(i)?.dyn_into::<web_sys::HtmlElement>().ok())
                .find(|link| link.get_attribute("href").as_deref() == Some(&href));
            if let Some(link) = same.filter(|_| free) {
                // Refused only by a detached element.
                let _ = link.focus();
            }
        });
    });
}
