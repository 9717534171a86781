//! The inbox: what it shows, its views, and what is done to many tickets at once.

mod bulk;
mod cursor;
mod filters;
mod query;
mod views;

pub use bulk::{BulkChange, BulkDone, BulkFailure, BulkUndo};
pub use cursor::{InboxCursor, InboxSort};
pub use filters::{
    AccountFilter, AssigneeFilter, DueFilter, Filter, MailFilter, MentionFilter, StatusFilter,
    TagFilter, TeamFilter, TextFilter,
};
pub use query::InboxQuery;
pub use views::{NewView, SavedView, View, ViewKind, Views};

use super::{Assignable, TicketRow};
use serde::{Deserialize, Serialize};

/// A page of the inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    pub items: Vec<TicketRow>,
    pub next: Option<InboxCursor>,
    /// Where the page before ends; `None` on the first one.
    pub previous: Option<InboxCursor>,
    /// Tickets of the whole view, `None` when counting them would take too long.
    pub total: Option<Total>,
    /// For the filter menus.
    pub assignable: Assignable,
}

/// A number that is counted up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    pub rows: u32,
    /// There are more than `rows`.
    pub more: bool,
}

impl Total {
    /// Of what was counted up to `most` and one more.
    pub fn of(counted: i64, most: u32) -> Self {
        let rows = u32::try_from(counted).unwrap_or(most);
        Self { rows: rows.min(most), more: rows > most }
    }
}
