//! Times as senders write them: RFC 3339 and whatever languages make of a date by themselves.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::Value;

/// Numbers up to here are seconds (until the year 5138), then milliseconds, then microseconds.
const SECONDS_MAX: f64 = 1e11;
const MILLIS_MAX: f64 = 1e14;
const MICROS_MAX: f64 = 1e17;
/// Longest text that is looked at.
const CHARS_MAX: usize = 100;
/// Times that say their zone: ISO with any offset, RFC 2822, JavaScript's and Ruby's own.
const ZONED: [&str; 8] = [
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%d %H:%M %#z",
    "%Y/%m/%d %H:%M:%S%.f %#z",
    "%a %b %d %Y %H:%M:%S %#z",
    "%a %b %d %H:%M:%S %#z %Y",
    "%Y%m%d %H%M%S%#z",
];
/// Times that do not, which are taken as UTC.
const ZONELESS: [&str; 13] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%a, %d %b %Y %H:%M:%S",
    "%a %b %d %Y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y",
    "%Y%m%d %H%M%S",
    // With the month in letters it is sure which number is the day.
    "%B %d, %Y, %I:%M:%S %p",
    "%B %d, %Y %I:%M:%S %p",
    "%B %d, %Y %H:%M:%S",
    "%d %B %Y %H:%M:%S",
    "%d-%B-%Y %H:%M:%S",
];
const DAYS: [&str; 7] =
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%B %d, %Y", "%d %B %Y", "%d-%B-%Y", "%a %b %d %Y"];

/// The time that a JSON value is, if it is one.
pub fn read(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => of_text(text),
        Value::Number(number) => match number.as_i64() {
            Some(n) => of_whole(n),
            None => of_number(number.as_f64()?),
        },
        // What PHP, MongoDB and Firestore make of a date in JSON.
        Value::Object(fields) => {
            let zone = fields.get("timezone").and_then(Value::as_str).unwrap_or_default();
            let zone = if zone.starts_with(['+', '-']) { zone } else { "" };
            match fields.get("date").and_then(Value::as_str) {
                Some(date) => of_text(&format!("{date}{zone}")),
                None => ["$date", "_seconds", "seconds"]
                    .iter()
                    .find_map(|name| fields.get(*name))
                    .filter(|inner| !inner.is_object())
                    .and_then(read),
            }
        }
        _ => None,
    }
}

/// The day that a JSON value names: as it is written, where it begins with one, for a zone would
/// move it.
pub fn read_day(value: &Value) -> Option<NaiveDate> {
    let written = value.as_str().and_then(|text| text.trim().get(..10)?.parse().ok());
    written.or_else(|| read(value).map(|at| at.date_naive()))
}

fn of_text(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.is_empty() || text.len() > CHARS_MAX {
        return None;
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if let Ok(n) = text.parse::<i64>() {
        // Eight digits are a day.
        let day = (text.len() == 8).then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok());
        return day.flatten().map(start_of_day).or_else(|| of_whole(n));
    }
    if let Ok(n) = text.parse::<f64>() {
        return of_number(n);
    }
    if let Ok(time) = DateTime::parse_from_rfc2822(text) {
        return Some(time.to_utc());
    }
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        return of_whole(inner.parse().ok()?);
    }
    let plain = plain(text);
    let zoned = ZONED.iter().find_map(|form| DateTime::parse_from_str(&plain, form).ok());
    zoned.map(|time| time.to_utc()).or_else(|| {
        let zoneless = |form: &&str| NaiveDateTime::parse_from_str(&plain, form).ok();
        ZONELESS.iter().find_map(zoneless).map(|time| time.and_utc()).or_else(|| {
            DAYS.iter()
                .find_map(|form| NaiveDate::parse_from_str(&plain, form).ok())
                .map(start_of_day)
        })
    })
}

/// Without a name of the zone behind, with one space between date and time, and `+0000` for UTC.
fn plain(text: &str) -> String {
    let text = text.split(['(', '[']).next().unwrap_or_default().trim();
    let mut text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    for at in [8, 10] {
        let bytes = text.as_bytes();
        if matches!(bytes.get(at), Some(b'T' | b't'))
            && is_digit(bytes.get(at - 1))
            && is_digit(bytes.get(at + 1))
        {
            text.replace_range(at..=at, " ");
        }
    }
    // A comma before the fraction is as good as a dot (ISO 8601).
    if let Some(at) = text.find(',').filter(|at| {
        let bytes = text.as_bytes();
        *at >= 17 && bytes.get(at - 3) == Some(&b':') && is_digit(bytes.get(at + 1))
    }) {
        text.replace_range(at..=at, ".");
    }
    for name in [" UTC", " GMT", " Z", "UTC", "GMT", "Z", "z"] {
        if let Some(rest) = text.strip_suffix(name) {
            return format!("{}+0000", rest.trim_end());
        }
    }
    text.replace(" UTC ", " +0000 ")
        .replace(" GMT+", " +")
        .replace(" GMT-", " -")
        .replace(" GMT ", " +0000 ")
}

fn start_of_day(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn of_whole(n: i64) -> Option<DateTime<Utc>> {
    let size = n.unsigned_abs() as f64;
    if size < SECONDS_MAX {
        DateTime::from_timestamp(n, 0)
    } else if size < MILLIS_MAX {
        DateTime::from_timestamp_millis(n)
    } else if size < MICROS_MAX {
        DateTime::from_timestamp_micros(n)
    } else {
        Some(DateTime::from_timestamp_nanos(n))
    }
}

fn of_number(n: f64) -> Option<DateTime<Utc>> {
    if !n.is_finite() || n.abs() >= MICROS_MAX {
        return None;
    }
    let to_micros = if n.abs() < SECONDS_MAX {
        1e6
    } else if n.abs() < MILLIS_MAX {
        1e3
    } else {
        1.0
    };
    DateTime::from_timestamp_micros((n * to_micros).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn times_are_read_however_they_are_written() {
        let at: DateTime<Utc> = "2026-11-24T09:14:05Z".parse().expect("a time");
        for value in [
            json!("2026-11-24T09:14:05Z"),
            json!("2026-11-24T09:14:05"),
            json!("2026-11-24 09:14:05"),
            json!("2026-11-24 09:14:05.000"),
            json!("2026-11-24T10:14:05+0100"),
            json!("2026-11-24T10:14:05+01"),
            json!("2026-11-24T10:14:05+01:00[Europe/Berlin]"),
            json!("2026-11-24 10:14:05 +0100"),
            json!("2026-11-24 09:14:05 UTC"),
            json!("2026-11-24 09:14:05Z"),
            json!("2026/11/24 09:14:05"),
            json!("20261124T091405Z"),
            json!("2026-11-24T09:14:05,000Z"),
            json!("2026-11-24 09:14:05,000"),
            json!("2026-11-24T09:14:05.000000000Z"),
            json!("2026-11-24t09:14:05z"),
            json!("2026-11-24 09:14:05 +00:00"),
            json!("2026-11-24T09:14:05 Z"),
            json!("Nov 24, 2026, 9:14:05 AM"),
            json!("Nov 24, 2026 9:14:05 AM"),
            json!("November 24, 2026 09:14:05"),
            json!("24 Nov 2026 09:14:05"),
            json!("24-Nov-2026 09:14:05"),
            json!("Tue, 24 Nov 2026 09:14:05 GMT"),
            json!("Tue, 24 Nov 2026 10:14:05 +0100"),
            json!("Tue Nov 24 2026 10:14:05 GMT+0100 (Central European Standard Time)"),
            json!("Tue Nov 24 09:14:05 UTC 2026"),
            json!("Tue Nov 24 09:14:05 2026"),
            json!(at.timestamp()),
            json!(at.timestamp_millis()),
            json!(at.timestamp_micros()),
            json!(at.timestamp_nanos_opt()),
            json!(at.timestamp() as f64),
            json!(at.timestamp_millis() as f64),
            json!(at.timestamp().to_string()),
            json!(at.timestamp_millis().to_string()),
            json!(format!("{}.0", at.timestamp())),
            json!(format!("/Date({})/", at.timestamp_millis())),
            json!({"date": "2026-11-24 09:14:05.000000", "timezone_type": 3, "timezone": "UTC"}),
            json!({"date": "2026-11-24 10:14:05.000000", "timezone_type": 1, "timezone": "+01:00"}),
            json!({"$date": "2026-11-24T09:14:05Z"}),
            json!({"_seconds": at.timestamp(), "_nanoseconds": 0}),
        ] {
            assert_eq!(read(&value), Some(at), "{value}");
        }
        let day = read(&json!("2026-11-24"));
        assert_eq!(day, "2026-11-24T00:00:00Z".parse().ok());
        for written in [
            "2026/11/24",
            "20261124",
            "2026.11.24",
            "Nov 24, 2026",
            "24 November 2026",
            "24-Nov-2026",
        ] {
            assert_eq!(read(&json!(written)), day, "{written}");
        }
        let before = read(&json!(-86_400));
        assert_eq!(before, "1969-12-31T00:00:00Z".parse().ok());
        let half = read(&json!(at.timestamp() as f64 + 0.25)).expect("a time");
        assert_eq!(half - at, chrono::TimeDelta::milliseconds(250));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for value in [
            json!(""),
            json!(" "),
            json!("yesterday"),
            json!(true),
            json!([]),
            json!({}),
            json!(1e308),
            json!("24.11.2026"),
            json!("11/24/2026"),
            json!("2026-13-24"),
            json!("2026-02-30T00:00:00Z"),
            json!("NaN"),
            json!({"$date": {"$date": 1}}),
        ] {
            assert_eq!(read(&value), None, "{value}");
        }
    }

    #[test]
    fn a_day_is_the_one_that_is_written() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24);
        for value in [json!("2026-11-24"), json!("2026-11-24T23:30:00-08:00"), json!(1_795_480_000)]
        {
            assert_eq!(read_day(&value), day, "{value}");
        }
        assert_eq!(read_day(&json!("soon")), None);
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,60}", n: f64) {
            let _ = (read(&json!(text)), read(&json!(n)), read_day(&json!(text)));
        }
    }
}
