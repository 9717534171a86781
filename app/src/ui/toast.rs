//! Short messages at the corner, read aloud by screen readers.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

/// How long a message stays, in milliseconds.
const SHOWN_MS: u32 = 4_000;
/// At most this many at once; older ones go.
const SHOWN_MAX: usize = 3;

#[derive(Debug, Clone, PartialEq)]
struct Toast {
    id: u64,
    text: String,
    error: bool,
}

/// The way to say something; take it with [`use_toasts`].
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

/// Puts the messages into context.
pub fn provide_toasts() {
    provide_context(Toasts { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
}

/// The messages of this tab.
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

impl Toasts {
    /// Says that something worked.
    pub fn say(self, text: impl Into<String>) {
        self.push(text.into(), false);
    }

    /// Says that something did not work.
    pub fn fail(self, text: impl Into<String>) {
        self.push(text.into(), true);
    }

    fn push(self, text: String, error: bool) {
        let id = self.next.try_update_value(|n| {
            *n += 1;
            *n
        });
        let Some(id) = id else { return };
        self.shown.update(|list| {
            list.push(Toast { id, text, error });
            let extra = list.len().saturating_sub(SHOWN_MAX);
            list.drain(..extra);
        });
        Timeout::new(SHOWN_MS, move || self.shown.update(|list| list.retain(|t| t.id != id)))
            .forget();
    }
}

/// Where the messages appear.
#[component]
pub fn ToastArea() -> impl IntoView {
    let shown = use_toasts().shown;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || shown.get() key=|t| t.id let:toast>
                <p class=if toast.error { "toast error" } else { "toast" }>{toast.text}</p>
            </For>
        </div>
    }
}
