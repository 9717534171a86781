//! The connection: when there is one, when it is given up, and when it is tried again.

use super::{Live, lost};
use rapport_domain::live::{BEAT, Topic};
use rapport_domain::presence::PRESENT;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{EventSource, MessageEvent};

/// The server breaks its silence every 5 s; after this long it is gone. In milliseconds, as all.
const SILENCE: f64 = 12_000.0;
/// How long a page without news is still believed to be up to date.
const STALE: f64 = 10_000.0;
/// How long a tab that nobody looks at keeps its stream.
const HIDDEN: f64 = 60_000.0;
/// The wait before another try doubles from the first to the last.
const FIRST_WAIT: f64 = 1_000.0;
const LAST_WAIT: f64 = 8_000.0;
/// A longer pause between two looks means that the computer slept.
const SLEPT: f64 = 5_000.0;

#[derive(Default)]
pub(super) struct Wire {
    source: Option<Source>,
    /// Where to go on: the id of the last event.
    last: Option<String>,
    /// The last sign of life.
    heard: f64,
    /// Since when the page may be old.
    since: f64,
    looked: f64,
    hidden_since: Option<f64>,
    tries: i32,
    again: f64,
}

struct Source {
    events: EventSource,
    opened: f64,
    // Kept alive for as long as the browser may call them.
    _message: Closure<dyn FnMut(MessageEvent)>,
    _beat: Closure<dyn FnMut(MessageEvent)>,
    _present: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut()>,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.events.set_onmessage(None);
        self.events.set_onerror(None);
        self.events.close();
    }
}

impl Wire {
    /// Goes on from where the server was when it made the page.
    pub fn start(&mut self, from: Option<String>) {
        self.last = from;
    }

    pub fn is_open(&self) -> bool {
        self.source.is_some() && js_sys::Date::now() - self.heard < SILENCE
    }

    /// For a new topic at once.
    pub fn close(&mut self) {
        self.source = None;
        self.again = 0.0;
        self.since = js_sys::Date::now();
    }

    pub fn heard(&mut self, id: String) {
        self.heard = js_sys::Date::now();
        self.since = self.heard;
        self.tries = 0;
        if !id.is_empty() {
            self.last = Some(id);
        }
    }

    /// Looks after the stream; answers whether what shows may be old.
    pub fn look(&mut self, topics: Option<&[Topic]>, live: Live) -> bool {
        let now = js_sys::Date::now();
        if now - self.looked > SLEPT {
            // Asleep nobody saw that it was old: it has its time to come back.
            self.since = now;
            self.again = 0.0;
        }
        self.looked = now;
        let hidden = leptos::prelude::document().hidden();
        self.hidden_since = hidden.then(|| self.hidden_since.unwrap_or(now));
        let away = self.hidden_since.is_some_and(|since| now - since > HIDDEN);
        // One that was opened in the background waits until somebody looks.
        let unseen = hidden && self.source.is_none();
        let Some(topics) = topics.filter(|_| !(away || unseen)) else {
            self.close();
            return false;
        };
        let silent = |source: &Source| now - source.opened.max(self.heard) > SILENCE;
        if self.source.as_ref().is_some_and(silent) {
            self.put_off();
        }
        if self.source.is_none() && now >= self.again {
            self.open(topics, live);
        }
        now - self.since > STALE
    }

    fn open(&mut self, topics: &[Topic], live: Live) {
        let mut url = String::from("/live?");
        for topic in topics {
            // A word and an id: the space is all that an address writes otherwise.
            url.push_str("topic=");
            url.push_str(&topic.as_str().replace(' ', "+"));
            url.push('&');
        }
        if let Some(last) = &self.last {
            url.push_str("from=");
            url.push_str(last);
        }
        // Refused only for an address that is none.
        let Ok(events) = EventSource::new(&url) else { return };
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            live.heard(event.last_event_id(), event.data().as_string().unwrap_or_default());
        });
        let beat = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            live.heard(event.last_event_id(), String::new());
        });
        let present = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            live.heard_present(event.last_event_id(), event.data().as_string().unwrap_or_default());
        });
        let error = Closure::<dyn FnMut()>::new(move || {
            // Not within the browser's own call, whose closure this would drop.
            leptos::prelude::queue_microtask(lost);
        });
        events.set_onmessage(Some(message.as_ref().unchecked_ref()));
        for (name, listener) in [(BEAT, &beat), (PRESENT, &present)] {
            // Refused for no name that an event can have.
            let _ =
                events.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
        events.set_onerror(Some(error.as_ref().unchecked_ref()));
        let opened = js_sys::Date::now();
        self.source = Some(Source {
            events,
            opened,
            _message: message,
            _beat: beat,
            _present: present,
            _error: error,
        });
    }

    /// Gives the connection up until later: not at the moment at which all others come, too.
    pub fn put_off(&mut self) {
        self.source = None;
        let wait = (FIRST_WAIT * 2f64.powi(self.tries)).min(LAST_WAIT);
        self.again = js_sys::Date::now() + wait * (0.5 + js_sys::Math::random());
        self.tries += 1;
    }
}
