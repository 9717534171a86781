//! What the words of the stream mean to a page: the one place that knows both topics and hints.

use rapport_domain::live::{EVERYTHING, Topic};
use rapport_domain::{AccountId, CustomerId, TicketId};

/// All around a customer.
pub fn customer_topic(id: CustomerId) -> Topic {
    Topic::about("customer", id.0)
}

/// All around an account.
pub fn account_topic(id: AccountId) -> Topic {
    Topic::about("account", id.0)
}

/// One thing that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Anything that this version does not know means everything: a newer server tells more.
impl From<&str> for Hint {
    fn from(line: &str) -> Self {
        let (what, id) = line.split_once(' ').unwrap_or((line, ""));
        let id = id.parse().ok();
        let known = match what {
            "ticket" => id.map(|id| Self::Ticket(TicketId(id))),
            "receipt" => id.map(|id| Self::Receipt(TicketId(id))),
            "timeline" => id.map(|id| Self::Timeline(CustomerId(id))),
            "customer" => id.map(|id| Self::Customer(CustomerId(id))),
            "account" => id.map(|id| Self::Account(AccountId(id))),
            "waiting" => Some(Self::Waiting),
            EVERYTHING => Some(Self::Everything),
            _ => None,
        };
        known.unwrap_or(Self::Everything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::Uuid;

    #[test]
    fn what_is_not_known_means_everything() {
        let id = Uuid::from_u128(77);
        assert_eq!(Hint::from(format!("ticket {id}").as_str()), Hint::Ticket(TicketId(id)));
        assert_eq!(Hint::from(format!("account {id}").as_str()), Hint::Account(AccountId(id)));
        assert_eq!(Hint::from("waiting"), Hint::Waiting);
        for unknown in ["", "ticket", "ticket x", "recording 1", EVERYTHING] {
            assert_eq!(Hint::from(unknown), Hint::Everything, "{unknown}");
        }
    }
}
