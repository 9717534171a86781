//! Repeats: six times the same event in four minutes is one line that opens.

use super::{EventKind, TimelineItem};
use chrono::TimeDelta;
use std::borrow::Borrow;
use std::ops::Range;

/// Neighbours further apart than this are not a repeat.
pub const REPEAT_GAP_MINUTES: i64 = 10;

/// Splits events (in the order of time, either way) into runs of repeats: neighbours alike in
/// whose they are, kind, source, name and title, at most ten minutes apart. The ranges cover all events.
pub fn collapse<T: Borrow<TimelineItem>>(items: &[T]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for i in 1..=items.len() {
        let joined = i < items.len() && repeats(items[i - 1].borrow(), items[i].borrow());
        if !joined {
            runs.push(start..i);
            start = i;
        }
    }
    runs
}

fn repeats(a: &TimelineItem, b: &TimelineItem) -> bool {
    // Each recording, call and ticket is a thing of its own, however much they look alike.
    let single = matches!(a.kind, EventKind::Session | EventKind::Call | EventKind::Ticket);
    let apart = (a.occurred_at - b.occurred_at).abs();
    let ticket = |e: &TimelineItem| e.ticket.as_ref().map(|t| t.number);
    !single
        && apart <= TimeDelta::minutes(REPEAT_GAP_MINUTES)
        && (a.kind, &a.source, &a.name, &a.title) == (b.kind, &b.source, &b.name, &b.title)
        && ticket(a) == ticket(b)
        && a.customer == b.customer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EventId, Uuid};
    use chrono::DateTime;
    use proptest::prelude::*;

    fn at(minute: i64, name: &str) -> TimelineItem {
        TimelineItem {
            id: EventId(Uuid::nil()),
            occurred_at: DateTime::UNIX_EPOCH - TimeDelta::minutes(minute),
            received_at: DateTime::UNIX_EPOCH,
            kind: EventKind::Event,
            source: "api".into(),
            name: name.into(),
            title: String::new(),
            body: None,
            icon: None,
            url: None,
            actor_name: None,
            ticket: None,
            object_type: None,
            object_id: None,
            payload: serde_json::json!({}),
            recorded: false,
            customer: None,
        }
    }

    #[test]
    fn alike_and_close_is_a_repeat() {
        let items = [at(0, "a"), at(2, "a"), at(12, "a"), at(13, "b"), at(14, "a"), at(25, "a")];
        assert_eq!(collapse(&items), [0..3, 3..4, 4..5, 5..6]);
    }

    #[test]
    fn recordings_and_other_titles_stay_apart() {
        let mut items = [at(0, "a"), at(1, "a")];
        items[1].title = "Another".into();
        assert_eq!(collapse(&items).len(), 2);
        let mut items = [at(0, "recording"), at(1, "recording")];
        items.iter_mut().for_each(|i| i.kind = EventKind::Session);
        assert_eq!(collapse(&items).len(), 2);
    }

    #[test]
    fn nothing_has_no_runs() {
        assert!(collapse::<TimelineItem>(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn every_event_is_in_exactly_one_run(steps in proptest::collection::vec((0i64..20, 0u8..3), 0..60)) {
            let mut minute = 0;
            let items: Vec<_> = steps.iter().map(|(step, name)| {
                minute += step;
                at(minute, &name.to_string())
            }).collect();
            let covered: Vec<usize> = collapse(&items).into_iter().flatten().collect();
            prop_assert_eq!(covered, (0..items.len()).collect::<Vec<_>>());
        }
    }
}
