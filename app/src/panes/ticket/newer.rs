//! Two write at once, or the customer writes again: what came meanwhile is shown before a message
//! leaves that was written without it.

use super::api::WriteMessage;
use super::state::TicketState;
use crate::ui::icon::Icon;
use crate::ui::shortcuts::focus;
use crate::ui::time::{Time, TimeStyle};
use leptos::html::Form;
use leptos::prelude::*;
use rapport_domain::message::NewerMessage;
use rapport_domain::{AppError, MessageId, Uuid};
use std::cell::{Cell, RefCell};
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// How long a message has to be on screen before its reader counts as having seen it.
const SEEN_AFTER: Duration = Duration::from_secs(3);
/// Scrolled up further than this, in CSS pixels, the newest message is out of sight.
const NEAR: i32 = -80;

/// How far the author has seen the thread.
#[derive(Clone, Copy)]
pub(super) struct Newer {
    /// The newest message that they had the time to see; all zeros before the first.
    pub seen: RwSignal<MessageId>,
}

thread_local! {
    // The button that sent the form last. Not a local `StoredValue`, which the server drops on
    // another thread than the one that made it, and that panics.
    static BUTTON: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
    // When somebody last wrote in the composer, in milliseconds.
    static TYPED_AT: Cell<f64> = const { Cell::new(0.0) };
}

impl Newer {
    pub fn new(state: TicketState) -> Self {
        let newest = Memo::new(move |_| {
            let ids = |d: &rapport_domain::message::TicketDetails| {
                d.thread.messages.iter().map(|m| m.id).max()
            };
            state.details.with(ids).unwrap_or(MessageId(Uuid::nil()))
        });
        let newer = Self { seen: RwSignal::new(newest.get_untracked()) };
        Effect::new(move |before: Option<MessageId>| {
            let now = newest.get();
            if before.is_some_and(|before| before != now) {
                newer.look(newest);
            }
            now
        });
        newer
    }

    /// Waits until what is new was in sight for a moment.
    fn look(self, newest: Memo<MessageId>) {
        let at = newest.get_untracked();
        let later = move || {
            // Gone, or something newer came, which is waited for by itself.
            if newest.try_get_untracked() != Some(at) {
                return;
            }
            // Whoever writes looks at what they write.
            if in_sight() && !just_typed() {
                self.seen.try_set(at);
            } else {
                self.look(newest);
            }
        };
        set_timeout(later, SEEN_AFTER);
    }

    /// Keeps in mind how the form is being sent.
    pub fn sending(self, ev: &web_sys::SubmitEvent) {
        let button = ev.submitter().and_then(|button| button.dyn_into().ok());
        BUTTON.set(button);
    }

    /// Sends the form once more, by the same button, now that its author knows of `upto`.
    fn send_anyway(self, form: NodeRef<Form>, upto: MessageId) {
        self.seen.set(upto);
        // The form has to hold it first.
        request_animation_frame(move || {
            let Some(form) = form.try_get_untracked().flatten() else { return };
            let button = BUTTON.with_borrow(Clone::clone);
            // Refused when that button is gone by now; without one the form sends as Send does.
            if form.request_submit_with_submitter(button.as_ref()).is_err() {
                let _ = form.request_submit();
            }
        });
    }
}

/// Notes that somebody writes in the composer.
pub(super) fn typed() {
    TYPED_AT.set(js_sys::Date::now());
}

fn just_typed() -> bool {
    js_sys::Date::now() - TYPED_AT.get() < SEEN_AFTER.as_millis() as f64
}

fn thread() -> Option<web_sys::Element> {
    document().query_selector(".ticket .thread").ok().flatten()
}

/// Whether the newest message is where its reader looks.
pub(super) fn in_sight() -> bool {
    !document().hidden() && thread().is_some_and(|thread| thread.scroll_top() > NEAR)
}

/// Shows the newest message; one that was just sent has its Undo there.
pub(super) fn to_newest() {
    if let Some(thread) = thread() {
        // The list hangs from its end.
        thread.set_scroll_top(0);
    }
}

/// Whether the author is asked whether to send all the same.
pub(super) fn asks(send: ServerAction<WriteMessage>) -> bool {
    let answer = send.value().try_get_untracked().flatten();
    matches!(answer, Some(Err(crate::Failure(AppError::Overtaken(_)))))
}

/// What came meanwhile, and whether to send all the same. What was typed stays where it is.
#[component]
pub(super) fn Overtaken(
    newer: Newer,
    send: ServerAction<WriteMessage>,
    form: NodeRef<Form>,
) -> impl IntoView {
    move || {
        let value = send.value().get().filter(|_| !send.pending().get());
        let Some(Err(crate::Failure(AppError::Overtaken(came)))) = value else { return None };
        let upto = came.iter().map(|m| m.id).max()?;
        Some(view! {
            <section class="overtaken" role="alert" aria-label="New since you last looked">
                <p class="why"><Icon name="triangle-alert" />"Not sent yet: this came while you were writing."</p>
                <NewerMessages came />
                <p class="end">
                    <button type="button" class="btn" on:click=move |_| newer.send_anyway(form, upto)>"Send anyway"</button>
                    <button type="button" class="btn quiet" on:click=move |_| { send.clear(); focus(".composer textarea") }>"Keep editing"</button>
                </p>
            </section>
        })
    }
}

/// Each message in brief.
#[component]
pub(crate) fn NewerMessages(came: Vec<NewerMessage>) -> impl IntoView {
    let line = |message: NewerMessage| {
        view! {
            <li>
                <p><b>{message.action()}</b> " " <Time at=message.at style=TimeStyle::Clock /></p>
                <p class="text">{message.excerpt}</p>
            </li>
        }
    };
    view! { <ul class="newer">{came.into_iter().map(line).collect_view()}</ul> }
}
