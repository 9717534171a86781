//! What became of a ticket that a timeline tells of: its row says how it stands now, and what
//! was done to it since folds into that row instead of filling the timeline.

use crate::ticket::Status;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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
    /// Whether it has more changes than [`Self::newest`] holds.
    pub fn has_more(&self) -> bool {
        self.newest.iter().flatten().count() < usize::try_from(self.changes).unwrap_or(0)
    }
}
