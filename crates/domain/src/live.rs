//! What a server tells open pages of changes: ids, and how far the reader has come.

use crate::ids::{AccountId, CustomerId, TicketId};
use std::fmt;
use std::str::FromStr;

/// Changes told at once; beyond that the reader refreshes what it shows.
pub const HINTS_MAX: usize = 50;

/// The name of the event by which a stream says that it is alive.
pub const BEAT: &str = "beat";

/// What a page follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Every ticket of the workspace.
    Inbox,
    /// All around one customer.
    Customer(CustomerId),
    /// Nothing but what waits for the reader, which every page shows.
    Own,
}

/// One thing that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    Ticket(TicketId),
    /// What became of a mail of the ticket.
    Receipt(TicketId),
    Timeline(CustomerId),
    /// The customer, or notes about them.
    Customer(CustomerId),
    /// The account, or notes about it.
    Account(AccountId),
    /// How much waits for the reader.
    Waiting,
    /// More than can be told: everything on screen may be old.
    Everything,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket(id) => write!(f, "ticket {id}"),
            Self::Receipt(id) => write!(f, "receipt {id}"),
            Self::Timeline(id) => write!(f, "timeline {id}"),
            Self::Customer(id) => write!(f, "customer {id}"),
            Self::Account(id) => write!(f, "account {id}"),
            Self::Waiting => f.write_str("waiting"),
            Self::Everything => f.write_str("everything"),
        }
    }
}

/// Anything that this version does not know means everything: a newer server tells more.
impl From<&str> for Hint {
    fn from(line: &str) -> Self {
        fn id<T: FromStr>(text: &str, hint: fn(T) -> Hint) -> Option<Hint> {
            text.parse().ok().map(hint)
        }
        if line == "waiting" {
            return Self::Waiting;
        }
        let known = line.split_once(' ').and_then(|(what, text)| match what {
            "ticket" => id(text, Self::Ticket),
            "receipt" => id(text, Self::Receipt),
            "timeline" => id(text, Self::Timeline),
            "customer" => id(text, Self::Customer),
            "account" => id(text, Self::Account),
            _ => None,
        });
        known.unwrap_or(Self::Everything)
    }
}

/// How far a reader has come: every transaction below `xid` was told. Its text form,
/// `812345.1764000000`, is the id of an event of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivePosition {
    pub xid: i64,
    /// When that was, in seconds since 1970 by the database's clock.
    pub at_s: i64,
}

impl fmt::Display for LivePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.xid, self.at_s)
    }
}

impl FromStr for LivePosition {
    type Err = crate::ids::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (xid, at_s) = text.split_once('.').ok_or(crate::ids::BadId)?;
        let number = |text: &str| text.parse().ok().filter(|n| *n >= 0).ok_or(crate::ids::BadId);
        Ok(Self { xid: number(xid)?, at_s: number(at_s)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;

    #[test]
    fn what_is_told_is_what_is_read() {
        let id = Uuid::from_u128(77);
        for hint in [
            Hint::Ticket(TicketId(id)),
            Hint::Receipt(TicketId(id)),
            Hint::Timeline(CustomerId(id)),
            Hint::Customer(CustomerId(id)),
            Hint::Account(AccountId(id)),
            Hint::Waiting,
            Hint::Everything,
        ] {
            assert_eq!(Hint::from(hint.to_string().as_str()), hint);
        }
        for unknown in ["", "ticket", "ticket cus_1", "presence usr_1"] {
            assert_eq!(Hint::from(unknown), Hint::Everything, "{unknown}");
        }
    }

    #[test]
    fn a_position_is_two_numbers() {
        let position = LivePosition { xid: 812_345, at_s: 1_764_000_000 };
        assert_eq!(position.to_string().parse(), Ok(position));
        for bad in ["", "1", "-1.5", "1.-5", "a.b", "1.2.3", "99999999999999999999.1"] {
            assert!(bad.parse::<LivePosition>().is_err(), "{bad}");
        }
    }
}
