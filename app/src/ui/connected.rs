//! Work that needs its element in the document.
//!
//! On a page reached inside the app a component is built, and its effects run, before its elements
//! are put into the document: there they take no focus, and what they announce reaches nobody.

use leptos::prelude::*;
use leptos::tachys::html::element::ElementType;
use wasm_bindgen::JsCast;

/// Calls back once the node is in the document, each time that another element takes its place.
pub fn when_connected<E>(node: NodeRef<E>, run: impl Fn(E::Output) + Clone + 'static)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    Effect::new(move |_| {
        if let Some(element) = node.get() {
            wait(node, element, run.clone());
        }
    });
}

fn wait<E>(node: NodeRef<E>, element: E::Output, run: impl Fn(E::Output) + 'static)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    if element.unchecked_ref::<web_sys::Node>().is_connected() {
        run(element);
        return;
    }
    request_animation_frame(move || {
        // The component may be gone by now, before it was ever seen.
        if node.try_get_untracked().flatten().is_some() {
            wait(node, element, run);
        }
    });
}

/// Moves the focus to a field when the component that holds it appears.
pub fn focus_when_connected<E>(node: NodeRef<E>)
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + 'static,
{
    when_connected(node, |element| {
        // Refused only by a detached element.
        let _ = element.unchecked_ref::<web_sys::HtmlElement>().focus();
    });
}
