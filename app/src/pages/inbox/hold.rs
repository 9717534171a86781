//! What the list shows when it is loaded again while somebody reads it: nothing moves, changed
//! rows change where they stand, and new ones wait.

use rapport_domain::TicketId;
use rapport_domain::ticket::{InboxSort, TicketRow};
use std::collections::{HashMap, HashSet};

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub ticket: TicketRow,
    /// It no longer belongs to the view, and leaves it when the reader looks elsewhere.
    pub gone: bool,
}

impl From<TicketRow> for Row {
    fn from(ticket: TicketRow) -> Self {
        Self { ticket, gone: false }
    }
}

/// Keeps the order of `shown`; answers the rows and how many of `fresh` wait. What the reader
/// changed themselves (`own`) may leave at once. `more` says that the view goes on after `fresh`.
pub fn hold(
    shown: &[Row],
    fresh: Vec<TicketRow>,
    more: bool,
    own: &HashSet<TicketId>,
    sort: InboxSort,
) -> (Vec<Row>, usize) {
    let last = fresh.last().filter(|_| more).cloned();
    let mut fresh: HashMap<TicketId, TicketRow> = fresh.into_iter().map(|t| (t.id, t)).collect();
    let rows = shown
        .iter()
        .filter_map(|row| {
            if let Some(ticket) = fresh.remove(&row.ticket.id) {
                return Some(ticket.into());
            }
            // New ones pushed it onto the next page: it has not changed.
            let pushed = last.as_ref().is_some_and(|last| sort.is_before(last, &row.ticket));
            match (pushed, own.contains(&row.ticket.id)) {
                (true, false) => Some(row.clone()),
                (false, false) => Some(Row { gone: true, ..row.clone() }),
                (_, true) => None,
            }
        })
        .collect();
    (rows, fresh.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};
    use rapport_domain::ticket::{Channel, Priority, Status, TicketCustomer};
    use rapport_domain::{CustomerId, Uuid};

    fn ticket(n: u128, minutes: i64) -> TicketRow {
        let at = DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        TicketRow {
            id: TicketId(Uuid::from_u128(n)),
            number: n as i64,
            customer: TicketCustomer {
                id: CustomerId(Uuid::nil()),
                name: String::new(),
                account_name: None,
            },
            subject: String::new(),
            status: Status::Open,
            label: None,
            priority: Priority::Normal,
            channel: Channel::Email,
            assignee: None,
            team: None,
            tags: vec![],
            submitted_at: at,
            last_activity_at: at,
            last_message_text: String::new(),
            last_message_channel: None,
            unread: false,
            due: None,
            version: 1,
        }
    }

    fn held(fresh: Vec<TicketRow>, more: bool, own: &[u128]) -> (Vec<(i64, i64, bool)>, usize) {
        let shown: Vec<Row> = [ticket(1, 50), ticket(2, 40), ticket(3, 30)].map(Row::from).into();
        let own = own.iter().map(|n| TicketId(Uuid::from_u128(*n))).collect();
        let (rows, new) = hold(&shown, fresh, more, &own, InboxSort::Newest);
        let told =
            |row: &Row| (row.ticket.number, row.ticket.last_activity_at.timestamp() / 60, row.gone);
        (rows.iter().map(told).collect(), new)
    }

    #[test]
    fn rows_stay_where_they_are_and_new_ones_wait() {
        let fresh = vec![ticket(9, 70), ticket(3, 60), ticket(1, 50), ticket(2, 40)];
        let rows = vec![(1, 50, false), (2, 40, false), (3, 60, false)];
        assert_eq!(held(fresh, false, &[]), (rows, 1));
    }

    #[test]
    fn what_left_the_view_is_told_from_what_was_pushed_down() {
        let fresh = vec![ticket(9, 70), ticket(1, 50)];
        let rows = vec![(1, 50, false), (2, 40, true), (3, 30, true)];
        assert_eq!(held(fresh.clone(), false, &[]), (rows, 1));
        let rows = vec![(1, 50, false), (2, 40, false), (3, 30, false)];
        assert_eq!(held(fresh.clone(), true, &[]), (rows, 1));
        let rows = vec![(1, 50, false), (3, 30, true)];
        assert_eq!(held(fresh, false, &[2]), (rows, 1));
    }
}
