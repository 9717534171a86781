//! Which offset from UTC a sender's wall clock has.
//!
//! Names are believed before rules, as clients do: the rules that programs send along are often old.
//! Where nobody knows the name (`Customized Time Zone`), the rules of the VTIMEZONE count.

use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFrequency, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarValue, ICalendarWeekday,
};
use chrono::{
    DateTime, Datelike, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeDelta,
    TimeZone, Weekday,
};
use std::str::FromStr;

/// Changes of the clock of one zone that are looked at.
const OBSERVANCES_MAX: usize = 60;

/// A time of the wall clock in a zone by its name in the calendar; `None` where neither the name
/// nor the calendar says what it is.
pub(super) fn instant(
    calendar: &ICalendar,
    name: &str,
    local: NaiveDateTime,
) -> Option<DateTime<FixedOffset>> {
    let known = calendar.build_tz_resolver().resolve(name).or_else(|| by_ending(name));
    if let Some(zone) = known.filter(|zone| !zone.is_floating()) {
        return in_zone(&zone, local);
    }
    let rules = calendar.timezones().find(|zone| tz_name(zone) == Some(name))?;
    fixed(local, observed(calendar, rules, local)?)
}

/// `/example.org/20261001/Europe/Berlin`: a name of the list behind one of the program's own.
fn by_ending(name: &str) -> Option<Tz> {
    let ends = name.match_indices('/').map(|(at, _)| &name[at + 1..]).take(8);
    ends.filter(|end| end.contains('/')).find_map(|end| Tz::from_str(end).ok())
}

fn in_zone(zone: &Tz, local: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
    let at = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
        // An hour that is left out in spring: what the clock would say had nobody moved it.
        LocalResult::None => {
            let before = local.checked_sub_signed(TimeDelta::hours(3))?;
            return fixed(local, zone.from_local_datetime(&before).earliest()?.offset().fix());
        }
    };
    fixed(local, at.offset().fix())
}

/// A time of the wall clock at an offset.
pub(super) fn fixed(local: NaiveDateTime, offset: FixedOffset) -> Option<DateTime<FixedOffset>> {
    offset.from_local_datetime(&local).single()
}

fn tz_name(zone: &ICalendarComponent) -> Option<&str> {
    zone.property(&ICalendarProperty::Tzid)?.values.first()?.as_text()
}

/// What the rules of a zone say: the offset after the last change of the clock before a time, else
/// the one before the first change.
fn observed(
    calendar: &ICalendar,
    zone: &ICalendarComponent,
    local: NaiveDateTime,
) -> Option<FixedOffset> {
    let kinds = [ICalendarComponentType::Standard, ICalendarComponentType::Daylight];
    let changes: Vec<Change> = zone
        .component_ids
        .iter()
        .filter_map(|id| calendar.component_by_id(*id))
        .filter(|c| kinds.contains(&c.component_type))
        .take(OBSERVANCES_MAX)
        .filter_map(Change::of)
        .collect();
    let last = changes.iter().filter_map(|c| Some((c.last_before(local)?, c)));
    let last = last.max_by_key(|(at, _)| *at).map(|(_, change)| change.to);
    last.or_else(|| changes.iter().min_by_key(|c| c.first).map(|c| c.from))
}

/// When a clock is moved, and by which offsets before and after.
struct Change<'a> {
    first: NaiveDateTime,
    from: FixedOffset,
    to: FixedOffset,
    rule: Option<&'a ICalendarRecurrenceRule>,
    dates: Vec<NaiveDateTime>,
}

impl<'a> Change<'a> {
    fn of(observance: &'a ICalendarComponent) -> Option<Self> {
        let value = |name| observance.property(&name)?.values.first();
        let offset = |name| match value(name)? {
            ICalendarValue::PartialDateTime(at) => {
                let hours = i32::from(at.tz_hour?);
                let seconds = hours * 3600 + i32::from(at.tz_minute.unwrap_or(0)) * 60;
                FixedOffset::east_opt(if at.tz_minus { -seconds } else { seconds })
            }
            _ => None,
        };
        let local =
            |value: &ICalendarValue| Some(value.as_partial_date_time()?.to_date_time()?.date_time);
        let to = offset(ICalendarProperty::Tzoffsetto)?;
        let rule = match value(ICalendarProperty::Rrule) {
            Some(ICalendarValue::RecurrenceRule(rule)) => Some(rule.as_ref()),
            _ => None,
        };
        let dates = observance.properties(&ICalendarProperty::Rdate).flat_map(|e| &e.values);
        Some(Self {
            first: value(ICalendarProperty::Dtstart).and_then(local)?,
            from: offset(ICalendarProperty::Tzoffsetfrom).unwrap_or(to),
            to,
            rule,
            dates: dates.take(OBSERVANCES_MAX).filter_map(local).collect(),
        })
    }

    fn last_before(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let yearly = |year: i32| {
            let rule = self.rule.filter(|r| r.freq == ICalendarFrequency::Yearly)?;
            let at = day_of(rule, year, self.first.date())?.and_time(self.first.time());
            let until = rule.until.as_ref().and_then(|u| u.to_date_time()).map(|u| u.date_time);
            until.is_none_or(|until| at.date() <= until.date()).then_some(at)
        };
        let ruled = [local.year(), local.year() - 1].into_iter().filter_map(yearly);
        let all = ruled.chain(self.dates.iter().copied()).chain([self.first]);
        all.filter(|at| *at <= local && *at >= self.first).max()
    }
}

/// The day of a yearly rule: `BYMONTH=3;BYDAY=-1SU`, or the date on which it began.
fn day_of(rule: &ICalendarRecurrenceRule, year: i32, first: NaiveDate) -> Option<NaiveDate> {
    let month = rule.bymonth.first().map_or(first.month(), |m| u32::from(m.month()));
    let Some(day) = rule.byday.first() else {
        let day = rule.bymonthday.first().map_or(Some(first.day()), |d| u32::try_from(*d).ok())?;
        return NaiveDate::from_ymd_opt(year, month, day);
    };
    let weekday = weekday(day.weekday);
    // `BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14`: the Sunday among these.
    if let Some(from) = rule.bymonthday.iter().filter_map(|d| u32::try_from(*d).ok()).min() {
        let from = NaiveDate::from_ymd_opt(year, month, from)?;
        return from.iter_days().take(7).find(|d| d.weekday() == weekday);
    }
    let ordinal = day.ordwk.or_else(|| rule.bysetpos.first().and_then(|n| i16::try_from(*n).ok()));
    match ordinal.unwrap_or(1) {
        n @ 1..=5 => {
            NaiveDate::from_weekday_of_month_opt(year, month, weekday, u8::try_from(n).ok()?)
        }
        back @ -5..=-1 => {
            let nth = |n: u8| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n);
            let all: Vec<NaiveDate> = (1..=5).filter_map(nth).collect();
            all.len().checked_sub(usize::from(back.unsigned_abs())).map(|at| all[at])
        }
        _ => None,
    }
}

pub(super) fn weekday(day: ICalendarWeekday) -> Weekday {
    match day {
        ICalendarWeekday::Monday => Weekday::Mon,
        ICalendarWeekday::Tuesday => Weekday::Tue,
        ICalendarWeekday::Wednesday => Weekday::Wed,
        ICalendarWeekday::Thursday => Weekday::Thu,
        ICalendarWeekday::Friday => Weekday::Fri,
        ICalendarWeekday::Saturday => Weekday::Sat,
        ICalendarWeekday::Sunday => Weekday::Sun,
    }
}

/// `UTC`, `UTC+1`, `UTC-3:30`.
pub(super) fn offset_text(at: DateTime<FixedOffset>) -> String {
    let minutes = at.offset().local_minus_utc() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".into(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// Whether a name is one that everybody knows, so that its offset need not be told.
pub(super) fn is_listed(name: &str) -> bool {
    Tz::from_str(name).is_ok_and(|zone| zone.name().as_deref() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use calcard::{Entry, Parser};

    /// The offset of a zone, in minutes, that a calendar says or brings along.
    fn minutes(name: &str, rules: &str, local: &str) -> Option<i32> {
        let zone = format!("BEGIN:VTIMEZONE\nTZID:{name}\n{rules}END:VTIMEZONE\n");
        let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{zone}END:VCALENDAR\n");
        let text = text.replace('\n', "\r\n");
        let Entry::ICalendar(calendar) = Parser::new(&text).entry() else { panic!("{text}") };
        let local = local.parse().expect("a time");
        instant(&calendar, name, local).map(|at| at.offset().local_minus_utc() / 60)
    }

    fn observance(kind: &str, start: &str, from: &str, to: &str, rule: &str) -> String {
        format!(
            "BEGIN:{kind}\nDTSTART:{start}\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{rule}END:{kind}\n"
        )
    }

    #[test]
    fn names_of_every_program_are_known() {
        for (name, offset) in [
            ("Europe/Berlin", 60),
            ("W. Europe Standard Time", 60),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", 60),
            ("/freeassociation.sourceforge.net/Europe/Berlin", 60),
            ("/example.org/20261001/America/Argentina/Ushuaia", -180),
            ("Pacific Standard Time", -480),
            ("India Standard Time", 330),
            ("Tokyo Standard Time", 540),
            ("UTC", 0),
        ] {
            assert_eq!(minutes(name, "", "2026-12-01T10:00:00"), Some(offset), "{name}");
        }
        assert_eq!(minutes("Customized Time Zone", "", "2026-12-01T10:00:00"), None);
        assert_eq!(minutes("Europe/Berlin", "", "2026-07-01T10:00:00"), Some(120));
    }

    #[test]
    fn rules_of_its_own_say_when_the_clock_is_moved() {
        let rules = observance(
            "STANDARD",
            "16010101T030000",
            "+0200",
            "+0100",
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\n",
        ) + &observance(
            "DAYLIGHT",
            "16010101T020000",
            "+0100",
            "+0200",
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\n",
        );
        let of = |local| minutes("Customized Time Zone", &rules, local);
        assert_eq!(of("2026-12-01T10:00:00"), Some(60));
        assert_eq!(of("2026-07-01T10:00:00"), Some(120));
        assert_eq!(of("2026-03-29T01:59:00"), Some(60));
        assert_eq!(of("2026-03-29T03:00:00"), Some(120));
        assert_eq!(of("2026-10-25T03:00:00"), Some(60));
        let fixed = observance("STANDARD", "19700101T000000", "-0330", "-0330", "");
        assert_eq!(minutes("tzone://x", &fixed, "2026-12-01T10:00:00"), Some(-210));
        let old =
            observance("STANDARD", "20260601T000000", "+0300", "+0400", "RDATE:20260901T000000\n");
        assert_eq!(minutes("Own", &old, "2026-01-01T10:00:00"), Some(180));
        assert_eq!(minutes("Own", &old, "2026-12-01T10:00:00"), Some(240));
    }

    #[test]
    fn an_hour_that_is_left_out_or_comes_twice_is_told() {
        assert_eq!(minutes("Europe/Berlin", "", "2026-03-29T02:30:00"), Some(60));
        assert_eq!(minutes("Europe/Berlin", "", "2026-10-25T02:30:00"), Some(120));
    }
}
