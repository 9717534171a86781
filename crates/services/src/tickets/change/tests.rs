use super::*;
use rapport_domain::ticket::{Channel, Priority};
use rapport_domain::{CustomerId, TicketId, Uuid};
use std::collections::BTreeMap;

fn ticket() -> LockedTicket {
    LockedTicket {
        id: TicketId(Uuid::nil()),
        number: 1,
        customer: CustomerId(Uuid::nil()),
        subject: "A".into(),
        status: Status::Open,
        label: None,
        priority: Priority::Normal,
        assignee: Some(UserId(Uuid::nil())),
        team: None,
        tags: vec![],
        fields: BTreeMap::new().into(),
        closed_at: None,
        snoozed_until: None,
        spam_at: None,
        merged_into: None,
        channel: Channel::Email,
        submitted_at: DateTime::UNIX_EPOCH,
        first_response_at: None,
        awaiting_since: None,
        sla_policy: None,
        first_response_due_at: None,
        next_response_due_at: None,
        resolution_due_at: None,
        resolution_left_s: None,
        version: 1,
    }
}

#[test]
fn closing_keeps_the_first_time_and_reopening_forgets_it() {
    let (one, two) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(1));
    let mut t = ticket();
    set_status(&mut t, Status::Closed, one);
    set_status(&mut t, Status::Closed, two);
    assert_eq!(t.closed_at, Some(one));
    set_status(&mut t, Status::Pending, two);
    assert_eq!(t.closed_at, None);
}

#[test]
fn a_label_stays_until_the_status_moves() {
    let (now, own) = (DateTime::UNIX_EPOCH, Some(LabelId(Uuid::from_u128(3))));
    let change = TicketChange { label_id: own, ..Default::default() };
    let mut t = apply(&ticket(), &change, Some(StatusCategory::Waiting), now);
    assert_eq!((t.status, t.label), (Status::Pending, own));
    set_status(&mut t, Status::Pending, now);
    assert_eq!(t.label, own);
    set_status(&mut t, Status::Open, now);
    assert_eq!(t.label, None);
}

#[test]
fn what_is_absent_stays() {
    let now = DateTime::UNIX_EPOCH;
    let before = ticket();
    let same = apply(&before, &TicketChange::default(), None, now);
    assert_eq!(same.assignee, before.assignee);
    let change = TicketChange { assignee_id: Some(None), ..Default::default() };
    assert_eq!(apply(&before, &change, None, now).assignee, None);
}
