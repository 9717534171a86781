//! When a pane loads its data again: after a change made here, or told by the stream.

use super::{Hint, Live, use_live};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;

/// A pane loads at most so often, in milliseconds, however much is told.
const PAUSE_MS: f64 = 500.0;
/// One's own change is told as well, mostly before its answer comes: then it is loaded already.
/// For what is told later nobody waits longer than this.
const JUST_TOLD_MS: f64 = 2_000.0;
const WAIT_MS: u32 = 800;

/// The changes made on this page.
#[derive(Clone, Copy)]
pub struct Changed {
    made: RwSignal<u32>,
    /// When the stream last told something.
    told_at: StoredValue<f64>,
    live: Live,
}

/// Puts the changes of a page into context.
pub fn provide_changed() {
    let live = use_live();
    let changed = Changed { made: RwSignal::new(0), told_at: StoredValue::new(0.0), live };
    provide_context(changed);
    // What could not be loaded meanwhile is, without a press.
    Effect::new(move |_| {
        let back = window_event_listener_untyped("online", move |_| changed.load_all());
        on_cleanup(move || back.remove());
    });
    live.on_hint(move |_| {
        let _ = changed.told_at.try_set_value(js_sys::Date::now());
    });
}

/// The way to say that something was changed; only below [`provide_changed`].
pub fn use_changed() -> Changed {
    expect_context::<Changed>()
}

impl Changed {
    /// Says that something was changed, or that a change failed: all panes that it concerns
    /// load their data again, once.
    pub fn notify(self) {
        if !self.are_told() {
            self.load_all();
        } else if !self.just_told() {
            let late = move || {
                if self.told_at.try_get_value().is_some() && !self.just_told() {
                    self.load_all();
                }
            };
            Timeout::new(WAIT_MS, late).forget();
        }
    }

    /// Whether changes made elsewhere are told right now.
    pub fn are_told(self) -> bool {
        self.live.is_alive()
    }

    fn just_told(self) -> bool {
        let told = self.told_at.try_get_value().unwrap_or_default();
        js_sys::Date::now() - told < JUST_TOLD_MS
    }

    /// The same for a change that the stream tells nobody, such as what the reader has read.
    pub fn load_all(self) {
        let _ = self.made.try_update(|n| *n = n.wrapping_add(1));
    }
}

/// Grows whenever a pane should load its data again: after changes made on the page, and after
/// hints that `concerns` picks. For a resource's source, or an effect.
pub fn use_fresh(concerns: impl Fn(Hint) -> bool + Send + Sync + 'static) -> Signal<u32> {
    use_fresh_every(PAUSE_MS, concerns)
}

/// The same, after hints at most once in `pause_ms`: for what is dear to load and not pressing.
pub fn use_fresh_every(
    pause_ms: f64,
    concerns: impl Fn(Hint) -> bool + Send + Sync + 'static,
) -> Signal<u32> {
    let told = RwSignal::new(0_u32);
    // When it last loaded, and whether it is about to.
    let pause = StoredValue::new((0.0, false));
    // The page may be gone when it is told, or when its turn to load comes.
    let load = move || {
        pause.try_set_value((js_sys::Date::now(), false));
        let _ = told.try_update(|n| *n = n.wrapping_add(1));
    };
    use_live().on_hint(move |hint| {
        let Some((last, planned)) = pause.try_get_value() else { return };
        if planned || !(hint == Hint::Everything || concerns(hint)) {
            return;
        }
        let wait = last + pause_ms - js_sys::Date::now();
        if wait <= 0.0 {
            load();
            return;
        }
        pause.try_set_value((last, true));
        Timeout::new(wait as u32, load).forget();
    });
    let made = use_context::<Changed>().map(|changed| changed.made);
    Signal::derive(move || told.get().wrapping_add(made.map_or(0, |made| made.get())))
}
