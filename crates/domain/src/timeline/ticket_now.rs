//! What became of a ticket that a timeline tells of: its row says how it stands now, and what
//! was done to it since folds into that row instead of filling the timeline.

use super::sentence;
use crate::ticket::Status;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Changes that are counted of one ticket; more are "99+".
const COUNTED: i64 = 99;

/// A ticket as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketNow {
    pub number: i64,
    pub status: Status,
    /// What the workspace calls that.
    pub label: Option<String>,
    /// How often something was done to it.
    pub changes: i64,
    /// The newest of that, newest first.
    pub newest: Option<Vec<TicketChange>>,
}

/// One thing that was done to a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketChange {
    pub at: DateTime<Utc>,
    pub actor: Option<String>,
    pub title: String,
    pub name: String,
}

impl TicketNow {
    /// `5 changes`; `None` when nothing was done.
    pub fn changes_text(&self) -> Option<String> {
        match self.changes {
            ..=0 => None,
            1 => Some("1 change".into()),
            n if n > COUNTED => Some(format!("{COUNTED}+ changes")),
            n => Some(format!("{n} changes")),
        }
    }

    /// Whether it has more changes than [`Self::newest`] holds.
    pub fn has_more(&self) -> bool {
        self.newest.iter().flatten().count() < usize::try_from(self.changes).unwrap_or(0)
    }
}

impl TicketChange {
    /// `Sam Ortiz changed status Open → Pending`.
    pub fn text(&self) -> String {
        let actor = self.actor.as_deref().unwrap_or("Somebody");
        match self.title.as_str() {
            "" => format!("{} by {actor}", sentence(&self.name)),
            title => format!("{actor} {title}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_in_words() {
        let now = |changes| TicketNow {
            number: 1,
            status: Status::Open,
            label: None,
            changes,
            newest: None,
        };
        assert_eq!(now(0).changes_text(), None);
        assert_eq!(now(1).changes_text().as_deref(), Some("1 change"));
        assert_eq!(now(100).changes_text().as_deref(), Some("99+ changes"));
        assert!(now(1).has_more() && !now(0).has_more());
    }
}
