//! Where agents answer and leave notes.
//!
//! One form: two radio buttons choose reply or note, so it works without scripts. With them
//! the draft of each kind is kept, ⌘↵ sends, and what fails to be sent stays where it is.
//! `frontend/editor` puts a field with formatting in place of the textarea, which stays the
//! form's: its text is Markdown either way. It also fills `.tools` and `.effects`, where macros
//! say what they are going to do.

use super::api::WriteMessage;
use super::below::{Below, Words};
use super::buttons::Buttons;
use super::draft;
use super::newer::{self, Newer, Overtaken};
use super::onward::on_answered;
use super::recipients::{Lines, RecipientLines};
use super::resting::Resting;
use super::state::TicketState;
use super::uploads::COMPOSER;
use super::writing::{Writing, announce};
use crate::panes::onward::use_onward;
use crate::preferences::use_preferences;
use crate::ui::connected::when_connected;
use crate::ui::shortcuts::use_shortcut;
use crate::ui::textarea::TextArea;
use leptos::form::ActionForm;
use leptos::html::Form;
use leptos::prelude::*;
use rapport_domain::message::MessageMode;
use rapport_domain::{AppError, limits};
use wasm_bindgen::JsCast;

#[component]
pub(super) fn Composer(state: TicketState) -> impl IntoView {
    // What was taken back is an answer.
    let returned = state.details.with_untracked(|d| d.returned.is_some());
    let mode = match use_preferences().get_untracked().composer {
        _ if !state.may_reply => MessageMode::Note,
        _ if returned => MessageMode::Reply,
        chosen => chosen,
    };
    let writing = Writing {
        state,
        mode: RwSignal::new(mode),
        area: NodeRef::new(),
        key: RwSignal::new(state.details.with_untracked(|d| d.form_key.clone())),
        send: ServerAction::new(),
        round: RwSignal::new(0),
        lines: Lines::new(state),
        words: Words::new(),
        newer: Newer::new(state),
        resting: Resting::new(),
    };
    let resting = writing.resting;
    let send = writing.send;
    if state.may_reply {
        use_shortcut("r", "Reply", move || writing.open(MessageMode::Reply));
    }
    use_shortcut("n", "Internal note", move || writing.open(MessageMode::Note));
    // What was typed before the scripts arrived stays; else the draft comes back.
    when_connected(writing.area, move |area| {
        if writing.text().is_empty() {
            let other = match writing.mode.get_untracked() {
                MessageMode::Reply => MessageMode::Note,
                MessageMode::Note => MessageMode::Reply,
            };
            let of_other = draft::load(&draft::key(state.me, state.number, other.as_str()));
            let may = state.may_reply || other == MessageMode::Note;
            if may && draft::load(&writing.draft_key()).is_empty() && !of_other.is_empty() {
                writing.mode.set(other);
            }
            writing.set_text(&draft::load(&writing.draft_key()));
        }
        let reply = draft::key(state.me, state.number, MessageMode::Reply.as_str());
        if !draft::load(&reply).is_empty()
            && let Some(lines) = draft::load_lines(state.me, state.number)
        {
            writing.restore_lines(&lines);
        }
        announce(&area, "rapport:composer");
    });
    Effect::new(move |_| {
        if state.details.with(|d| !d.uploads.is_empty()) {
            resting.wake();
        }
    });
    Effect::new(move |before: Option<u32>| {
        let added = writing.lines.added.get();
        if before.is_some() {
            writing.keep_lines();
        }
        added
    });
    // Another tab writes the same answer, or sent it.
    Effect::new(move |_| {
        let other = window_event_listener(leptos::ev::storage, move |ev| {
            if ev.key() == Some(writing.draft_key()) {
                writing.set_text(&ev.new_value().unwrap_or_default());
            }
        });
        on_cleanup(move || other.remove());
    });
    let answered = on_answered(state, use_onward());
    let last = StoredValue::new(None::<WriteMessage>);
    Effect::new(move |_| {
        if let Some(input) = send.input().get() {
            last.set_value(Some(input));
        }
    });
    Effect::new(move |_| {
        if matches!(send.value().get(), Some(Ok(()))) {
            writing.sent();
            newer::to_newest();
            let sent = last.try_update_value(Option::take).flatten();
            if let Some(sent) = sent.filter(|sent| sent.mode == MessageMode::Reply) {
                answered(&sent.effects);
            }
        }
    });
    // What was taken back comes back, before whatever was begun meanwhile.
    Effect::new(move |_| {
        if let Some(returned) = state.returned.get().filter(|returned| !returned.text.is_empty()) {
            let lines = draft::Lines::from(&returned);
            let text = returned.text;
            writing.open(MessageMode::Reply);
            let begun = writing.text();
            let text = if begun.trim().is_empty() { text } else { format!("{text}\n\n{begun}") };
            writing.set_text(&text);
            draft::save(&writing.draft_key(), &text);
            writing.restore_lines(&lines);
            draft::save_lines(state.me, state.number, &lines);
            if let Some(area) = writing.area.get_untracked() {
                announce(&area, "rapport:returned");
            }
        }
    });
    let form = NodeRef::<Form>::new();
    let keys = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) {
            ev.prevent_default();
            // As a click on Send: an empty text is refused by the browser, at the field.
            if let Some(form) = form.get_untracked().filter(|_| !send.pending().get_untracked()) {
                let _ = form.request_submit();
            }
        } else if ev.key() == "Escape" {
            // Leaves the question, then the field, then the ticket.
            ev.stop_propagation();
            if newer::asks(send) {
                return send.clear();
            }
            if let Some(area) = writing.area.get_untracked() {
                let _ = area.blur();
            }
        }
    };
    view! {
        <div
            class="composer"
            class:resting=move || resting.rests()
            node_ref=resting.node
            data-desk=state.number.to_string()
            on:keydown=keys
            on:focusin=move |ev| resting.entered(&ev)
            on:focusout=move |_| resting.left()
            on:dragenter=move |_| resting.wake()
            on:submit=move |ev| writing.newer.sending(&ev)
            on:change=move |ev| if is_line(&ev) { writing.keep_lines() }
        >
            <ActionForm action=send node_ref=form attr:id=COMPOSER>
                <input type="hidden" name="number" value=state.number />
                <input type="hidden" name="client_key" value=move || writing.key.get() />
                <input type="hidden" name="seen" value=move || writing.newer.seen.get().to_string() />
                {view! { <Overtaken newer=writing.newer send form /> }.into_any()}
                {view! { <Modes writing /> }.into_any()}
                {view! { <RecipientLines state lines=writing.lines /> }.into_any()}
                {view! { <Text writing /> }.into_any()}
                {view! { <Below state words=writing.words /> }.into_any()}
                {view! { <Failed writing /> }.into_any()}
                {view! { <Buttons writing /> }.into_any()}
            </ActionForm>
        </div>
    }
}

#[component]
fn Modes(writing: Writing) -> impl IntoView {
    let from = writing.state.details.with_untracked(|d| d.answers.from.clone());
    let leaves = match from {
        Some(from) => format!("Leaves after 10 s from {from}"),
        None => "Stored here; e-mail delivery is not set up yet".to_string(),
    };
    let hint = view! {
        <span class="hint for-reply clip" title=leaves.clone()>{leaves.clone()}</span>
        <span class="hint for-note clip">"Only your team sees this"</span>
    };
    let mode = move |value: MessageMode| {
        view! {
            <label>
                <input
                    type="radio"
                    name="mode"
                    value=value.as_str()
                    checked=value == writing.mode.get_untracked()
                    prop:checked=move || writing.mode.get() == value
                    on:change=move |_| writing.open(value)
                />
                {value.label()}
            </label>
        }
    };
    view! {
        <fieldset class="tabs">
            <legend class="visually-hidden">"Kind of message"</legend>
            {writing.state.may_reply.then(|| mode(MessageMode::Reply))}
            {mode(MessageMode::Note)}
            {hint}
        </fieldset>
    }
}

#[component]
fn Text(writing: Writing) -> impl IntoView {
    let name = writing.state.ticket.with_untracked(|t| t.row.customer.name.clone());
    let returned = writing.state.details.with_untracked(|d| d.returned.clone()).unwrap_or_default();
    let first = name.split_whitespace().next().unwrap_or_default().to_string();
    // The editor takes over from here what it can do in which kind of message.
    view! {
        <TextArea
            name="body"
            label="Message"
            value=returned
            placeholder=format!("Write to {first}…")
            rows=3
            maxlength=limits::MESSAGE_CHARS
            required=true
            node_ref=writing.area
            on_text=move |text: String| draft::save(&writing.draft_key(), &text)
        />
    }
}

/// Why it was not sent. The text is still there, and trying again stores it once.
#[component]
fn Failed(writing: Writing) -> impl IntoView {
    move || {
        let value = writing.send.value().get();
        let Some(Err(failure)) = value.filter(|_| !writing.send.pending().get()) else {
            return None;
        };
        // That has a place of its own.
        if matches!(failure.0, AppError::Overtaken(_)) {
            return None;
        }
        let error = failure.to_string();
        Some(view! { <p class="form-error" role="alert">"Not sent. " {error}</p> })
    }
}

/// Whether a field besides the text was changed.
fn is_line(ev: &web_sys::Event) -> bool {
    let target = ev.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let name = target.and_then(|field| field.get_attribute("name")).unwrap_or_default();
    ["to", "cc", "bcc", "signature", "quote"].contains(&name.as_str())
}
