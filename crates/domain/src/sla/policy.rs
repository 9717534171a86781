//! A policy: for which tickets, how soon, and by whose clock.

use crate::error::{AppError, Problems};
use crate::ticket::{Channel, Priority};
use crate::{SlaPolicyId, TeamId, limits, locale, text};
use serde::{Deserialize, Serialize};

/// One policy. A ticket has the first one, by position, whose conditions hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaPolicy {
    pub id: SlaPolicyId,
    pub position: i32,
    pub archived: bool,
    #[serde(flatten)]
    pub rules: SlaPolicyInput,
}

/// A policy as a form says it. Absent conditions hold for every ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaPolicyInput {
    pub name: String,
    pub priority: Option<Priority>,
    pub team_id: Option<TeamId>,
    pub channel: Option<Channel>,
    /// The plan of the customer's account, in any case.
    pub account_plan: Option<String>,
    /// Minutes until an agent answers first; absent: no target. So below.
    pub first_response: Option<i32>,
    /// Minutes until an agent answers a customer who wrote again.
    pub next_response: Option<i32>,
    /// Minutes until the ticket is closed; it stands still while the ticket waits.
    pub resolution: Option<i32>,
    /// When time runs; absent: always.
    pub hours: Option<Hours>,
}

/// Business hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// A name of the tz database, `Europe/Berlin`.
    pub time_zone: String,
    /// Monday first; absent: closed.
    pub days: [Option<Span>; 7],
}

/// Opening and closing time, in minutes of the day; `to` is at most 1440.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: u16,
    pub to: u16,
}

impl SlaPolicyInput {
    /// The same with its text made storable, or what is wrong with it. Whether the time zone
    /// exists is left to who knows them.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut problems = Problems::default();
        let name = text::required_line("name", &self.name, limits::NAME_CHARS);
        self.name = problems.check(name).unwrap_or_default();
        let plan = self.account_plan.as_deref();
        let plan = text::optional_line("account_plan", plan, limits::LINE_CHARS);
        self.account_plan = problems.check(plan).flatten();
        let targets = [
            ("first_response", self.first_response),
            ("next_response", self.next_response),
            ("resolution", self.resolution),
        ];
        for (field, minutes) in targets {
            if minutes.is_some_and(|m| !(1..=limits::SLA_MINUTES_MAX).contains(&m)) {
                problems.add(field, "Choose between a minute and 90 days.");
            }
        }
        if targets.iter().all(|(_, minutes)| minutes.is_none()) {
            problems.add("first_response", "Set at least one target.");
        }
        if let Some(hours) = &self.hours {
            problems.check(locale::time_zone("time_zone", &hours.time_zone));
            let open: Vec<_> = hours.days.iter().flatten().collect();
            if open.is_empty() {
                problems.add("hours", "Be open on one day at least, or always.");
            }
            if open.iter().any(|span| span.from >= span.to || span.to > 1_440) {
                problems.add("hours", "A day closes after it opens.");
            }
        }
        problems.finish()?;
        Ok(self)
    }

    /// Whether the policy is for a ticket with these properties.
    pub fn holds(
        &self,
        priority: Priority,
        team: Option<TeamId>,
        channel: Channel,
        plan: Option<&str>,
    ) -> bool {
        let same_plan = |own: &String| {
            plan.is_some_and(|plan| plan.trim().to_lowercase() == own.to_lowercase())
        };
        self.priority.is_none_or(|own| own == priority)
            && self.team_id.is_none_or(|own| Some(own) == team)
            && self.channel.is_none_or(|own| own == channel)
            && self.account_plan.as_ref().is_none_or(same_plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_for_who_meets_all_its_conditions() {
        let any = SlaPolicyInput { first_response: Some(60), ..Default::default() };
        assert!(any.holds(Priority::Low, None, Channel::Chat, None));
        let policy = SlaPolicyInput {
            priority: Some(Priority::High),
            account_plan: Some("Enterprise".into()),
            ..any
        };
        assert!(policy.holds(Priority::High, None, Channel::Chat, Some("enterprise ")));
        assert!(!policy.holds(Priority::High, None, Channel::Chat, None));
        assert!(!policy.holds(Priority::Low, None, Channel::Chat, Some("Enterprise")));
    }

    #[test]
    fn each_wrong_field_says_so() {
        let span = |from, to| Some(Span { from, to });
        let mut days = [None; 7];
        let hours = |days| Some(Hours { time_zone: "Europe/Berlin".into(), days });
        let wrong = |input: SlaPolicyInput, field: &str| {
            let error = input.checked().unwrap_err();
            assert!(error.field(field).is_some(), "{field}: {error:?}");
        };
        let right =
            SlaPolicyInput { name: "Gold".into(), first_response: Some(60), ..Default::default() };
        assert!(right.clone().checked().is_ok());
        wrong(SlaPolicyInput { name: " ".into(), ..right.clone() }, "name");
        wrong(SlaPolicyInput { first_response: None, ..right.clone() }, "first_response");
        wrong(SlaPolicyInput { resolution: Some(0), ..right.clone() }, "resolution");
        wrong(SlaPolicyInput { hours: hours(days), ..right.clone() }, "hours");
        days[0] = span(540, 540);
        wrong(SlaPolicyInput { hours: hours(days), ..right.clone() }, "hours");
        days[0] = span(540, 1_440);
        assert!(SlaPolicyInput { hours: hours(days), ..right }.checked().is_ok());
    }
}
