//! What the inbox can be filtered by. Each filter is one word of the address; adding one is a type
//! with [`Filter`], a line in [`super::InboxQuery`] and its condition in the store.

use crate::ticket::{Channel, Priority, Status};
use crate::{AccountId, LabelId, TeamId, UserId, limits, text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A filter as the address writes it.
pub trait Filter: Sized + Default + PartialEq {
    /// The word in the address, `None` when this filters as always.
    fn param(&self) -> Option<String>;

    /// Reads the word; one that it does not know filters as always.
    fn read(word: &str) -> Self;
}

/// Tickets of which status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusFilter {
    /// New and open: what waits for us.
    #[default]
    ToDo,
    /// Pending and snoozed.
    Waiting,
    /// Everything that is not closed.
    Unclosed,
    All,
    /// Closed means done: spam is closed too, and has a filter of its own.
    Only(Status),
    Spam,
    /// One of the workspace's own.
    Label(LabelId),
}

impl StatusFilter {
    /// Every choice but the workspace's own, in the order of the menu.
    pub const ALL: [Self; 10] = [
        Self::ToDo,
        Self::Only(Status::New),
        Self::Only(Status::Open),
        Self::Waiting,
        Self::Only(Status::Pending),
        Self::Only(Status::Snoozed),
        Self::Unclosed,
        Self::Only(Status::Closed),
        Self::Spam,
        Self::All,
    ];

    /// The word in the address.
    pub fn word(self) -> String {
        match self {
            Self::ToDo => "todo".into(),
            Self::Waiting => "waiting".into(),
            Self::Unclosed => "unclosed".into(),
            Self::All => "all".into(),
            Self::Only(status) => status.as_str().into(),
            Self::Spam => "spam".into(),
            Self::Label(id) => id.to_string(),
        }
    }

    /// What people read; of the workspace's own ones it knows no name.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToDo => "To do",
            Self::Waiting => "Waiting",
            Self::Unclosed => "Not closed",
            Self::All => "Any status",
            Self::Only(status) => status.label(),
            Self::Spam => "Spam",
            Self::Label(_) => "Own status",
        }
    }

    /// Whether one of the choices that everybody has is called so.
    pub fn says(name: &str) -> bool {
        Self::ALL.iter().any(|filter| filter.label().eq_ignore_ascii_case(name.trim()))
    }
}

impl Filter for StatusFilter {
    fn param(&self) -> Option<String> {
        Some(self.word()).filter(|_| *self != Self::default())
    }

    fn read(word: &str) -> Self {
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
}

impl Filter for AssigneeFilter {
    fn param(&self) -> Option<String> {
        Some(self.word()).filter(|word| !word.is_empty())
    }

    fn read(word: &str) -> Self {
        match word {
            "me" => Self::Me,
            "none" => Self::Unassigned,
            id => id.parse().map_or(Self::Anyone, Self::User),
        }
    }
}

/// Tickets of which team.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamFilter {
    #[default]
    Any,
    /// The teams that the reader belongs to.
    Mine,
    Nobodys,
    Team(TeamId),
}

impl TeamFilter {
    /// The word in the address.
    pub fn word(self) -> String {
        match self {
            Self::Any => String::new(),
            Self::Mine => "mine".into(),
            Self::Nobodys => "none".into(),
            Self::Team(id) => id.to_string(),
        }
    }
}

impl Filter for TeamFilter {
    fn param(&self) -> Option<String> {
        Some(self.word()).filter(|word| !word.is_empty())
    }

    fn read(word: &str) -> Self {
        match word {
            "mine" => Self::Mine,
            "none" => Self::Nobodys,
            id => id.parse().map_or(Self::Any, Self::Team),
        }
    }
}

crate::vocabulary! {
    /// Tickets that have to be answered or solved by a time.
    DueFilter {
        Soon => "soon", "Due within a day";
        Over => "over", "Overdue";
    }
}

crate::vocabulary! {
    /// Tickets in which somebody named the reader.
    MentionFilter {
        Me => "me", "Mentions me";
    }
}

crate::vocabulary! {
    /// Tickets with mail that a machine wrote: it wakes nobody, and is found here.
    MailFilter {
        Automatic => "automatic", "With automatic mail";
    }
}

/// Filters that are one word of a list, or absent.
macro_rules! optional_words {
    ($($type:ty),+) => {$(
        impl Filter for Option<$type> {
            fn param(&self) -> Option<String> {
                self.map(|value| value.as_str().to_string())
            }

            fn read(word: &str) -> Self {
                word.parse().ok()
            }
        }
    )+};
}
optional_words!(Channel, Priority, DueFilter, MentionFilter, MailFilter);

/// Tickets of the customers of one account: by its id, as links have it, or by its whole name in
/// any case, as people type it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountFilter {
    Id(AccountId),
    Named(String),
}

impl fmt::Display for AccountFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl Filter for Option<AccountFilter> {
    fn param(&self) -> Option<String> {
        self.as_ref().map(ToString::to_string)
    }

    fn read(word: &str) -> Self {
        match word.parse() {
            Ok(id) => Some(AccountFilter::Id(id)),
            Err(_) => line(word, limits::NAME_CHARS).map(AccountFilter::Named),
        }
    }
}

/// Tickets with one tag, written as the tickets have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagFilter(pub Option<String>);

impl Filter for TagFilter {
    fn param(&self) -> Option<String> {
        self.0.clone()
    }

    fn read(word: &str) -> Self {
        Self(line(word, limits::TAG_CHARS))
    }
}

/// Tickets with these words in subject, newest message or customer, or with that number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFilter(pub Option<String>);

impl TextFilter {
    /// The ticket's number, when the text is one: `1042`, `#1042`.
    pub fn number(&self) -> Option<i64> {
        self.0.as_deref()?.trim_start_matches('#').parse().ok().filter(|n| *n > 0)
    }
}

impl Filter for TextFilter {
    fn param(&self) -> Option<String> {
        self.0.clone()
    }

    fn read(word: &str) -> Self {
        Self(line(word, limits::SEARCH_CHARS))
    }
}

/// One line within its length; none of nothing.
fn line(word: &str, max: usize) -> Option<String> {
    let line: String = text::clean_line(word).chars().take(max).collect();
    Some(line.trim_end().to_string()).filter(|line| !line.is_empty())
}
