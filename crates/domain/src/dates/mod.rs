//! How dates and times are written: a closed list of ways, and the one place that writes them.
//!
//! The server says the reader's way in one line on `<html>` ([`Dates::of_line`]), from which the
//! browser half and `public/plain.js` write too: neither carries the tables of languages.

#[cfg(not(target_arch = "wasm32"))]
mod ways;

#[cfg(not(target_arch = "wasm32"))]
pub use ways::{DateStyle, HourStyle, WeekStart, line};

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc};

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
    /// `Nov 24, 2026 09:14:05`.
    Exact,
    /// `Nov 24, 09:14:05`: among others of the same days, where the order matters.
    Second,
    /// `Tue, Nov 24, 2026, 09:14`: when people meet.
    Appointment,
}

impl TimeStyle {
    /// Its name in `data-time`.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Row => "row",
            Self::Day => "day",
            Self::Clock => "clock",
            Self::Full => "full",
            Self::Exact => "exact",
            Self::Second => "second",
            Self::Appointment => "appointment",
        }
    }
}

/// One reader's way, out of its line. The fields, each behind a `|`: short months, long months, short
/// and long days from Monday on (words with a space between), the patterns of a day, of one with
/// its year, of both with the month in full, `12` or `24`, and the day that begins a week (0 is Monday).
#[derive(Debug, Clone)]
pub struct Dates(Vec<String>);

impl Dates {
    /// Reads a line that [`line`] made.
    pub fn of_line(line: &str) -> Self {
        Self(line.split('|').map(String::from).collect())
    }

    fn field(&self, n: usize) -> &str {
        self.0.get(n).map_or("", String::as_str)
    }

    fn word(&self, field: usize, n: u32) -> &str {
        self.field(field).split(' ').nth(n as usize).unwrap_or_default()
    }

    /// `%d` day, `%e` with two digits, `%b` short month, `%B` long, `%m` its number, `%y` year.
    fn filled(&self, pattern: usize, date: NaiveDate) -> String {
        let mut text = String::new();
        let mut rest = self.field(pattern).chars();
        while let Some(c) = rest.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            text.push_str(&match rest.next() {
                Some('d') => date.day().to_string(),
                Some('e') => two(date.day()),
                Some('b') => self.word(0, date.month0()).into(),
                Some('B') => self.word(1, date.month0()).into(),
                Some('m') => two(date.month()),
                _ => date.year().to_string(),
            });
        }
        text
    }

    /// `Nov 24`.
    pub fn day(&self, date: NaiveDate) -> String {
        self.filled(4, date)
    }

    /// `Nov 24, 2026`.
    pub fn dated(&self, date: NaiveDate) -> String {
        self.filled(5, date)
    }

    /// `09:14`, `9:14 AM`; with its seconds where they matter.
    fn clock(&self, at: DateTime<Utc>, seconds: bool) -> String {
        let seconds = if seconds { format!(":{}", two(at.second())) } else { String::new() };
        let minute = two(at.minute());
        if self.field(8) != "12" {
            return format!("{}:{minute}{seconds}", two(at.hour()));
        }
        let (afternoon, hour) = at.hour12();
        format!("{hour}:{minute}{seconds} {}", if afternoon { "PM" } else { "AM" })
    }

    /// Days since a week began.
    pub fn days_into_week(&self, date: NaiveDate) -> u32 {
        let first: u32 = self.field(9).parse().unwrap_or(0);
        (date.weekday().num_days_from_monday() + 7 - first % 7) % 7
    }

    /// Writes what a wall clock shows, seen at `now` of the same clock.
    pub fn write(&self, at: DateTime<Utc>, now: DateTime<Utc>, style: TimeStyle) -> String {
        let (date, today) = (at.date_naive(), now.date_naive());
        let clock = |seconds| self.clock(at, seconds);
        match style {
            TimeStyle::Clock => clock(false),
            TimeStyle::Full => format!("{} {}", self.dated(date), clock(false)),
            TimeStyle::Exact => format!("{} {}", self.dated(date), clock(true)),
            TimeStyle::Second => format!("{}, {}", self.day(date), clock(true)),
            TimeStyle::Appointment => {
                let day = self.word(2, date.weekday().num_days_from_monday());
                format!("{day}, {}, {}", self.dated(date), clock(false))
            }
            TimeStyle::List if date == today => clock(false),
            TimeStyle::Row if date == today => format!("Today {}", clock(false)),
            TimeStyle::Day if date == today => "Today".into(),
            _ if date.year() == today.year() => self.day(date),
            _ => self.dated(date),
        }
    }

    /// `Today, November 24`, `Friday, November 20`, `Friday, November 21, 2025`.
    pub fn heading(&self, date: NaiveDate, today: NaiveDate) -> String {
        let name = match today.checked_sub_days(Days::new(1)) {
            _ if date == today => "Today",
            Some(yesterday) if date == yesterday => "Yesterday",
            _ => self.word(3, date.weekday().num_days_from_monday()),
        };
        let pattern = if date.year() == today.year() { 6 } else { 7 };
        format!("{name}, {}", self.filled(pattern, date))
    }
}

fn two(n: u32) -> String {
    format!("{n:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a test's time")
    }

    fn dates(style: DateStyle, hours: HourStyle) -> Dates {
        Dates::of_line(&line(style, hours, WeekStart::Monday))
    }

    #[test]
    fn a_time_says_only_what_is_not_plain_from_today() {
        let (now, dates) = (at("2026-11-24T10:41:00Z"), dates(DateStyle::American, HourStyle::H24));
        let row = |t| dates.write(at(t), now, TimeStyle::Row);
        assert_eq!(row("2026-11-24T09:14:00Z"), "Today 09:14");
        assert_eq!(row("2026-11-18T09:14:00Z"), "Nov 18");
        assert_eq!(row("2025-03-21T09:14:00Z"), "Mar 21, 2025");
        assert_eq!(dates.write(at("2026-11-24T09:14:00Z"), now, TimeStyle::Day), "Today");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let heading = |date| dates.heading(day(date), day("2026-11-24"));
        assert_eq!(heading("2026-11-24"), "Today, November 24");
        assert_eq!(heading("2026-11-23"), "Yesterday, November 23");
        assert_eq!(heading("2026-11-20"), "Friday, November 20");
        assert_eq!(heading("2025-11-21"), "Friday, November 21, 2025");
    }

    #[test]
    fn each_way_is_another() {
        let now = at("2026-03-04T14:05:09Z");
        let full = |style, hours| dates(style, hours).write(now, now, TimeStyle::Appointment);
        let h24 = HourStyle::H24;
        assert_eq!(full(DateStyle::American, HourStyle::H12), "Wed, Mar 4, 2026, 2:05 PM");
        assert_eq!(full(DateStyle::British, h24), "Wed, 4 Mar 2026, 14:05");
        assert_eq!(full(DateStyle::German, h24), "Mi, 4. März 2026, 14:05");
        assert_eq!(full(DateStyle::French, h24), "mer., 4 mars 2026, 14:05");
        assert_eq!(full(DateStyle::Spanish, h24), "mié, 4 mar 2026, 14:05");
        assert_eq!(full(DateStyle::Iso, h24), "Wed, 2026-03-04, 14:05");
        let midnight = at("2026-03-04T00:07:00Z");
        let noon = at("2026-03-04T12:00:00Z");
        let twelve = dates(DateStyle::American, HourStyle::H12);
        assert_eq!(twelve.write(midnight, now, TimeStyle::Clock), "12:07 AM");
        assert_eq!(twelve.write(noon, now, TimeStyle::Clock), "12:00 PM");
        assert_eq!(twelve.write(now, now, TimeStyle::Second), "Mar 4, 2:05:09 PM");
    }

    #[test]
    fn every_way_has_all_its_words() {
        for style in DateStyle::ALL {
            let line = line(*style, HourStyle::H24, WeekStart::Sunday);
            let fields: Vec<_> = line.split('|').collect();
            assert_eq!(fields.len(), 10, "{line}");
            let words = fields[..4].iter().map(|f| f.split(' ').filter(|w| !w.is_empty()).count());
            assert_eq!(words.collect::<Vec<_>>(), [12, 12, 7, 7], "{line}");
        }
    }

    #[test]
    fn a_week_begins_where_its_reader_wants() {
        // 2026-11-22 is a Sunday.
        let sunday = "2026-11-22".parse().expect("a day");
        let of = |week| {
            Dates::of_line(&line(DateStyle::Iso, HourStyle::H24, week)).days_into_week(sunday)
        };
        assert_eq!(
            [of(WeekStart::Sunday), of(WeekStart::Monday), of(WeekStart::Saturday)],
            [0, 6, 1]
        );
    }
}
