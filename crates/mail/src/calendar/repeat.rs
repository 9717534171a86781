//! How often something is, in a few words.

use super::zone::weekday;
use calcard::icalendar::{
    ICalendarComponent, ICalendarDay, ICalendarFrequency, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarValue,
};
use chrono::NaiveDate;

/// Days of a rule that are named.
const DAYS_MAX: usize = 7;

/// Goes on after when it is first: `, every week on Mon and Thu, 10 times`; empty for once.
pub(super) fn describe(event: &ICalendarComponent) -> String {
    if event.has_property(&ICalendarProperty::RecurrenceId) {
        return ", one of a series".into();
    }
    let value = event.property(&ICalendarProperty::Rrule).and_then(|rule| rule.values.first());
    match value {
        Some(ICalendarValue::RecurrenceRule(rule)) => format!(", {}", rule_text(rule)),
        Some(_) => ", repeated".into(),
        None if event.has_property(&ICalendarProperty::Rdate) => ", and on further dates".into(),
        None => String::new(),
    }
}

fn rule_text(rule: &ICalendarRecurrenceRule) -> String {
    let unit = match rule.freq {
        ICalendarFrequency::Yearly => "year",
        ICalendarFrequency::Monthly => "month",
        ICalendarFrequency::Weekly => "week",
        ICalendarFrequency::Daily => "day",
        ICalendarFrequency::Hourly => "hour",
        ICalendarFrequency::Minutely => "minute",
        ICalendarFrequency::Secondly => "second",
    };
    let mut text = match rule.interval {
        None | Some(0 | 1) => format!("every {unit}"),
        Some(2) => format!("every other {unit}"),
        Some(many) => format!("every {many} {unit}s"),
    };
    let days: Vec<String> = rule.byday.iter().take(DAYS_MAX).map(|d| day(rule, d)).collect();
    if let [others @ .., last] = days.as_slice() {
        let list = match others {
            [] => last.clone(),
            others => format!("{} and {last}", others.join(", ")),
        };
        text.push_str(&format!(" on {list}"));
    } else if let [number] = rule.bymonthday.as_slice() {
        text.push_str(&match *number {
            -1 => " on the last day".to_string(),
            number => format!(" on day {number}"),
        });
    }
    let until = rule.until.as_ref().and_then(|u| {
        NaiveDate::from_ymd_opt(i32::from(u.year?), u32::from(u.month?), u32::from(u.day?))
    });
    match (rule.count, until) {
        (Some(1), _) => text.push_str(", once"),
        (Some(count), _) => text.push_str(&format!(", {count} times")),
        (None, Some(until)) => text.push_str(&format!(", until {}", until.format("%b %-d, %Y"))),
        (None, None) => {}
    }
    text
}

/// `Mon`, or `the second Mon` of a month.
fn day(rule: &ICalendarRecurrenceRule, day: &ICalendarDay) -> String {
    let name = weekday(day.weekday);
    let only = rule.bysetpos.first().filter(|_| rule.byday.len() == 1);
    match day.ordwk.map(i32::from).or(only.copied()) {
        Some(1) => format!("the first {name}"),
        Some(2) => format!("the second {name}"),
        Some(3) => format!("the third {name}"),
        Some(4) => format!("the fourth {name}"),
        Some(5) => format!("the fifth {name}"),
        Some(-1) => format!("the last {name}"),
        _ => name.to_string(),
    }
}
