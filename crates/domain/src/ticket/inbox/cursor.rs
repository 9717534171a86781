//! The orders of the inbox, and places in them.

use crate::ids::{self, BadId};
use crate::page::Cursor;
use crate::ticket::{Priority, TicketRow};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The order of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum InboxSort {
    #[default]
    Newest,
    Oldest,
    Submitted,
    Priority,
    /// What is due first, and nothing else.
    Due,
}

impl InboxSort {
    pub const ALL: [Self; 5] =
        [Self::Newest, Self::Oldest, Self::Submitted, Self::Priority, Self::Due];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Submitted => "submitted",
            Self::Priority => "priority",
            Self::Due => "due",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest activity",
            Self::Oldest => "Oldest activity",
            Self::Submitted => "Newest ticket",
            Self::Priority => "Priority",
            Self::Due => "Due next",
        }
    }

    /// Whether `a` stands before `b` in this order.
    pub fn is_before(self, a: &TicketRow, b: &TicketRow) -> bool {
        let place = |row| {
            let InboxCursor { rank, cursor } = InboxCursor::of(row, self);
            (rank, cursor.at, cursor.id)
        };
        match self {
            Self::Oldest | Self::Due => place(a) < place(b),
            Self::Newest | Self::Submitted | Self::Priority => place(a) > place(b),
        }
    }

    /// Reads the word in the address; an unknown one is the usual order.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.word() == word).unwrap_or_default()
    }
}

impl Priority {
    /// Larger is more urgent; the column `priority_rank` holds the same.
    pub fn rank(self) -> u8 {
        match self {
            Self::Urgent => 3,
            Self::High => 2,
            Self::Normal => 1,
            Self::Low => 0,
        }
    }
}

/// A position in the inbox: priority first where that orders it, then time and id.
///
/// Its text is one digit and a [`Cursor`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxCursor {
    pub rank: u8,
    pub cursor: Cursor,
}

impl InboxCursor {
    /// The position of `row` in the order `sort`.
    pub fn of(row: &TicketRow, sort: InboxSort) -> Self {
        let at = match sort {
            InboxSort::Submitted => row.submitted_at,
            InboxSort::Due => row.due.map_or(row.last_activity_at, |due| due.at),
            _ => row.last_activity_at,
        };
        let rank = if sort == InboxSort::Priority { row.priority.rank() } else { 0 };
        Self { rank, cursor: Cursor::new(at, row.id.0) }
    }
}

impl fmt::Display for InboxCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.rank, self.cursor)
    }
}

impl FromStr for InboxCursor {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Self, BadId> {
        let rank = s.bytes().next().filter(|b| (b'0'..=b'3').contains(b)).ok_or(ids::BadId)?;
        Ok(Self { rank: rank - b'0', cursor: s[1..].parse()? })
    }
}
