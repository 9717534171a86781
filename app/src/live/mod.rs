//! The stream of what changed, as the open page has it; one a tab. A page that follows nothing
//! hears when more or less waits for its reader.
//!
//! It says ids, and panes load what concerns them again ([`use_fresh`]). It comes back by itself
//! after a break, a sleep or a restart, and gets what it missed; after too long everything on
//! screen is loaded again. A tab that nobody looks at has none: browsers share few connections
//! among all tabs. Nothing of this runs on the server.

mod fresh;
mod here;
mod hint;
mod wire;

pub use fresh::{Changed, provide_changed, use_changed, use_fresh, use_fresh_every};
pub use here::{PresentPeople, typing};
pub use hint::{Hint, account_topic, customer_topic};

use crate::session::use_viewer;
use leptos::prelude::*;
use rapport_domain::TicketId;
use rapport_domain::live::Topic;
use rapport_domain::presence::{Present, read_lines};
use std::cell::{Cell, RefCell};
use wire::Wire;

/// How often it looks after the stream, in milliseconds.
const LOOK_MS: u64 = 1_000;

thread_local! {
    static LOST: Cell<Option<fn()>> = const { Cell::new(None) };
    // A tab is one thread; on the server nobody asks.
    static WIRE: RefCell<Wire> = RefCell::new(Wire::default());
}

/// The stream of this tab; take it with [`use_live`].
#[derive(Clone, Copy)]
pub struct Live {
    /// What the page that shows follows, and the page's number.
    topics: RwSignal<Option<(u64, Vec<Topic>)>>,
    /// Somebody is logged in: also pages that follow nothing hear what waits for them.
    personal: bool,
    /// Nothing was heard for too long: what shows may be old.
    pub broken: RwSignal<bool>,
    /// Who is at the tickets that the page follows.
    present: RwSignal<Vec<(TicketId, Present)>>,
    listeners: StoredValue<Vec<(u64, Callback<Hint>)>>,
    next: StoredValue<u64>,
}

/// Puts the stream into context, for a logged-in person; it starts in the browser.
pub fn provide_live() {
    // Where the server had come when it began this page: nothing after that is missed.
    let from = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        return use_context::<rapport_services::live::Live>()
            .and_then(|live| live.position())
            .map(|position| position.to_string());
        #[cfg(not(feature = "ssr"))]
        None::<String>
    });
    let live = Live {
        topics: RwSignal::new(None),
        personal: use_viewer().is_some(),
        broken: RwSignal::new(false),
        present: RwSignal::new(Vec::new()),
        listeners: StoredValue::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(live);
    let from = from.into_inner();
    Effect::new(move |_| {
        WIRE.with_borrow_mut(|wire| wire.start(from.clone()));
        here::start();
        let look = move || live.look();
        // Leptos's timers end with their owner, which is the tab.
        let _ = set_interval_with_handle(look, std::time::Duration::from_millis(LOOK_MS));
        for event in ["visibilitychange", "online"] {
            let _ = window_event_listener_untyped(event, move |_| live.look());
        }
    });
    Effect::new(move |_| {
        let follows = live.topics.with(Option::is_some);
        WIRE.with_borrow_mut(Wire::close);
        // Between two pages nothing is followed for a moment: that is no reason for a stream.
        if follows {
            live.look();
        }
    });
}

/// The stream of this tab.
pub fn use_live() -> Live {
    expect_context::<Live>()
}

impl Live {
    /// Follows topics for as long as the component lives; none while there are none.
    pub fn follow(self, topics: Signal<Vec<Topic>>) {
        let page = self.number();
        Effect::new(move |_| {
            let topics = topics.get();
            self.topics.set((!topics.is_empty()).then_some((page, topics)));
        });
        // The next page may have begun before this one ends.
        on_cleanup(move || {
            let own = |now: Option<(u64, Vec<Topic>)>| now.is_some_and(|(of, _)| of == page);
            if self.topics.try_get_untracked().is_some_and(own) {
                self.topics.set(None);
            }
        });
    }

    /// Calls back with each hint, for as long as the component lives.
    pub fn on_hint(self, run: impl Fn(Hint) + Send + Sync + 'static) {
        let run = Callback::new(run);
        Effect::new(move |_| {
            let id = self.number();
            self.listeners.update_value(|all| all.push((id, run)));
            on_cleanup(move || {
                let _ = self.listeners.try_update_value(|all| all.retain(|(of, _)| *of != id));
            });
        });
    }

    fn number(self) -> u64 {
        let next = self.next.try_update_value(|n| {
            *n += 1;
            *n
        });
        next.unwrap_or_default()
    }

    /// Whether changes are being told right now.
    pub fn is_alive(self) -> bool {
        WIRE.with_borrow(Wire::is_open)
    }

    /// Opens, closes or gives up the stream, as the moment asks.
    fn look(self) {
        let topics = self.topics.get_untracked().map(|(_, topics)| topics);
        let follows = topics.is_some();
        let topics = topics.or_else(|| self.personal.then(Vec::new));
        let old = WIRE.with_borrow_mut(|wire| wire.look(topics.as_deref(), self));
        let broken = old && follows;
        if self.broken.get_untracked() != broken {
            self.broken.set(broken);
            // Nobody knows any more who is there.
            self.present.set(Vec::new());
        }
        here::look();
    }

    fn heard_present(self, id: String, text: String) {
        self.heard(id, String::new());
        self.present.update(|known| read_lines(known, &text));
    }

    fn heard(self, id: String, data: String) {
        WIRE.with_borrow_mut(|wire| wire.heard(id));
        if self.broken.get_untracked() {
            self.broken.set(false);
        }
        let listeners = self.listeners.get_value();
        for hint in data.lines().map(Hint::from) {
            for (_, run) in &listeners {
                // A listener before it may have ended its component.
                run.try_run(hint);
            }
        }
    }
}

/// The connection broke.
fn lost() {
    WIRE.with_borrow_mut(Wire::put_off);
    if let Some(ask) = LOST.get() {
        ask();
    }
}

/// What is done once the connection breaks: the network may be gone, the server, or the session.
pub fn on_lost(ask: fn()) {
    LOST.set(Some(ask));
}

/// Says, in a quiet place, that the page is not told of changes.
#[component]
pub fn LiveState() -> impl IntoView {
    // A page without a browser half is never told anything.
    use_context::<Live>().map(|live| {
        view! {
            <span class="live-state" role="status">
                {move || live.broken.get().then_some("Not live – reconnecting")}
            </span>
        }
    })
}
