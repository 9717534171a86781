//! The orders of the inbox, walked forwards or backwards.

use rapport_domain::ticket::{InboxCursor, InboxQuery, InboxSort};
use sqlx::{Postgres, QueryBuilder};

/// An order and the direction to walk in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    sort: InboxSort,
    backwards: bool,
}

impl Order {
    /// As the query's page is read: a page before a place from that place on.
    pub fn of(query: &InboxQuery) -> Self {
        Self { sort: query.sort, backwards: query.after.is_none() && query.before.is_some() }
    }

    pub fn by_priority(self) -> bool {
        self.sort == InboxSort::Priority
    }

    /// The time that it orders by.
    pub fn time(self) -> &'static str {
        match self.sort {
            InboxSort::Newest | InboxSort::Oldest | InboxSort::Priority => "t.last_activity_at",
            InboxSort::Submitted => "t.submitted_at",
            InboxSort::Due => "t.due_at",
        }
    }

    fn descends(self) -> bool {
        let usual = !matches!(self.sort, InboxSort::Oldest | InboxSort::Due);
        usual != self.backwards
    }

    pub fn push(self, sql: &mut QueryBuilder<Postgres>) {
        let direction = if self.descends() { " desc" } else { "" };
        sql.push(" order by ");
        if self.by_priority() {
            sql.push("t.priority_rank").push(direction).push(", ");
        }
        sql.push(self.time()).push(direction).push(", t.id").push(direction);
    }

    /// Only what follows the query's place, in this direction.
    pub fn push_after(self, sql: &mut QueryBuilder<Postgres>, query: &InboxQuery) {
        let Some(InboxCursor { rank, cursor }) = query.after.or(query.before) else { return };
        let (keys, rank) = match self.by_priority() {
            true => ("t.priority_rank, ", Some(rank)),
            false => ("", None),
        };
        sql.push(" and (").push(keys).push(self.time()).push(", t.id) ");
        sql.push(if self.descends() { "< (" } else { "> (" });
        if let Some(rank) = rank {
            sql.push_bind(i16::from(rank)).push(", ");
        }
        sql.push_bind(cursor.at).push(", ").push_bind(cursor.id).push(")");
    }
}
