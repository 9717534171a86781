//! What the parts of the composer share: the message that is being written, and its draft.

use super::api::WriteMessage;
use super::below::Words;
use super::draft;
use super::newer::Newer;
use super::recipients::Lines;
use super::resting::Resting;
use super::state::TicketState;
use crate::live::typing;
use leptos::html::Textarea;
use leptos::prelude::*;
use rapport_domain::message::MessageMode;
use web_sys::HtmlTextAreaElement;

/// The message that is being written.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    pub state: TicketState,
    pub mode: RwSignal<MessageMode>,
    pub send: ServerAction<WriteMessage>,
    /// Grows with each message that was stored: what belonged to it starts anew.
    pub round: RwSignal<u32>,
    pub area: NodeRef<Textarea>,
    pub key: RwSignal<String>,
    pub lines: Lines,
    pub words: Words,
    pub newer: Newer,
    pub resting: Resting,
}

impl Writing {
    pub fn draft_key(self) -> String {
        draft::key(self.state.me, self.state.number, self.mode.get_untracked().as_str())
    }

    pub fn text(self) -> String {
        self.area.get_untracked().map(|a| a.value()).unwrap_or_default()
    }

    pub fn set_text(self, text: &str) {
        if let Some(area) = self.area.get_untracked() {
            area.set_value(text);
            announce(&area, "rapport:text");
        }
        if !text.is_empty() {
            self.resting.wake();
        }
    }

    /// Goes to the other kind of message; each keeps its own text.
    pub fn switch(self, mode: MessageMode) {
        if self.mode.get_untracked() == mode {
            return;
        }
        draft::save(&self.draft_key(), &self.text());
        self.mode.set(mode);
        self.set_text(&draft::load(&self.draft_key()));
    }

    pub fn open(self, mode: MessageMode) {
        self.switch(mode);
        if let Some(area) = self.area.get_untracked() {
            // Refused only by a detached element.
            let _ = area.focus();
        }
    }

    /// What the answer says besides its text is kept with it.
    pub fn keep_lines(self) {
        let [to, cc, bcc] = self.lines.written();
        let (signature, quotes) = self.words.written();
        let lines = draft::Lines { to, cc, bcc, signature, quotes };
        draft::save_lines(self.state.me, self.state.number, &lines);
    }

    pub fn restore_lines(self, lines: &draft::Lines) {
        self.lines.restore([&lines.to, &lines.cc, &lines.bcc]);
        self.words.restore(lines.signature.as_deref(), lines.quotes);
    }

    /// It is stored: the draft goes, and the next message gets a key of its own.
    pub fn sent(self) {
        draft::forget_lines(self.state.me, self.state.number);
        draft::save(&self.draft_key(), "");
        self.set_text("");
        if let Some(area) = self.area.get_untracked() {
            announce(&area, "rapport:sent");
        }
        self.lines.reset();
        self.words.reset();
        self.round.update(|n| *n = n.wrapping_add(1));
        self.key.set(new_key());
        typing(false);
        self.state.changed.notify();
    }
}

/// Tells the editor, where it is loaded, what the page did to its field.
pub(crate) fn announce(area: &HtmlTextAreaElement, event: &str) {
    // A constructor of the browser's; a refusal would leave a plain textarea.
    if let Ok(event) = web_sys::Event::new(event) {
        let _ = area.dispatch_event(&event);
    }
}

/// A key that no other message of this ticket has.
pub(super) fn new_key() -> String {
    let random = (js_sys::Math::random() * 1e16) as u64;
    format!("{:x}-{random:x}", js_sys::Date::now() as u64)
}
