//! What the inbox shows, and how that is written in an address.

use super::{Assignable, Channel, Priority, Status, TicketRow};
use crate::ids::BadId;
use crate::page::Cursor;
use crate::{LabelId, UserId, ids};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Tickets of which status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusFilter {
    /// New and open: what waits for us.
    #[default]
    ToDo,
    /// Pending and snoozed.
    Waiting,
    All,
    Only(Status),
    /// One of the workspace's own.
    Label(LabelId),
}

impl StatusFilter {
    /// Every choice but the workspace's own, in the order of the menu.
    pub const ALL: [Self; 8] = [
        Self::ToDo,
        Self::Only(Status::New),
        Self::Only(Status::Open),
        Self::Waiting,
        Self::Only(Status::Pending),
        Self::Only(Status::Snoozed),
        Self::Only(Status::Closed),
        Self::All,
    ];

    /// The word in the address.
    pub fn word(self) -> String {
        match self {
            Self::ToDo => "todo".into(),
            Self::Waiting => "waiting".into(),
            Self::All => "all".into(),
            Self::Only(status) => status.as_str().into(),
            Self::Label(id) => id.to_string(),
        }
    }

    /// What people read; of the workspace's own ones it knows no name.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::Waiting => "Waiting",
            Self::All => "Any status",
            Self::Only(status) => status.label(),
            Self::Label(_) => "Own status",
        }
    }

    fn from_word(word: &str) -> Self {
        let own = || word.parse().ok().map(Self::Label);
        Self::ALL.into_iter().find(|f| f.word() == word).or_else(own).unwrap_or_default()
    }
}

/// Tickets of which assignee.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssigneeFilter {
    #[default]
    Anyone,
    Me,
    Unassigned,
    User(UserId),
}

impl AssigneeFilter {
    /// The word in the address.
    pub fn word(self) -> String {
        match self {
            Self::Anyone => String::new(),
            Self::Me => "me".into(),
            Self::Unassigned => "none".into(),
            Self::User(id) => id.to_string(),
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "me" => Self::Me,
            "none" => Self::Unassigned,
            id => id.parse().map_or(Self::Anyone, Self::User),
        }
    }
}

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

    fn from_word(word: &str) -> Self {
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

/// Filters, order and place of the inbox: all of it stands in the address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxQuery {
    pub status: StatusFilter,
    pub assignee: AssigneeFilter,
    pub channel: Option<Channel>,
    pub priority: Option<Priority>,
    pub sort: InboxSort,
    pub after: Option<InboxCursor>,
    /// Rows on a page; the page in the browser always has the usual number.
    #[serde(default)]
    pub limit: Option<u32>,
}

impl InboxQuery {
    /// Reads the parameters of an address; what it does not know it leaves out.
    pub fn from_params(param: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name: &str| param(name).unwrap_or_default();
        Self {
            status: StatusFilter::from_word(&word("status")),
            assignee: AssigneeFilter::from_word(&word("assignee")),
            channel: word("channel").parse().ok(),
            priority: word("priority").parse().ok(),
            sort: InboxSort::from_word(&word("sort")),
            after: word("after").parse().ok(),
            limit: None,
        }
    }

    /// The parameters of this query's address; what is as always is left out.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = Vec::new();
        if self.status != StatusFilter::default() {
            params.push(("status", self.status.word()));
        }
        if self.assignee != AssigneeFilter::default() {
            params.push(("assignee", self.assignee.word()));
        }
        params.extend(self.channel.map(|c| ("channel", c.as_str().to_string())));
        params.extend(self.priority.map(|p| ("priority", p.as_str().to_string())));
        if self.sort != InboxSort::default() {
            params.push(("sort", self.sort.word().to_string()));
        }
        params.extend(self.after.map(|a| ("after", a.to_string())));
        params
    }

    /// The address of the inbox with this query.
    pub fn href(&self) -> String {
        // Every word is made of letters, digits and underscores: nothing to encode.
        let params: Vec<_> = self.params().into_iter().map(|(k, v)| format!("{k}={v}")).collect();
        if params.is_empty() { "/inbox".into() } else { format!("/inbox?{}", params.join("&")) }
    }

    /// Whether anything but the usual is asked for.
    pub fn is_filtered(&self) -> bool {
        let usual =
            Self { sort: self.sort, after: self.after, limit: self.limit, ..Self::default() };
        *self != usual
    }
}

/// A page of the inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbox {
    pub items: Vec<TicketRow>,
    pub next: Option<InboxCursor>,
    /// For the filter menus.
    pub assignable: Assignable,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;
    use chrono::DateTime;

    fn read(href: &str) -> InboxQuery {
        let query = href.split_once('?').map_or("", |(_, q)| q);
        InboxQuery::from_params(|name| {
            let pairs = query.split('&').filter_map(|p| p.split_once('='));
            pairs.into_iter().find(|(k, _)| *k == name).map(|(_, v)| v.to_string())
        })
    }

    #[test]
    fn the_address_says_everything() {
        assert_eq!(InboxQuery::default().href(), "/inbox");
        let cursor = Cursor::new(DateTime::UNIX_EPOCH, Uuid::from_u128(5));
        let own = StatusFilter::Label(LabelId(Uuid::from_u128(9)));
        for status in StatusFilter::ALL.into_iter().chain([own]) {
            for sort in InboxSort::ALL {
                let query = InboxQuery {
                    status,
                    assignee: AssigneeFilter::User(UserId(Uuid::from_u128(3))),
                    channel: Some(Channel::Chat),
                    priority: Some(Priority::High),
                    sort,
                    after: Some(InboxCursor { rank: 2, cursor }),
                    limit: None,
                };
                assert_eq!(read(&query.href()), query);
            }
        }
    }

    #[test]
    fn nonsense_in_the_address_is_left_out() {
        let query = read("/inbox?status=x&assignee=usr_1&channel=fax&priority=&sort=9&after=zz");
        assert_eq!(query, InboxQuery::default());
        assert!("é".parse::<InboxCursor>().is_err());
        assert!(!query.is_filtered());
    }
}
