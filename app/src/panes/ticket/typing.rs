//! What a text field of the ticket shows while the ticket changes under it.
//!
//! Until somebody types it follows the ticket. From then on the words stay, and so does the value
//! that they were written over: another's change is never overwritten unseen, it is refused
//! with the words still there. Once they are sent, the queue of edits holds them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

#[derive(Clone, Copy)]
pub(super) struct Typing {
    value: Signal<String>,
    /// The value that is written over, once somebody writes.
    base: RwSignal<Option<String>>,
    /// What the field shows.
    pub text: RwSignal<String>,
}

impl Typing {
    /// `value` is what the field shows while nobody writes in it.
    pub fn new(value: Signal<String>) -> Self {
        let base = RwSignal::new(None);
        let text = RwSignal::new(value.get_untracked());
        Effect::new(move |_| {
            let Some(value) = value.try_get() else { return };
            if base.get().is_none() && text.get_untracked() != value {
                text.set(value);
            }
        });
        Self { value, base, text }
    }

    /// For the field's input event.
    pub fn typed(self, text: String) {
        if self.base.get_untracked().is_none() {
            self.base.set(Some(self.value.get_untracked()));
        }
        self.text.set(text);
    }

    /// For the field's focusout event: nothing was typed after all.
    pub fn left(self) {
        if self.text.get_untracked() == self.value.get_untracked() {
            self.base.set(None);
        }
    }

    /// Escape: the field shows its value again. The field itself too, or leaving it would be a change.
    pub fn dropped(self, ev: &web_sys::KeyboardEvent) {
        let value = self.value.get_untracked();
        if let Some(input) = ev.target().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()) {
            input.set_value(&value);
        }
        self.text.set(value);
        self.base.set(None);
    }

    /// The words were sent.
    pub fn sent(self) {
        self.base.set(None);
    }

    /// The value that the form replaces.
    pub fn was(self) -> String {
        let base = self.base.try_get().flatten();
        base.or_else(|| self.value.try_get()).unwrap_or_default()
    }
}
