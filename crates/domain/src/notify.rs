//! Which news reach a person, by which way, and when they want quiet.

use crate::vocabulary;
use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What people are told of.
    News {
        Assigned => "assigned", "A ticket is assigned";
        Reply => "reply", "A customer writes";
        Mention => "mention", "I am mentioned in a note";
        DueSoon => "due_soon", "A ticket is due in 15 minutes";
        Overdue => "overdue", "A ticket is overdue";
    }
}

vocabulary! {
    /// On whose tickets.
    Whose {
        Mine => "mine", "Mine";
        Teams => "teams", "Mine and my teams'";
        All => "all", "All";
    }
}

/// What a person wants of one kind of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub whose: Whose,
    /// At the bell.
    pub app: bool,
    /// From every browser in which they turned it on.
    pub browser: bool,
    pub email: bool,
}

impl Rule {
    /// Whether it asks for anything at all.
    pub fn is_on(self) -> bool {
        self.app || self.browser || self.email
    }

    /// Whether it covers a ticket that stands so to the person.
    pub fn covers(self, stands: Stands) -> bool {
        match stands {
            Stands::Mine => true,
            Stands::Team => self.whose != Whose::Mine,
            Stands::Others => self.whose == Whose::All,
        }
    }
}

/// How a ticket stands to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Mine,
    Team,
    Others,
}

/// A person's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notify {
    pub assigned: Rule,
    pub reply: Rule,
    pub mention: Rule,
    pub due_soon: Rule,
    pub overdue: Rule,
    pub quiet: Option<Quiet>,
}

impl Default for Notify {
    fn default() -> Self {
        let rule = |email| Rule { whose: Whose::Mine, app: true, browser: true, email };
        Self {
            assigned: rule(false),
            reply: rule(false),
            mention: rule(true),
            due_soon: rule(false),
            overdue: rule(true),
            quiet: None,
        }
    }
}

impl Notify {
    pub fn rule(&self, news: News) -> Rule {
        match news {
            News::Assigned => self.assigned,
            News::Reply => self.reply,
            News::Mention => self.mention,
            News::DueSoon => self.due_soon,
            News::Overdue => self.overdue,
        }
    }

    pub fn rule_mut(&mut self, news: News) -> &mut Rule {
        match news {
            News::Assigned => &mut self.assigned,
            News::Reply => &mut self.reply,
            News::Mention => &mut self.mention,
            News::DueSoon => &mut self.due_soon,
            News::Overdue => &mut self.overdue,
        }
    }
}

/// When nothing rings: no browser says anything, and mails wait and come as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// The days on which it begins, Monday first.
    pub days: [bool; 7],
    pub from: NaiveTime,
    /// The next day when it is not after `from`: the same time means the whole day.
    pub to: NaiveTime,
    /// An IANA name; the server that knows it does the reckoning.
    pub time_zone: String,
}

impl Quiet {
    /// When the quiet that holds at `now` ends; `None` when there is none.
    pub fn until<Z: TimeZone>(&self, now: DateTime<Utc>, zone: &Z) -> Option<DateTime<Utc>> {
        let wall = now.with_timezone(zone).naive_local();
        let mut end = self.end_at(wall)?;
        // One may run into the next: a weekend is two whole days. A week is the longest.
        for _ in 0..7 {
            match self.end_at(end) {
                Some(later) if later > end => end = later,
                _ => break,
            }
        }
        // An hour that the clocks leave out is over when they have moved.
        let end = zone.from_local_datetime(&end).latest().map(|end| end.to_utc());
        Some(end.unwrap_or(now + chrono::TimeDelta::hours(1)).max(now))
    }

    /// The end of the quiet that holds at a wall time.
    fn end_at(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let begins = |back: u64| {
            let day = wall.date().checked_sub_days(Days::new(back))?;
            let quiet = self.days[day.weekday().num_days_from_monday() as usize];
            let over = if self.to > self.from { day } else { day.checked_add_days(Days::new(1))? };
            let (from, to) = (day.and_time(self.from), over.and_time(self.to));
            (quiet && from <= wall && wall < to).then_some(to)
        };
        begins(0).into_iter().chain(begins(1)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a test's time")
    }

    fn quiet(days: &str, from: &str, to: &str) -> Quiet {
        let time = |text: &str| text.parse().expect("a test's time");
        let mut week = [false; 7];
        for (day, on) in week.iter_mut().zip(days.chars()) {
            *day = on != '.';
        }
        let time_zone = "Europe/Berlin".into();
        Quiet { days: week, from: time(from), to: time(to), time_zone }
    }

    fn until(quiet: &Quiet, now: &str) -> Option<String> {
        quiet.until(at(now), &Berlin).map(|end| end.format("%m-%d %H:%M").to_string())
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        // 2026-11-23 is a Monday; Berlin is an hour ahead.
        let nights = quiet("mtwtf..", "18:00", "08:00");
        assert_eq!(until(&nights, "2026-11-23T16:59:00Z"), None);
        assert_eq!(until(&nights, "2026-11-23T17:00:00Z").as_deref(), Some("11-24 07:00"));
        assert_eq!(until(&nights, "2026-11-24T06:59:00Z").as_deref(), Some("11-24 07:00"));
        assert_eq!(until(&nights, "2026-11-24T07:00:00Z"), None);
        // Friday's night goes on into Saturday; Saturday has none of its own.
        assert_eq!(until(&nights, "2026-11-28T05:00:00Z").as_deref(), Some("11-28 07:00"));
        assert_eq!(until(&nights, "2026-11-28T20:00:00Z"), None);
        let lunch = quiet("mtwtfss", "12:00", "13:00");
        assert_eq!(until(&lunch, "2026-11-23T11:30:00Z").as_deref(), Some("11-23 12:00"));
    }

    #[test]
    fn whole_days_run_into_each_other() {
        let weekend = quiet(".....ss", "00:00", "00:00");
        assert_eq!(until(&weekend, "2026-11-28T12:00:00Z").as_deref(), Some("11-29 23:00"));
        let always = quiet("mtwtfss", "00:00", "00:00");
        assert!(until(&always, "2026-11-28T12:00:00Z").is_some());
        assert_eq!(until(&quiet(".......", "00:00", "00:00"), "2026-11-28T12:00:00Z"), None);
    }

    #[test]
    fn quiet_that_ends_in_the_hour_that_is_left_out_ends_all_the_same() {
        // On 2027-03-28 Berlin's clocks go from 02:00 to 03:00.
        let night = quiet("mtwtfss", "22:00", "02:30");
        let end = night.until(at("2027-03-27T23:00:00Z"), &Berlin);
        assert!(end.is_some_and(|end| end >= at("2027-03-27T23:00:00Z")));
    }

    #[test]
    fn a_rule_covers_what_is_nearer_too() {
        let rule = |whose| Rule { whose, app: true, browser: false, email: false };
        assert!(rule(Whose::Mine).covers(Stands::Mine));
        assert!(!rule(Whose::Mine).covers(Stands::Team));
        assert!(rule(Whose::Teams).covers(Stands::Team));
        assert!(!rule(Whose::Teams).covers(Stands::Others));
        assert!(rule(Whose::All).covers(Stands::Others));
    }

    #[test]
    fn what_is_not_stored_is_as_always() {
        let stored = serde_json::json!({ "mention":
            { "whose": "mine", "app": true, "browser": false, "email": false } });
        let read: Notify = serde_json::from_value(stored).expect("a rule");
        assert!(!read.mention.email && read.overdue.email && read.quiet.is_none());
        let again = serde_json::to_value(&read).expect("plain words");
        assert_eq!(serde_json::from_value::<Notify>(again).expect("the same"), read);
    }
}
