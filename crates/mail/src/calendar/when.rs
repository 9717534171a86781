//! When something is, in the words of whoever sent it, and at which instant where that is known.

use super::{repeat, zone};
use calcard::common::PartialDateTime;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarProperty, ICalendarValue,
};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};
use rapport_domain::message::SpokenTime;
use rapport_domain::text;

/// Characters of a zone's name that are told.
const ZONE_CHARS: usize = 60;

/// When an event is, and that as a reader's own clock can show it.
pub(super) fn when(
    calendar: &ICalendar,
    event: &ICalendarComponent,
) -> Option<(String, Option<SpokenTime>)> {
    let start = event.property(&ICalendarProperty::Dtstart);
    // A task may have nothing but the time until which it is to be done.
    let start = start.or_else(|| event.property(&ICalendarProperty::Due))?;
    let begins = moment(calendar, start)?;
    let ends = [ICalendarProperty::Dtend, ICalendarProperty::Due];
    let ends = ends.iter().find_map(|name| event.property(name)).filter(|e| e.name != start.name);
    let ends = ends.and_then(|e| moment(calendar, e)).or_else(|| lasting(event, &begins));
    let ends = ends.filter(|end| match (begins.at, end.at) {
        (Some(from), Some(until)) => until > from,
        _ => end.local > begins.local,
    });
    let (text, spoken) = match begins.timed {
        true => timed(&begins, ends.as_ref()),
        false => (days(&begins, ends.as_ref()), None),
    };
    Some((text + &repeat::describe(event), spoken))
}

fn day(date: NaiveDate) -> String {
    date.format("%a, %b %-d, %Y").to_string()
}

fn timed(begins: &Moment, ends: Option<&Moment>) -> (String, Option<SpokenTime>) {
    let begin = format!("{}, {}", day(begins.local.date()), begins.local.format("%H:%M"));
    let same_day = |end: &&Moment| end.local.date() == begins.local.date();
    let until = ends.map(|end| {
        let clock = end.local.format("%H:%M").to_string();
        match same_day(&end) {
            true => clock,
            false => format!("{}, {clock}", day(end.local.date())),
        }
    });
    let zone = &begins.zone;
    let text = match until.zip(ends) {
        None => format!("{begin} ({zone})"),
        // Whoever flies lands by another clock.
        Some((until, end)) if end.zone != *zone => {
            format!("{begin} ({zone}) to {until} ({})", end.zone)
        }
        Some((until, _)) => format!("{begin} to {until} ({zone})"),
    };
    let spoken = begins.at.map(|at| SpokenTime {
        text: text.clone(),
        from: at.to_utc(),
        until: ends.and_then(|end| end.at).map(|end| end.to_utc()),
        offset_minutes: at.offset().local_minus_utc() / 60,
    });
    (text, spoken)
}

/// The last day of what takes whole days is the one before its end.
fn days(begins: &Moment, ends: Option<&Moment>) -> String {
    let first = begins.local.date();
    let last = ends.and_then(|end| end.local.date().pred_opt()).filter(|last| *last > first);
    match last {
        Some(last) => format!("{} to {}", day(first), day(last)),
        None => day(first),
    }
}

struct Moment {
    /// What the sender's clock shows.
    local: NaiveDateTime,
    /// It has a time of day.
    timed: bool,
    /// The sender's zone for people to read.
    zone: String,
    /// Unknown where it floats, or nobody knows the zone.
    at: Option<DateTime<FixedOffset>>,
}

fn moment(calendar: &ICalendar, entry: &ICalendarEntry) -> Option<Moment> {
    let text: &PartialDateTime = entry.values.first()?.as_partial_date_time()?;
    let date = NaiveDate::from_ymd_opt(
        i32::from(text.year?),
        u32::from(text.month?),
        u32::from(text.day?),
    )?;
    let time = text.hour.zip(text.minute);
    let time = time.and_then(|(h, m)| date.and_hms_opt(u32::from(h), u32::from(m), 0));
    let Some(local) = time else {
        let local = date.and_hms_opt(0, 0, 0)?;
        return Some(Moment { local, timed: false, zone: String::new(), at: None });
    };
    let own = text.to_date_time().and_then(|d| d.offset);
    let named = entry.tz_id().map(str::trim).filter(|name| !name.is_empty());
    let at = match (own, named) {
        (Some(offset), _) => zone::fixed(local, offset),
        (None, Some(name)) => zone::instant(calendar, name, local),
        (None, None) => None,
    };
    let zone = match (named.filter(|_| own.is_none()), at) {
        (None, Some(at)) => zone::offset_text(at),
        (None, None) => "local time".into(),
        (Some(name), Some(at)) if !zone::is_listed(name) => {
            format!("{}, {}", text::excerpt(name, ZONE_CHARS), zone::offset_text(at))
        }
        (Some(name), _) => text::excerpt(name, ZONE_CHARS),
    };
    Some(Moment { local, timed: true, zone, at })
}

/// The end of what says how long it takes instead.
fn lasting(event: &ICalendarComponent, begins: &Moment) -> Option<Moment> {
    let value = event.property(&ICalendarProperty::Duration)?.values.first()?;
    let ICalendarValue::Duration(duration) = value else { return None };
    let length = TimeDelta::try_seconds(duration.as_seconds())?;
    Some(Moment {
        local: begins.local.checked_add_signed(length)?,
        timed: begins.timed,
        zone: begins.zone.clone(),
        at: begins.at.and_then(|at| at.checked_add_signed(length)),
    })
}
