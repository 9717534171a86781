//! When a ticket is due.

use super::{Calendar, Due, SlaPolicyInput, SlaTarget};
use crate::SlaPolicyId;
use crate::ticket::{Status, StatusCategory};
use chrono::{DateTime, TimeDelta, TimeZone, Utc};

/// A ticket's policy, and what is due when. What was met, or has no target, is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlaClock {
    pub policy: Option<SlaPolicyId>,
    pub first_response: Option<DateTime<Utc>>,
    pub next_response: Option<DateTime<Utc>>,
    pub resolution: Option<DateTime<Utc>>,
    /// Seconds that were left for the resolution when it was paused.
    pub resolution_left_s: Option<i64>,
}

/// What due times follow from.
#[derive(Debug, Clone, Copy)]
pub struct SlaFacts {
    pub submitted_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    /// The customer's first message that nobody answered yet.
    pub awaiting_since: Option<DateTime<Utc>>,
    pub status: Status,
    pub now: DateTime<Utc>,
}

impl SlaClock {
    /// What is due, by target.
    pub fn dues(&self) -> impl Iterator<Item = Due> {
        [
            (SlaTarget::FirstResponse, self.first_response),
            (SlaTarget::NextResponse, self.next_response),
            (SlaTarget::Resolution, self.resolution),
        ]
        .into_iter()
        .filter_map(|(target, at)| Some(Due { target, at: at? }))
    }

    /// What is due first.
    pub fn next(&self) -> Option<Due> {
        self.dues().min_by_key(|due| due.at)
    }
}

/// The clock after something happened to the ticket. Times that were set under the same policy
/// stay; under another one they count from the ticket's beginning.
pub fn run<Z: TimeZone>(
    policy: SlaPolicyId,
    rules: &SlaPolicyInput,
    calendar: &Calendar<'_, Z>,
    before: &SlaClock,
    facts: &SlaFacts,
) -> SlaClock {
    let same = before.policy == Some(policy);
    let closed = facts.status.is_closed();
    let due = |minutes: i32, from| calendar.after(from, TimeDelta::minutes(minutes.into()));
    let kept = |at: Option<DateTime<Utc>>| at.filter(|_| same);
    let first_response = rules
        .first_response
        .filter(|_| !closed && facts.first_response_at.is_none())
        .map(|m| kept(before.first_response).unwrap_or_else(|| due(m, facts.submitted_at)));
    let awaiting = facts.awaiting_since.filter(|_| !closed && facts.first_response_at.is_some());
    let next_response = rules
        .next_response
        .zip(awaiting)
        .map(|(m, since)| kept(before.next_response).unwrap_or_else(|| due(m, since)));
    let mut clock = SlaClock {
        policy: Some(policy),
        first_response,
        next_response,
        resolution: None,
        resolution_left_s: None,
    };
    let Some(minutes) = rules.resolution else { return clock };
    let left = before.resolution_left_s.filter(|_| same);
    let at = match (kept(before.resolution), left) {
        (Some(at), _) => at,
        (None, Some(left)) => calendar.after(facts.now, TimeDelta::seconds(left)),
        (None, None) => due(minutes, facts.submitted_at),
    };
    if facts.status.category() == StatusCategory::Open {
        clock.resolution = Some(at);
    } else {
        let now_left = || calendar.between(facts.now, at).num_seconds();
        clock.resolution_left_s = Some(left.unwrap_or_else(now_left));
    }
    clock
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;
    use chrono::Utc;

    const POLICY: SlaPolicyId = SlaPolicyId(Uuid::from_u128(1));

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn rules() -> SlaPolicyInput {
        SlaPolicyInput {
            first_response: Some(60),
            next_response: Some(30),
            resolution: Some(600),
            ..Default::default()
        }
    }

    fn facts(status: Status, now: i64) -> SlaFacts {
        SlaFacts {
            submitted_at: at(0),
            first_response_at: None,
            awaiting_since: None,
            status,
            now: at(now),
        }
    }

    fn step(before: &SlaClock, facts: SlaFacts) -> SlaClock {
        run(POLICY, &rules(), &Calendar::<Utc>::Always, before, &facts)
    }

    #[test]
    fn a_response_ends_its_target_and_a_new_message_starts_the_next() {
        let new = step(&SlaClock::default(), facts(Status::New, 0));
        assert_eq!((new.first_response, new.next_response), (Some(at(60)), None));
        assert_eq!(new.next(), Some(Due { target: SlaTarget::FirstResponse, at: at(60) }));
        let answered = SlaFacts { first_response_at: Some(at(20)), ..facts(Status::Open, 20) };
        let clock = step(&new, answered);
        assert_eq!((clock.first_response, clock.next_response), (None, None));
        let again = SlaFacts { awaiting_since: Some(at(100)), now: at(100), ..answered };
        let clock = step(&clock, again);
        assert_eq!(clock.next_response, Some(at(130)));
        let more = step(&clock, SlaFacts { now: at(120), ..again });
        assert_eq!(more, clock, "writing once more gives no more time");
        let done = step(&clock, SlaFacts { awaiting_since: None, now: at(125), ..answered });
        assert_eq!(done.next_response, None);
    }

    #[test]
    fn the_resolution_stands_still_while_the_ticket_waits() {
        let clock = step(&SlaClock::default(), facts(Status::Open, 0));
        assert_eq!(clock.resolution, Some(at(600)));
        for waiting in [Status::Pending, Status::Snoozed, Status::Closed] {
            let paused = step(&clock, facts(waiting, 100));
            assert_eq!((paused.resolution, paused.resolution_left_s), (None, Some(500 * 60)));
            let longer = step(&paused, facts(waiting, 300));
            assert_eq!(longer.resolution_left_s, Some(500 * 60));
            let resumed = step(&longer, facts(Status::Open, 1_000));
            assert_eq!((resumed.resolution, resumed.resolution_left_s), (Some(at(1_500)), None));
        }
        let late = step(&clock, facts(Status::Pending, 700));
        assert_eq!(late.resolution_left_s, Some(0));
    }

    #[test]
    fn another_policy_counts_from_the_beginning() {
        let other =
            SlaClock { policy: Some(SlaPolicyId(Uuid::from_u128(2))), ..Default::default() };
        let before = SlaClock { resolution: Some(at(9)), first_response: Some(at(7)), ..other };
        let clock = step(&before, facts(Status::Open, 50));
        assert_eq!((clock.first_response, clock.resolution), (Some(at(60)), Some(at(600))));
        assert_eq!(clock.policy, Some(POLICY));
    }

    #[test]
    fn nothing_is_due_once_a_ticket_is_closed() {
        let clock = step(&SlaClock::default(), facts(Status::New, 0));
        assert_eq!(step(&clock, facts(Status::Closed, 10)).next(), None);
    }
}
