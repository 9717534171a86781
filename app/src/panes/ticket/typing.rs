//! What a text field of the ticket shows while the ticket changes under it.
//!
//! Until somebody types it follows the ticket. From then on the words stay, and so does the version
//! that they were written over: another's change is never overwritten unseen, it is refused
//! with the words still there. After a refusal the field goes with the newest version.

use super::live::Live;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq)]
enum Held {
    Nothing,
    Words,
    WordsAndVersion(i32),
}

#[derive(Clone, Copy)]
pub(super) struct Typing {
    live: Live,
    value: Signal<String>,
    held: RwSignal<Held>,
    /// What the field shows.
    pub text: RwSignal<String>,
}

impl Typing {
    pub fn new(live: Live, value: Signal<String>) -> Self {
        let held = RwSignal::new(Held::Nothing);
        let text = RwSignal::new(value.get_untracked());
        Effect::new(move |_| {
            let value = value.get();
            if held.get() == Held::Nothing && text.get_untracked() != value {
                text.set(value);
            }
        });
        Effect::new(move |_| match live.edit.value().get() {
            Some(Ok(())) => held.set(Held::Nothing),
            Some(Err(_)) if held.get_untracked() != Held::Nothing => held.set(Held::Words),
            _ => {}
        });
        Self { live, value, held, text }
    }

    /// For the field's input event.
    pub fn typed(self, text: String) {
        if self.held.get_untracked() == Held::Nothing {
            self.held
                .set(Held::WordsAndVersion(self.live.ticket.with_untracked(|t| t.row.version)));
        }
        self.text.set(text);
    }

    /// For the field's focusout event: nothing was typed after all.
    pub fn left(self) {
        if self.text.get_untracked() == self.value.get_untracked() {
            self.held.set(Held::Nothing);
        }
    }

    /// The version that the form sends.
    pub fn version(self) -> i32 {
        match self.held.get() {
            Held::WordsAndVersion(version) => version,
            _ => self.live.version(),
        }
    }
}
