//! Where in the list the reader was, kept with the entry of the browser's history: Back shows the
//! same rows at the same height, with the focus on the ticket that was opened.

use gloo_timers::callback::Timeout;
use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::location::State;
use rapport_domain::ticket::InboxQuery;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// Scrolling has ended when it rests for so long, in milliseconds.
const RESTS_MS: u32 = 150;
/// Frames that the rows may take to be on the page once they are loaded.
const FRAMES: u32 = 60;
/// What the entry's state holds.
const SCROLL: &str = "inboxScroll";
const OPENED: &str = "inboxOpened";
/// The ticket whose row is wanted in sight, wherever it stands by now; until the list is scrolled.
const CURSOR: &str = "inboxCursor";
/// How far below the list's upper edge the opened ticket stood, in pixels.
const OPENED_AT: &str = "inboxOpenedAt";

thread_local! {
    // What the list noted when its ticket was opened, for a way back that is not Back.
    static LEFT: RefCell<Option<f64>> = const { RefCell::new(None) };
}

/// The state of a new entry that shows the list as it was left, with the cursor on a ticket.
pub fn as_left(cursor: Option<i64>) -> State {
    let state = js_sys::Object::new();
    let notes = [(SCROLL, LEFT.with_borrow(|top| *top)), (CURSOR, cursor.map(|n| n as f64))];
    for (name, value) in notes {
        if let Some(value) = value {
            // A plain object takes every property.
            let _ = js_sys::Reflect::set(&state, &name.into(), &value.into());
        }
    }
    State::new(Some(state.into()))
}

/// The list's own scroller, and what is remembered of it.
#[derive(Clone, Copy)]
pub struct ListPosition {
    pub scroller: NodeRef<Div>,
    /// Counts what makes an earlier scrolling not worth writing down.
    moves: StoredValue<u32>,
}

/// Goes back to where the reader was as soon as `loaded` answers the query whose rows have come.
pub fn use_list_position(loaded: impl Fn() -> Option<InboxQuery> + 'static) -> ListPosition {
    let position = ListPosition { scroller: NodeRef::new(), moves: StoredValue::new(0) };
    Effect::new(move |_| {
        // What is not written down yet belongs to the entry that is being left.
        let left = window_event_listener(leptos::ev::popstate, move |_| {
            position.moved();
        });
        on_cleanup(move || left.remove());
    });
    Effect::new(move |before: Option<Option<InboxQuery>>| {
        let (now, before) = (loaded(), before.flatten());
        if now.is_some() && now != before {
            let moved = before.is_some();
            request_animation_frame(move || position.restore(moved, FRAMES));
        }
        now.or(before)
    });
    position
}

impl ListPosition {
    /// The list was scrolled.
    pub fn scrolled(self) {
        let moved = self.moved();
        let rest = move || {
            // Not of a page that was left meanwhile, whose entry this no longer is.
            if moved.is_some() && self.moves.try_get_value() == moved {
                self.note(None);
            }
        };
        Timeout::new(RESTS_MS, rest).forget();
    }

    /// A ticket is being opened.
    pub fn opened(self, number: i64) {
        self.moved();
        LEFT.set(Some(f64::from(self.top())));
        self.note(Some(number));
    }

    fn moved(self) -> Option<u32> {
        self.moves.try_update_value(|moves| {
            *moves = moves.wrapping_add(1);
            *moves
        })
    }

    /// Whether the list is on a screen: never on the server.
    pub fn is_shown(self) -> bool {
        self.scroller.try_get_untracked().flatten().is_some()
    }

    /// Whether the reader has scrolled down.
    pub fn is_down(self) -> bool {
        self.top() > 0
    }

    pub fn to_top(self) {
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(0);
        }
    }

    fn top(self) -> i32 {
        self.scroller.try_get_untracked().flatten().map_or(0, |s| s.scroll_top())
    }

    fn note(self, opened: Option<i64>) {
        let Ok(history) = window().history() else { return };
        let state = history.state().ok().filter(JsValue::is_object);
        let state = state.unwrap_or_else(|| js_sys::Object::new().into());
        // Scrolled since, the opened ticket says nothing of the place any more.
        let at = opened.and_then(|number| self.distance_of(&self.link(number)?));
        let top = f64::from(self.top());
        let mut notes = vec![(SCROLL, Some(top)), (OPENED_AT, at), (CURSOR, None)];
        notes.extend(opened.map(|number| (OPENED, Some(number as f64))));
        for (name, value) in notes {
            let value = value.map_or(JsValue::NULL, JsValue::from);
            // A plain object takes every property.
            let _ = js_sys::Reflect::set(&state, &name.into(), &value);
        }
        // A browser that refuses, as after too many, costs the place and nothing else.
        let _ = history.replace_state(&state, "");
    }

    /// A page that was not there before in this entry begins at its top.
    fn restore(self, moved: bool, frames: u32) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        let state = window().history().and_then(|h| h.state()).unwrap_or(JsValue::NULL);
        let number = |name: &str| {
            let value = js_sys::Reflect::get(&state, &name.into()).ok()?;
            value.as_f64()
        };
        let room = scroller.scroll_height() - scroller.client_height();
        if frames > 0 && number(SCROLL).is_some_and(|top| f64::from(room) < top) {
            request_animation_frame(move || self.restore(moved, frames - 1));
            return;
        }
        let free = document().active_element().is_none_or(|a| a.tag_name() == "BODY");
        let link_of = |name: &str| number(name).and_then(|number| self.link(number as i64));
        let (cursor, opened) = (link_of(CURSOR), link_of(OPENED));
        if let Some(link) = cursor.as_ref().or(opened.as_ref()).filter(|_| free) {
            // Refused only by a detached element.
            let _ = link.focus();
        }
        match number(SCROLL) {
            Some(top) => scroller.set_scroll_top(top as i32),
            None if moved => scroller.set_scroll_top(0),
            None => {}
        }
        if let Some(link) = cursor {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            link.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
        // Tickets that came meanwhile stand above it.
        let now = opened.as_ref().and_then(|link| self.distance_of(link));
        if let Some((now, then)) = now.zip(number(OPENED_AT)) {
            scroller.set_scroll_top(scroller.scroll_top() + (now - then).round() as i32);
        }
    }

    /// The link of a ticket that is in the list.
    fn link(self, number: i64) -> Option<HtmlElement> {
        let scroller = self.scroller.try_get_untracked().flatten()?;
        let link = format!(".inbox-row[data-number=\"{number}\"] a.subject");
        scroller.query_selector(&link).ok().flatten()?.dyn_into().ok()
    }

    /// How far below the list's upper edge it stands, in pixels.
    fn distance_of(self, link: &HtmlElement) -> Option<f64> {
        let scroller = self.scroller.try_get_untracked().flatten()?;
        Some(link.get_bounding_client_rect().top() - scroller.get_bounding_client_rect().top())
    }
}
