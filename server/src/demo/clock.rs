//! Times of the fixtures: `D-4 16:20` is four days before loading, `D55` a date in 55 days.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde_json::Value;

/// The moment at which the story stands when it is loaded, in minutes of the day.
const STORY_NOW_MINUTES: i64 = 10 * 60 + 41;

/// Turns the fixtures' times into real ones, none of them in the future.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    now: DateTime<Utc>,
    /// What the times of today move by, before the story's moment of the day.
    shift: TimeDelta,
}

impl Clock {
    pub fn new(now: DateTime<Utc>) -> Self {
        let midnight = now.date_naive().and_time(NaiveTime::MIN).and_utc();
        let story = midnight + TimeDelta::minutes(STORY_NOW_MINUTES);
        Self { now, shift: (now - story).min(TimeDelta::zero()) }
    }

    /// The moment of loading.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The instant `minutes` of the day, `days` before loading.
    pub fn at(&self, days: i64, minutes: i64) -> DateTime<Utc> {
        let midnight = self.now.date_naive().and_time(NaiveTime::MIN).and_utc();
        let at = midnight - TimeDelta::days(days) + TimeDelta::minutes(minutes);
        let at = if days == 0 { at + self.shift } else { at };
        at.min(self.now)
    }

    /// Reads `D-4 16:20`.
    pub fn instant(&self, text: &str) -> Option<DateTime<Utc>> {
        let (days, time) = text.strip_prefix('D')?.split_once(' ')?;
        let (hours, minutes) = time.split_once(':')?;
        let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
        Some(self.at(-days.parse::<i64>().ok()?, minutes))
    }

    /// A value with every time in it made real.
    pub fn resolve(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match (self.instant(&text), self.date(&text)) {
                (Some(at), _) => at.to_rfc3339().into(),
                (None, Some(date)) => date.into(),
                (None, None) => text.into(),
            },
            Value::Array(items) => items.into_iter().map(|v| self.resolve(v)).collect(),
            Value::Object(map) => {
                Value::Object(map.into_iter().map(|(k, v)| (k, self.resolve(v))).collect())
            }
            other => other,
        }
    }

    /// Reads `D55`.
    fn date(&self, text: &str) -> Option<String> {
        let days = text.strip_prefix('D')?.parse::<i64>().ok()?;
        Some((self.now.date_naive() + TimeDelta::days(days)).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn clock(now: &str) -> Clock {
        Clock::new(now.parse().expect("a time"))
    }

    #[test]
    fn days_count_from_loading() {
        let clock = clock("2026-11-24T15:00:00Z");
        let value = json!({"a": ["D0 09:14", "D-4 16:20"], "b": "D55", "c": "Dana", "d": 7});
        assert_eq!(
            clock.resolve(value),
            json!({"a": ["2026-11-24T09:14:00+00:00", "2026-11-20T16:20:00+00:00"],
                "b": "2027-01-18", "c": "Dana", "d": 7})
        );
    }

    #[test]
    fn early_in_the_morning_the_story_has_happened_too() {
        let clock = clock("2026-11-24T00:30:00Z");
        let opened = clock.instant("D0 09:14").expect("a time");
        assert_eq!(opened.to_rfc3339(), "2026-11-23T23:03:00+00:00");
        assert!(clock.instant("D0 10:41").expect("a time") <= clock.now());
    }
}
