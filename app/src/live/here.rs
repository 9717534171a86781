//! Colleagues at the same ticket: who they are, and saying that one is there oneself.
//!
//! An open ticket says every few seconds that somebody looks at it, and at once when they begin or
//! stop to type. A tab that nobody looks at, or whose reader has gone for a coffee, says that it
//! left; one that says nothing for a while is taken for gone by the server.

use super::{Live, WIRE, use_live, wire::Wire};
use crate::session::use_viewer;
use crate::ui::avatar::Avatar;
use leptos::prelude::*;
use rapport_domain::TicketId;
use rapport_domain::presence::{Doing, HERE_EVERY, Present, TYPING_EVERY, in_words};
use std::cell::RefCell;

/// Without a key or a movement of the mouse for so long, nobody sits there. In milliseconds.
const IDLE: f64 = 300_000.0;
/// Avatars beside each other.
const SHOWN: usize = 3;
/// What somebody does who shows that they are there.
const SIGNS: [&str; 4] = ["pointermove", "pointerdown", "keydown", "wheel"];

thread_local! {
    static HERE: RefCell<Here> = RefCell::new(Here::default());
}

#[derive(Default)]
struct Here {
    /// Drawn once a tab.
    tab: f64,
    /// The ticket, and which component is showing it.
    at: Option<(u64, TicketId)>,
    reported: Option<Doing>,
    reported_at: f64,
    typed_at: f64,
    moved_at: f64,
}

impl Here {
    fn look(&mut self, heard: bool) {
        let Some((_, ticket)) = self.at else { return };
        let now = js_sys::Date::now();
        let away = document().hidden() || now - self.moved_at > IDLE;
        let typing = now - self.typed_at < millis(TYPING_EVERY);
        let doing = (!away).then_some(if typing { Doing::Typing } else { Doing::Looking });
        let again = doing.is_some() && now - self.reported_at >= millis(HERE_EVERY);
        // Without a stream nobody would be reached either.
        if heard && (doing != self.reported || again) {
            self.say(ticket, doing);
        }
    }

    fn say(&mut self, ticket: TicketId, doing: Option<Doing>) {
        if self.tab == 0.0 {
            self.tab = 1.0 + (js_sys::Math::random() * 9e15).floor();
        }
        let word = doing.map_or("left", Doing::as_str);
        let url = format!("/live/here?tab={}&ticket={ticket}&doing={word}", self.tab);
        // Arrives even when the page is being closed. When it does not, the next one will.
        let _ = window().navigator().send_beacon(&url);
        (self.reported, self.reported_at) = (doing, js_sys::Date::now());
    }

    fn leave(&mut self) {
        if let (Some((_, ticket)), Some(_)) = (self.at, self.reported) {
            self.say(ticket, None);
        }
    }
}

fn millis(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Listens to what the reader does, once a tab.
pub(super) fn start() {
    for event in SIGNS {
        let _ = window_event_listener_untyped(event, |_| {
            HERE.with_borrow_mut(|here| here.moved_at = js_sys::Date::now());
        });
    }
    let _ = window_event_listener_untyped("pagehide", |_| HERE.with_borrow_mut(Here::leave));
}

/// Says what has to be said by now.
pub(super) fn look() {
    let heard = WIRE.with_borrow(Wire::is_open);
    HERE.with_borrow_mut(|here| here.look(heard));
}

impl Live {
    /// Tells colleagues that the reader is at a ticket, for as long as the component lives.
    pub fn be_at(self, ticket: TicketId) {
        let page = self.number();
        Effect::new(move |_| {
            HERE.with_borrow_mut(|here| {
                here.leave();
                *here = Here {
                    tab: here.tab,
                    at: Some((page, ticket)),
                    moved_at: js_sys::Date::now(),
                    ..Here::default()
                };
            });
            look();
        });
        // The next ticket may have come before this one goes.
        on_cleanup(move || {
            HERE.with_borrow_mut(|here| {
                if here.at.is_some_and(|(of, _)| of == page) {
                    here.leave();
                    here.at = None;
                }
            });
        });
    }
}

/// For each key typed into an answer or note; `false` when it was sent or emptied.
pub fn typing(now: bool) {
    HERE.with_borrow_mut(|here| here.typed_at = if now { js_sys::Date::now() } else { 0.0 });
    look();
}

/// The colleagues at a ticket; nothing while there are none.
#[component]
pub fn PresentPeople(
    ticket: TicketId,
    /// Over the conversation, where it moves nothing and lies on no button.
    #[prop(optional)]
    edge: bool,
) -> impl IntoView {
    let (live, me) = (use_live(), use_viewer().map(|viewer| viewer.user));
    let people = Memo::new(move |_| {
        live.present.with(|all| {
            let here = all.iter().filter(|(at, one)| *at == ticket && Some(one.user) != me);
            here.map(|(_, one)| one.clone()).collect::<Vec<Present>>()
        })
    });
    move || {
        let people = people.get();
        let reported = in_words(&people);
        let typing = people.iter().any(|one| one.doing == Doing::Typing);
        (!people.is_empty()).then(|| {
            let who = people
                .iter()
                .take(SHOWN)
                .map(|one| view! { <Avatar name=one.name.clone() of=Some(one.user) /> });
            view! {
                <span class="present" class:edge=edge class:typing=typing title=reported.clone()>
                    {who.collect_view()}
                    <span class="said">{reported.clone()}</span>
                </span>
            }
        })
    }
}
