//! Between which points of a timeline a page lies, and between which instants a day.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use rapport_domain::limits::TIMELINE_EVENTS;
use rapport_domain::timeline::{Position, TimelineFilter, TimelineQuery};
use rapport_domain::{Cursor, Uuid};

/// Newer events that a permalink shows above its own.
const CONTEXT_NEWER: u32 = 15;

/// A position as the query takes it: rows before and after a point between two rows.
pub(super) struct Span {
    pub(super) point: Cursor,
    pub(super) older: u32,
    pub(super) newer: u32,
}

impl Span {
    pub(super) fn new(at: Position, filter: &TimelineFilter, zone: Tz) -> Self {
        let all = TIMELINE_EVENTS;
        let mut span = match at {
            Position::Newest => Self { point: end_of_time(), older: all, newer: 0 },
            Position::Before(cursor) => Self { point: cursor, older: all, newer: 0 },
            Position::After(cursor) => Self { point: cursor, older: 0, newer: all },
            Position::On(day) => Self { point: end_of_day(day, zone), older: all, newer: 0 },
            Position::Event(cursor) => {
                Self { point: just_after(cursor), older: all - CONTEXT_NEWER, newer: CONTEXT_NEWER }
            }
        };
        if let Some(to) = filter.to {
            span.point = span.point.min(end_of_day(to, zone));
        }
        span
    }

    /// From where on, up to the point, what was done to tickets shows by itself: nowhere where it
    /// folds into the tickets' rows, but for the one event that was asked for.
    pub(super) fn activities_from(&self, query: &TimelineQuery) -> Cursor {
        match query.at {
            _ if !query.folds() => start_of_day(NaiveDate::MIN, Tz::UTC),
            Position::Event(cursor) => cursor,
            _ => self.point,
        }
    }

    /// Events looked at before and after the point. One row more than shown says whether there is
    /// more; and a page always knows whether something lies on its other side, which costs one row.
    pub(super) fn looks(&self, filter: &TimelineFilter, at_most: u32) -> (i64, i64) {
        let look = |shown: u32| match shown {
            0 => 1,
            _ if filter.searches() => i64::from(at_most),
            shown => i64::from(shown) + 1,
        };
        (look(self.older), look(self.newer))
    }
}

/// A point after every event: they are never further ahead than a day.
pub(super) fn end_of_time() -> Cursor {
    let day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    Cursor::new(day.and_time(NaiveTime::MIN).and_utc(), Uuid::nil())
}

/// The zone whose days a query means.
pub(super) fn zone(query: &TimelineQuery) -> Tz {
    query.zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

pub(super) fn start_of_day(day: NaiveDate, zone: Tz) -> Cursor {
    // Years beyond four digits are nobody's; Postgres ends before chrono does.
    let first = NaiveDate::from_ymd_opt(1, 1, 2).unwrap_or_default();
    let day = day.clamp(first, end_of_time().at.date_naive());
    // Where clocks go forward at midnight, the day begins an hour later.
    let hours = (0..=3).filter_map(|hour| day.and_hms_opt(hour, 0, 0));
    let begins = hours.filter_map(|at| zone.from_local_datetime(&at).earliest()).next();
    let at = begins.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |at| at.to_utc());
    Cursor::new(at, Uuid::nil())
}

pub(super) fn end_of_day(day: NaiveDate, zone: Tz) -> Cursor {
    start_of_day(day.succ_opt().unwrap_or(day), zone)
}

/// The next possible position: an event stands before it, everything newer after it.
fn just_after(cursor: Cursor) -> Cursor {
    match cursor.id.as_u128().checked_add(1) {
        Some(id) => Cursor::new(cursor.at, Uuid::from_u128(id)),
        None => Cursor::new(cursor.at + TimeDelta::microseconds(1), Uuid::nil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_reader_s_and_may_have_23_or_25_hours() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let hours = |text, zone| {
            (end_of_day(day(text), zone).at - start_of_day(day(text), zone).at).num_hours()
        };
        let la = start_of_day(day("2026-11-17"), Tz::America__Los_Angeles).at;
        assert_eq!(la.to_rfc3339(), "2026-11-17T08:00:00+00:00");
        assert_eq!(hours("2026-10-25", Tz::Europe__Berlin), 25);
        assert_eq!(hours("2026-03-29", Tz::Europe__Berlin), 23);
        assert_eq!(hours("2026-11-17", Tz::UTC), 24);
        // Havana's clocks go forward at midnight: there is no 00:00.
        assert_eq!(hours("2026-03-08", Tz::America__Havana), 23);
        let mut unknown = TimelineQuery::new(&[], Position::Newest);
        unknown.zone = Some("Mars/Olympus".into());
        assert_eq!(zone(&unknown), Tz::UTC);
    }
}
