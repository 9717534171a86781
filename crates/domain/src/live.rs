//! What a server tells open pages of changes, and how far the reader has come.
//!
//! A change is told under a topic, with a hint. Both are words: triggers write them
//! (`migrations/0181_topics.sql`), streams compare them, and only pages read a meaning into them.

use crate::ids::{BadId, UserId};
use std::fmt;
use std::str::FromStr;

/// Changes told at once; beyond that the reader refreshes what it shows.
pub const HINTS_MAX: usize = 50;
/// Topics that one stream follows.
pub const TOPICS_MAX: usize = 8;
/// The hint that more changed than can be told: everything on screen may be old.
pub const EVERYTHING: &str = "everything";
/// The name of the event by which a stream says that it is alive.
pub const BEAT: &str = "beat";

/// Longest topic: a word and an id.
const TOPIC_BYTES: usize = 64;

/// What a page follows: `inbox`, `customer 0193…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(String);

impl Topic {
    /// Every ticket of the workspace.
    pub fn inbox() -> Self {
        Self("inbox".into())
    }

    /// All around one thing: `customer` or `account`, by its id.
    pub fn about(what: &str, id: uuid::Uuid) -> Self {
        Self(format!("{what} {id}"))
    }

    /// What concerns a person alone; their streams follow it unasked.
    pub fn person(user: UserId) -> Self {
        Self::about("person", user.0)
    }

    /// What concerns everybody in the workspace; each stream follows it unasked.
    pub fn everybody() -> Self {
        Self("everybody".into())
    }

    /// The person whose sessions a server has to look at again, if that is what it is about.
    pub fn sessions_of(&self) -> Option<UserId> {
        self.0.strip_prefix("sessions ")?.parse().ok().map(UserId)
    }

    /// A topic that somebody sent: one that is not a person's own affair.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b' ';
        let private = ["person ", "sessions "].iter().any(|word| text.starts_with(word));
        let good = !text.is_empty() && text.len() <= TOPIC_BYTES && text.bytes().all(fits);
        (good && !private).then(|| Self(text.into()))
    }

    /// The same as it was told.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
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
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (xid, at_s) = text.split_once('.').ok_or(BadId)?;
        let number = |text: &str| text.parse().ok().filter(|n| *n >= 0).ok_or(BadId);
        Ok(Self { xid: number(xid)?, at_s: number(at_s)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;

    #[test]
    fn nobody_follows_what_is_another_s_own_affair() {
        let id = Uuid::from_u128(77);
        for topic in [Topic::inbox(), Topic::about("customer", id), Topic::about("account", id)] {
            assert_eq!(Topic::parse(topic.as_str()), Some(topic));
        }
        let person = Topic::person(UserId(id));
        let sessions = format!("sessions {id}");
        let long = "a".repeat(65);
        for refused in [person.as_str(), &sessions, "", "Inbox", "a\nb", "a;b", &long] {
            assert_eq!(Topic::parse(refused), None, "{refused}");
        }
        assert_eq!(Topic::from_stored(sessions).sessions_of(), Some(UserId(id)));
        assert_eq!(person.sessions_of(), None);
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
