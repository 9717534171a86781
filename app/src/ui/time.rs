//! Times, by one rule on every page: a [`Time`] in one of the styles of [`TimeStyle`], in the
//! reader's own zone, the whole of it on hover.
//!
//! The server knows no zone and writes UTC. Where the page has a browser half, the component
//! writes it anew; elsewhere `public/plain.js` does, by the style that `data-time` names: the two
//! have to write alike. Without scripts UTC stays, and `style/base.css` says so behind it. Text
//! that a time is part of (titles, e-mails, what is copied) cannot change and names its zone.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use gloo_timers::callback::Interval;
use leptos::prelude::*;
pub use rapport_domain::text::duration_text;

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeStyle {
    /// `09:14` today, `Nov 18` this year, else `Nov 18, 2025`.
    List,
    /// `Today 09:14`, `Nov 18`, `Nov 18, 2025`.
    Row,
    /// `Today`, `Nov 18`, `Nov 18, 2025`.
    Day,
    /// `09:14`.
    Clock,
    /// `Nov 24, 2026 09:14`.
    Full,
    /// `Nov 24, 09:14:05`: among others of the same days, where the order matters.
    Second,
    /// `Tue, Nov 24, 2026, 09:14`: when people meet.
    Appointment,
}

impl TimeStyle {
    /// Its name in `data-time`.
    fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Row => "row",
            Self::Day => "day",
            Self::Clock => "clock",
            Self::Full => "full",
            Self::Second => "second",
            Self::Appointment => "appointment",
        }
    }
}

/// What the reader's clock says: the instant, and whether times are local yet.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Now; from the server at first, so that both halves render the same.
    pub now: RwSignal<DateTime<Utc>>,
    /// False until the browser took over: times are UTC till then.
    pub local: RwSignal<bool>,
}

/// Puts the clock into context; in the browser it ticks every half minute.
pub fn provide_clock() {
    let now = SharedValue::new(|| DateTime::from_timestamp_millis(now_ms()).unwrap_or_default());
    let clock = Clock { now: RwSignal::new(now.into_inner()), local: RwSignal::new(false) };
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
fn now_ms() -> i64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |d| d.as_millis() as i64)
}

#[cfg(not(feature = "ssr"))]
fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}

/// The reader's clock.
pub fn use_clock() -> Clock {
    expect_context::<Clock>()
}

impl Clock {
    /// The instant as the reader's wall clock shows it, kept in a UTC value.
    pub fn wall(self, at: DateTime<Utc>) -> DateTime<Utc> {
        if !self.local.get() {
            return at;
        }
        let date = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
        at - TimeDelta::minutes(date.get_timezone_offset() as i64)
    }

    /// The reader's time zone, once the browser took over.
    pub fn zone(self) -> Option<String> {
        if !self.local.get() {
            return None;
        }
        let format =
            js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
        js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
    }

    /// Writes `at` in a style.
    pub fn format(self, at: DateTime<Utc>, style: TimeStyle) -> String {
        format_wall(self.wall(at), self.wall(self.now.get()), style)
    }
}

fn format_wall(at: DateTime<Utc>, now: DateTime<Utc>, style: TimeStyle) -> String {
    let today = at.date_naive() == now.date_naive();
    let pattern = match style {
        TimeStyle::Clock => "%H:%M",
        TimeStyle::Full => "%b %-d, %Y %H:%M",
        TimeStyle::Second => "%b %-d, %H:%M:%S",
        TimeStyle::Appointment => "%a, %b %-d, %Y, %H:%M",
        TimeStyle::List if today => "%H:%M",
        TimeStyle::Row if today => "Today %H:%M",
        TimeStyle::Day if today => "Today",
        _ if at.year() == now.year() => "%b %-d",
        _ => "%b %-d, %Y",
    };
    at.format(pattern).to_string()
}

/// A point in time, absolute on hover.
#[component]
pub fn Time(
    at: DateTime<Utc>,
    #[prop(default = TimeStyle::Row)] style: TimeStyle,
) -> impl IntoView {
    let clock = use_clock();
    let zone = move || if clock.local.get() { "" } else { " UTC" };
    view! {
        <time
            data-time=style.name()
            datetime=at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            title=move || format!("{}{}", clock.format(at, TimeStyle::Full), zone())
        >
            {move || clock.format(at, style)}
        </time>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a test's time")
    }

    #[test]
    fn a_time_says_only_what_is_not_plain_from_today() {
        let now = at("2026-11-24T10:41:00Z");
        let row = |t| format_wall(at(t), now, TimeStyle::Row);
        assert_eq!(row("2026-11-24T09:14:00Z"), "Today 09:14");
        assert_eq!(row("2026-11-18T09:14:00Z"), "Nov 18");
        assert_eq!(row("2025-03-21T09:14:00Z"), "Mar 21, 2025");
        assert_eq!(format_wall(at("2026-11-24T09:14:00Z"), now, TimeStyle::Day), "Today");
    }
}
