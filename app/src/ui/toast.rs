//! Short messages at the corner, read aloud by screen readers; some offer to undo what they tell.

use crate::ui::shortcuts::{Command, use_command};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// How long a message stays, in milliseconds.
const SHOWN_MS: u32 = 4_000;
/// The same where something can be undone.
const UNDO_MS: u32 = 10_000;
/// Once pointer and focus have left the messages, they stay at least this much longer.
const HELD_MS: u32 = 2_000;
/// At most this many at once; older ones go.
pub const SHOWN_MAX: usize = 3;

#[derive(Clone)]
struct Toast {
    id: u64,
    text: String,
    error: bool,
    undo: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// The way to say something; take it with [`use_toasts`].
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    /// Pointer or focus is on the messages: none goes meanwhile.
    held: StoredValue<bool>,
}

/// Puts the messages into context.
pub fn provide_toasts() {
    provide_context(Toasts {
        shown: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
        held: StoredValue::new(false),
    });
}

/// The messages of this tab.
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

impl Toasts {
    /// Says that something worked.
    pub fn say(self, text: impl Into<String>) {
        self.push(text.into(), false, None);
    }

    /// Says that something did not work.
    pub fn fail(self, text: impl Into<String>) {
        self.push(text.into(), true, None);
    }

    /// Says what was done, with a button that takes it back. The page on which it was done may
    /// be gone when it is pressed: `undo` reads no signal of a page but with `try_…`.
    pub fn undoable(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.push(text.into(), false, Some(Arc::new(undo)));
    }

    fn push(self, text: String, error: bool, undo: Option<Arc<dyn Fn() + Send + Sync>>) {
        let id = self.next.try_update_value(|n| {
            *n += 1;
            *n
        });
        let Some(id) = id else { return };
        let shown_ms = if undo.is_some() { UNDO_MS } else { SHOWN_MS };
        self.shown.update(|list| {
            list.push(Toast { id, text, error, undo });
            while list.len() > SHOWN_MAX {
                // What can still be undone gives way last.
                let plain = list.iter().position(|t| t.undo.is_none() && t.id != id);
                list.remove(plain.unwrap_or(0));
            }
        });
        self.expire(id, shown_ms);
    }

    fn expire(self, id: u64, after_ms: u32) {
        let end = move || match self.held.try_get_value() {
            Some(true) => self.expire(id, HELD_MS),
            _ => self.remove(id),
        };
        Timeout::new(after_ms, end).forget();
    }

    fn remove(self, id: u64) {
        self.shown.update(|list| list.retain(|t| t.id != id));
    }

    fn undo(self, toast: &Toast) {
        self.remove(toast.id);
        // An element that goes while it is pointed at tells nobody that it was left.
        self.held.set_value(false);
        if let Some(undo) = &toast.undo {
            undo();
        }
    }
}

thread_local! {
    // Where the focus came from, to give it back. Not a local `StoredValue`, which the server
    // drops on another thread than the one that made it, and that panics.
    static BEFORE: RefCell<Option<web_sys::HtmlElement>> = const { RefCell::new(None) };
}

/// Where the messages appear.
#[component]
pub fn ToastArea() -> impl IntoView {
    let toasts = use_toasts();
    let shown = toasts.shown;
    let newest =
        move || shown.with_untracked(|l| l.iter().rev().find(|t| t.undo.is_some()).cloned());
    let undo = move || newest().is_some().then_some("Undo what the message offers");
    use_command(Command::named(undo).key("z").icon("refresh-cw"), move |_| {
        if let Some(toast) = newest() {
            toasts.undo(&toast);
        }
    });
    let give_back = || {
        if let Some(element) = BEFORE.take() {
            // Refused only by a detached element.
            let _ = element.focus();
        }
    };
    let hold = move |held: bool| toasts.held.set_value(held);
    let button = move |toast: Toast| {
        let gone = toast.id;
        view! {
            <button
                type="button"
                title="Undo (z)"
                on:click=move |_| {
                    give_back();
                    toasts.undo(&toast);
                }
                on:keydown=move |ev| {
                    if ev.key() == "Escape" {
                        ev.stop_propagation();
                        give_back();
                        hold(false);
                        toasts.remove(gone);
                    }
                }
            >
                "Undo"
            </button>
        }
    };
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            on:mouseenter=move |_| hold(true)
            on:mouseleave=move |_| hold(false)
            on:focusin=move |ev| {
                hold(true);
                let from = ev.related_target().and_then(|t| t.dyn_into().ok());
                if let Some(from) = from {
                    BEFORE.set(Some(from));
                }
            }
            on:focusout=move |_| hold(false)
        >
            <For each=move || shown.get() key=|t| t.id let:toast>
                <p class=if toast.error { "toast error" } else { "toast" }>
                    {toast.text.clone()}
                    {toast.undo.is_some().then(|| button(toast.clone()))}
                </p>
            </For>
        </div>
    }
}
