//! What stands below an answer as it leaves: the signature, and the message that it quotes.

use super::state::TicketState;
use crate::ui::textarea::TextArea;
use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use rapport_domain::message::{Message, quoted};
use rapport_domain::ticket::MessageKind;
use rapport_domain::{limits, markdown};
use web_sys::HtmlTextAreaElement;

/// The fields, which go back to what the mailbox says once a message is sent.
#[derive(Clone, Copy)]
pub(super) struct Words {
    signature: NodeRef<Textarea>,
    quote: NodeRef<Input>,
}

impl Words {
    pub fn new() -> Self {
        Self { signature: NodeRef::new(), quote: NodeRef::new() }
    }

    /// The signature where it was changed, and whether the last message is quoted.
    pub fn written(self) -> (Option<String>, bool) {
        let changed = |area: HtmlTextAreaElement| {
            let text = area.value();
            (text != area.default_value().unwrap_or_default()).then_some(text)
        };
        let quotes = self.quote.get_untracked().is_some_and(|input| input.checked());
        (self.signature.get_untracked().and_then(changed), quotes)
    }

    pub fn restore(self, signature: Option<&str>, quotes: bool) {
        if let (Some(area), Some(text)) = (self.signature.get_untracked(), signature) {
            area.set_value(text);
        }
        if let Some(input) = self.quote.get_untracked() {
            input.set_checked(quotes);
        }
    }

    pub fn reset(self) {
        if let Some(area) = self.signature.get_untracked() {
            area.set_value(&area.default_value().unwrap_or_default());
        }
        if let Some(input) = self.quote.get_untracked() {
            input.set_checked(input.default_checked());
        }
    }
}

#[component]
pub(super) fn Below(state: TicketState, words: Words) -> impl IntoView {
    // Another mailbox answers: its signature comes, and nothing else moves what was changed here.
    let mailbox = Memo::new(move |_| {
        state.details.with(|d| {
            let answers = &d.answers;
            answers.from.is_some().then(|| (answers.signature.clone(), answers.quotes))
        })
    });
    move || {
        mailbox.get().map(|(signature, quotes)| {
            view! {
                <div class="below for-reply">
                    <Signature signature words />
                    <Quote state quotes words />
                </div>
            }
        })
    }
}

#[component]
fn Signature(signature: String, words: Words) -> impl IntoView {
    let rows = u32::try_from(signature.lines().count()).unwrap_or(1).clamp(1, 6);
    view! {
        // An emptied field arrives like none at all; this says that it was there.
        <input type="hidden" name="signed" value="1" />
        <span class="mark" aria-hidden="true">"--"</span>
        <TextArea name="signature" label="Signature of this mail" value=signature placeholder="No signature" rows maxlength=limits::SIGNATURE_CHARS node_ref=words.signature />
    }
}

/// The last message, as it is going to stand at the end of the mail.
#[component]
fn Quote(state: TicketState, quotes: bool, words: Words) -> impl IntoView {
    let last =
        Memo::new(move |_| state.before.is_none().then(|| state.details.with(last)).flatten());
    move || {
        last.get().map(|(id, text)| view! {
            <details class="quote">
                <summary title="Quoted message" aria-label="Quoted message">"…"</summary>
                <pre tabindex="0" aria-label="Quoted at the end of the mail">{text}</pre>
            </details>
            <label class="check">
                <input type="checkbox" name="quote" value=id checked=quotes node_ref=words.quote />
                "Quote the last message"
            </label>
        })
    }
}

/// The newest message that the customer knows: its id, and how the mail quotes it.
fn last(details: &rapport_domain::message::TicketDetails) -> Option<(String, String)> {
    let known = |m: &&Message| m.kind != MessageKind::Note && !m.forwarded && !m.unreadable;
    let message = details.thread.messages.iter().rev().find(known)?;
    let words = match message.markdown {
        true => markdown::readable(&message.text),
        false => message.text.clone(),
    };
    Some((message.id.to_string(), quoted(&message.author_name, message.sent_at, &words)))
}
