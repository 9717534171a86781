//! Time as a policy counts it: always, or within business hours.

use super::Span;
use chrono::offset::LocalResult;
use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};

/// Further ahead nothing is looked for; even an hour a week makes the longest target by then.
const DAYS_MAX: u64 = 20_000;

/// When time runs.
#[derive(Debug, Clone, Copy)]
pub enum Calendar<'a, Z> {
    Always,
    /// Opening hours from Monday on, on the wall clock of a zone.
    Weekly {
        days: &'a [Option<Span>; 7],
        zone: &'a Z,
    },
}

impl<Z: TimeZone> Calendar<'_, Z> {
    /// The instant at which `work` has passed since `start`.
    pub fn after(&self, start: DateTime<Utc>, work: TimeDelta) -> DateTime<Utc> {
        let Self::Weekly { days, zone } = self else { return start + work };
        let mut left = work.max(TimeDelta::zero());
        for (open, close) in windows(days, *zone, start) {
            let from = open.max(start);
            if close - from >= left {
                return from + left;
            }
            left -= close - from;
        }
        start + work
    }

    /// How much time passes from one instant to a later one; zero when it is not later.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        if to <= from {
            return TimeDelta::zero();
        }
        let Self::Weekly { days, zone } = self else { return to - from };
        windows(days, *zone, from)
            .take_while(|(open, _)| *open < to)
            .map(|(open, close)| close.min(to) - open.max(from))
            .sum()
    }
}

/// The opening times that end after `start`, one after the other.
fn windows<Z: TimeZone>(
    days: &[Option<Span>; 7],
    zone: &Z,
    start: DateTime<Utc>,
) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let first = start.with_timezone(zone).date_naive();
    (0..DAYS_MAX)
        .filter_map(move |n| first.checked_add_days(Days::new(n)))
        .filter_map(move |day| {
            let span = days[day.weekday().num_days_from_monday() as usize]?;
            let open = instant(zone, wall(day, span.from), false);
            Some((open, instant(zone, wall(day, span.to), true)))
        })
        .filter(move |(open, close)| *close > start && close > open)
}

fn wall(day: NaiveDate, minutes: u16) -> NaiveDateTime {
    day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes.into())
}

/// The instant of a wall clock's time. Where clocks go back it is there twice, and `last`
/// chooses; where they go forward it is not there, and the first time after it counts.
fn instant<Z: TimeZone>(zone: &Z, mut wall: NaiveDateTime, last: bool) -> DateTime<Utc> {
    for _ in 0..48 {
        match zone.from_local_datetime(&wall) {
            LocalResult::Single(at) => return at.to_utc(),
            LocalResult::Ambiguous(one, two) => return if last { two } else { one }.to_utc(),
            LocalResult::None => wall += TimeDelta::minutes(30),
        }
    }
    wall.and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;
    use chrono_tz::Tz;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a test's time")
    }

    /// Nine to five on working days.
    const WEEK: [Option<Span>; 7] = {
        let nine_to_five = Some(Span { from: 540, to: 1_020 });
        [nine_to_five, nine_to_five, nine_to_five, nine_to_five, nine_to_five, None, None]
    };
    const OFFICE: Calendar<'static, Tz> = Calendar::Weekly { days: &WEEK, zone: &Berlin };

    fn after(start: &str, minutes: i64) -> DateTime<Utc> {
        OFFICE.after(at(start), TimeDelta::minutes(minutes))
    }

    #[test]
    fn always_means_always() {
        let always = Calendar::<Tz>::Always;
        let start = at("2026-11-27T23:30:00Z");
        assert_eq!(always.after(start, TimeDelta::minutes(90)), at("2026-11-28T01:00:00Z"));
        assert_eq!(always.between(start, at("2026-11-28T00:00:00Z")).num_minutes(), 30);
        assert_eq!(always.between(start, at("2026-11-27T00:00:00Z")), TimeDelta::zero());
    }

    #[test]
    fn time_runs_while_the_office_is_open() {
        // Berlin is an hour ahead in winter: open from 08:00 to 16:00 UTC.
        assert_eq!(after("2026-11-24T09:00:00Z", 60), at("2026-11-24T10:00:00Z"));
        assert_eq!(after("2026-11-24T05:00:00Z", 60), at("2026-11-24T09:00:00Z"));
        assert_eq!(after("2026-11-24T15:30:00Z", 60), at("2026-11-25T08:30:00Z"));
        // Up to the last minute, and over a weekend.
        assert_eq!(after("2026-11-24T15:00:00Z", 60), at("2026-11-24T16:00:00Z"));
        assert_eq!(after("2026-11-27T15:30:00Z", 60), at("2026-11-30T08:30:00Z"));
        assert_eq!(after("2026-11-28T12:00:00Z", 60), at("2026-11-30T09:00:00Z"));
    }

    #[test]
    fn opening_hours_follow_the_wall_clock() {
        // Clocks go back on Sunday, 25 October 2026, and forward on 28 March 2027.
        assert_eq!(after("2026-10-23T14:30:00Z", 60), at("2026-10-26T08:30:00Z"));
        assert_eq!(after("2027-03-26T15:30:00Z", 60), at("2027-03-29T07:30:00Z"));
    }

    #[test]
    fn a_day_is_as_long_as_the_clock_makes_it() {
        let nights = [Some(Span { from: 0, to: 240 }); 7];
        let calendar = Calendar::Weekly { days: &nights, zone: &Berlin };
        let worked = |day: &str, next: &str| calendar.between(at(day), at(next)).num_minutes();
        assert_eq!(worked("2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z"), 240);
        assert_eq!(worked("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), 300);
        assert_eq!(worked("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"), 180);
        // Opening at a time that is not there.
        let gap = [Some(Span { from: 150, to: 240 }); 7];
        let calendar = Calendar::Weekly { days: &gap, zone: &Berlin };
        let due = calendar.after(at("2027-03-28T00:00:00Z"), TimeDelta::minutes(30));
        assert_eq!(due, at("2027-03-28T01:30:00Z"));
    }

    #[test]
    fn after_and_between_agree() {
        for start in ["2026-11-24T09:00:00Z", "2026-11-28T12:00:00Z", "2026-10-23T14:30:00Z"] {
            for minutes in [1, 59, 480, 481, 5_000] {
                let due = after(start, minutes);
                assert_eq!(OFFICE.between(at(start), due).num_minutes(), minutes, "{start}");
            }
        }
    }
}
