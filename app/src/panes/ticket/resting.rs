//! The composer is one line as long as nobody writes: the conversation has the room. Without
//! scripts it is always open. A class says so and no `:has()`, whose answer the browser would look
//! for again with each key, menu and message.

use leptos::html::Div;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlTextAreaElement, Node};

/// Once the focus goes it waits so long: a click that takes the focus away still meets what it was
/// aimed at.
const WAITS: Duration = Duration::from_millis(400);
/// What may have the focus while it rests: it would move away under the pointer.
const ASIDE: &str = ".tabs, .left-out";
/// What is not finished, and has to be seen.
const UNFINISHED: &str = ".form-error, .uploading > *, details[data-popup][open]";

#[derive(Clone, Copy)]
pub(super) struct Resting {
    rests: RwSignal<bool>,
    pub node: NodeRef<Div>,
}

impl Resting {
    pub fn new() -> Self {
        Self { rests: RwSignal::new(true), node: NodeRef::new() }
    }

    pub fn rests(self) -> bool {
        self.rests.get()
    }

    /// There is something to see in it.
    pub fn wake(self) {
        if self.rests.get_untracked() {
            self.rests.set(false);
        }
    }

    /// For its focusin event.
    pub fn entered(self, ev: &FocusEvent) {
        let target = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
        if target.is_some_and(|t| t.closest(ASIDE).is_ok_and(|aside| aside.is_none())) {
            self.wake();
        }
    }

    /// For its focusout event.
    pub fn left(self) {
        set_timeout(
            move || {
                if self.is_done_with() {
                    self.rests.set(true);
                }
            },
            WAITS,
        );
    }

    /// Whether the focus is elsewhere, and nothing begun. Of a composer that is gone, neither.
    fn is_done_with(self) -> bool {
        let Some(node) = self.node.try_get_untracked().flatten() else { return false };
        let active = document().active_element();
        let inside = node.contains(active.as_ref().map(AsRef::<Node>::as_ref));
        let text = node.query_selector("[name=body]").ok().flatten();
        let text = text.and_then(|t| t.dyn_into::<HtmlTextAreaElement>().ok());
        let written = text.is_some_and(|text| !text.value().is_empty());
        let unfinished = node.query_selector(UNFINISHED).is_ok_and(|found| found.is_some());
        let files = document().query_selector(".ticket .uploads li");
        !inside && !written && !unfinished && files.is_ok_and(|found| found.is_none())
    }
}
