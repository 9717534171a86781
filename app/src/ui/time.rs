//! Times, by one rule on every page: a [`Time`] in one of the styles of [`TimeStyle`], in the
//! reader's own zone and way of writing dates, the whole of it on hover.
//!
//! A zone that the reader chose is known to server and browser alike. Of one that nobody chose only the
//! browser knows: the server writes UTC, and where the page has a browser half the component writes it
//! anew; elsewhere `public/plain.js` does, by the style that `data-time` names: the two have to write
//! alike. Without scripts UTC stays, and `style/base.css` says so behind it. Text that a time is part of
//! (titles, e-mails, what is copied) cannot change and names its zone.

use crate::session::use_viewer;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use rapport_domain::dates::Dates;
pub use rapport_domain::dates::TimeStyle;
pub use rapport_domain::text::duration_text;

/// What the reader's clock says: the instant, in which zone, and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Now; from the server at first, so that both halves render the same.
    pub now: RwSignal<DateTime<Utc>>,
    /// False until the browser took over.
    pub local: RwSignal<bool>,
    /// The zone that the reader chose.
    chosen: StoredValue<Option<String>>,
    dates: StoredValue<Dates>,
}

/// Puts the clock into context; in the browser it ticks every half minute. Below the viewer.
pub fn provide_clock() {
    let now = SharedValue::new(|| DateTime::from_timestamp_millis(now_ms()).unwrap_or_default());
    let preferences = use_viewer().map(|viewer| viewer.preferences).unwrap_or_default();
    let clock = Clock {
        now: RwSignal::new(now.into_inner()),
        local: RwSignal::new(false),
        dates: StoredValue::new(dates(&preferences)),
        chosen: StoredValue::new(preferences.time_zone),
    };
    provide_context(clock);
    Effect::new(move |_| {
        clock.local.set(true);
        Interval::new(30_000, move || {
            if let Some(now) = DateTime::from_timestamp_millis(now_ms()) {
                clock.now.set(now);
            }
        })
        .forget();
    });
}

#[cfg(feature = "ssr")]
mod half {
    use super::*;

    pub fn now_ms() -> i64 {
        std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_millis() as i64)
    }

    pub fn dates(preferences: &rapport_domain::preferences::Preferences) -> Dates {
        Dates::of_line(&preferences.dates_line())
    }

    pub fn wall_in(zone: &str, at: DateTime<Utc>) -> DateTime<Utc> {
        at + TimeDelta::minutes(rapport_domain::locale::offset_minutes(zone, at))
    }
}

#[cfg(not(feature = "ssr"))]
mod half {
    use super::*;
    use js_sys::{Array, Date, Function, Object, Reflect};
    use std::cell::OnceCell;
    use wasm_bindgen::{JsCast, JsValue};

    thread_local! {
        /// Writes an instant in the chosen zone; what makes one is slow.
        static WRITER: OnceCell<Option<Function>> = const { OnceCell::new() };
    }

    pub fn now_ms() -> i64 {
        Date::now() as i64
    }

    /// The server wrote them on the page.
    pub fn dates(_: &rapport_domain::preferences::Preferences) -> Dates {
        let html = document().document_element();
        Dates::of_line(&html.and_then(|h| h.get_attribute("data-dates")).unwrap_or_default())
    }

    pub fn wall_in(zone: &str, at: DateTime<Utc>) -> DateTime<Utc> {
        WRITER.with(|writer| {
            let write = writer.get_or_init(|| writer_of(zone).ok());
            let date = Date::new(&(at.timestamp_millis() as f64).into());
            let text = write.as_ref().and_then(|w| w.call1(&JsValue::UNDEFINED, &date).ok());
            let text = text.and_then(|text| text.as_string()).unwrap_or_default();
            let wall = Date::parse(&format!("{}Z", text.replace(' ', "T")));
            // A browser that does not know the zone uses its own.
            if wall.is_nan() {
                here(at)
            } else {
                at + TimeDelta::seconds(wall as i64 / 1_000 - at.timestamp())
            }
        })
    }

    /// By way of `Reflect`: a zone that this browser does not know is an error, and no panic.
    fn writer_of(zone: &str) -> Result<Function, JsValue> {
        let options = Object::new();
        // Swedes write 2026-11-24 10:41:00.
        for (name, value) in [("timeZone", zone), ("dateStyle", "short"), ("timeStyle", "medium")] {
            Reflect::set(&options, &name.into(), &value.into())?;
        }
        let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
        let format: Function = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into()?;
        let format = Reflect::construct(&format, &Array::of2(&"sv".into(), &options))?;
        Reflect::get(&format, &"format".into())?.dyn_into()
    }
}

use half::{dates, now_ms, wall_in};

/// The instant as the wall clock of this browser shows it.
fn here(at: DateTime<Utc>) -> DateTime<Utc> {
    let date = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
    at - TimeDelta::minutes(date.get_timezone_offset() as i64)
}

/// The reader's clock.
pub fn use_clock() -> Clock {
    expect_context::<Clock>()
}

impl Clock {
    /// The instant as the reader's wall clock shows it, kept in a UTC value.
    pub fn wall(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let local = self.local.get();
        self.chosen.with_value(|zone| match zone {
            Some(zone) => wall_in(zone, at),
            None if local => here(at),
            None => at,
        })
    }

    /// The reader's time zone, once it is known.
    pub fn zone(self) -> Option<String> {
        if let Some(zone) = self.chosen.get_value() {
            return Some(zone);
        }
        if !self.local.get() {
            return None;
        }
        let format =
            js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
        js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
    }

    /// What stands behind a time that is not the reader's.
    pub fn mark(self) -> &'static str {
        if self.local.get() || self.chosen.with_value(Option::is_some) { "" } else { " UTC" }
    }

    /// Writes `at` in a style.
    pub fn format(self, at: DateTime<Utc>, style: TimeStyle) -> String {
        self.written(self.wall(at), style)
    }

    /// The same for what a wall clock shows, whosever it is.
    pub fn written(self, wall: DateTime<Utc>, style: TimeStyle) -> String {
        let now = self.wall(self.now.get());
        self.dates.with_value(|dates| dates.write(wall, now, style))
    }

    /// The heading of a day.
    pub fn heading(self, date: NaiveDate) -> String {
        let today = self.wall(self.now.get()).date_naive();
        self.dates.with_value(|dates| dates.heading(date, today))
    }

    /// A day of this year.
    pub fn day(self, date: NaiveDate) -> String {
        self.dates.with_value(|dates| dates.day(date))
    }

    /// Whether a day begins the reader's week.
    pub fn begins_week(self, date: NaiveDate) -> bool {
        self.dates.with_value(|dates| dates.days_into_week(date) == 0)
    }
}

/// A point in time, absolute on hover.
#[component]
pub fn Time(
    at: DateTime<Utc>,
    #[prop(default = TimeStyle::Row)] style: TimeStyle,
) -> impl IntoView {
    let clock = use_clock();
    view! {
        <time
            data-time=style.name()
            datetime=at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            title=move || format!("{}{}", clock.format(at, TimeStyle::Full), clock.mark())
        >
            {move || clock.format(at, style)}
        </time>
    }
}
