//! Changing many tickets at once, and taking that back.

use crate::ticket::{Priority, Status, TicketChange};
use crate::{AppError, LabelId, TeamId, TicketId, UserId};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What is done to each of the chosen tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BulkChange {
    Assign(Option<UserId>),
    Team(Option<TeamId>),
    Status(Status),
    Label(LabelId),
    Priority(Priority),
    Tag(String),
    Untag(String),
    Snooze(DateTime<Utc>),
    Spam(bool),
    /// Read or unread, for the reader alone.
    Read(bool),
}

/// As forms write it: `assign:usr_…`, `assign:none`, `status:closed`, `tag:bug`, `read:no`.
impl fmt::Display for BulkChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assign(None) => f.write_str("assign:none"),
            Self::Assign(Some(user)) => write!(f, "assign:{user}"),
            Self::Team(None) => f.write_str("team:none"),
            Self::Team(Some(team)) => write!(f, "team:{team}"),
            Self::Status(status) => write!(f, "status:{}", status.as_str()),
            Self::Label(label) => write!(f, "status:{label}"),
            Self::Priority(priority) => write!(f, "priority:{}", priority.as_str()),
            Self::Tag(tag) => write!(f, "tag:{tag}"),
            Self::Untag(tag) => write!(f, "untag:{tag}"),
            Self::Snooze(until) => {
                write!(f, "snooze:{}", until.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::Spam(spam) => write!(f, "spam:{}", if *spam { "yes" } else { "no" }),
            Self::Read(read) => write!(f, "read:{}", if *read { "yes" } else { "no" }),
        }
    }
}

impl FromStr for BulkChange {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        fn or_none<T: FromStr>(value: &str) -> Option<Option<T>> {
            if value == "none" { Some(None) } else { value.parse().ok().map(Some) }
        }
        let is_yes = |value: &str| match value {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        let (what, value) = text.split_once(':').unwrap_or((text, ""));
        let change = match what {
            "assign" => or_none(value).map(Self::Assign),
            "team" => or_none(value).map(Self::Team),
            "status" => {
                let own = || value.parse().ok().map(Self::Label);
                value.parse().ok().map(Self::Status).or_else(own)
            }
            "priority" => value.parse().ok().map(Self::Priority),
            "tag" => Some(value.trim().to_string()).filter(|t| !t.is_empty()).map(Self::Tag),
            "untag" => Some(value.trim().to_string()).filter(|t| !t.is_empty()).map(Self::Untag),
            "snooze" => value.parse().ok().map(Self::Snooze),
            "spam" => is_yes(value).map(Self::Spam),
            "read" => is_yes(value).map(Self::Read),
            _ => None,
        };
        change.ok_or_else(|| AppError::invalid("change", "This is not one of the choices."))
    }
}

impl BulkChange {
    /// What was done to so many tickets, in words.
    pub fn summary(&self, tickets: u32) -> String {
        let what = if tickets == 1 { "1 ticket".to_string() } else { format!("{tickets} tickets") };
        match self {
            Self::Assign(None) => format!("Took {what} off their assignee"),
            Self::Assign(Some(_)) => format!("Assigned {what}"),
            Self::Team(None) => format!("Took {what} out of their team"),
            Self::Team(Some(_)) => format!("Moved {what} to the team"),
            Self::Status(Status::Closed) => format!("Closed {what}"),
            Self::Status(_) | Self::Label(_) => format!("Changed the status of {what}"),
            Self::Priority(priority) => {
                format!("Made {what} {} priority", priority.label().to_lowercase())
            }
            Self::Tag(_) => format!("Tagged {what}"),
            Self::Untag(_) => format!("Took the tag off {what}"),
            Self::Snooze(_) => format!("Snoozed {what}"),
            Self::Spam(true) => format!("Marked {what} as spam"),
            Self::Spam(false) => format!("Marked {what} as not spam"),
            Self::Read(true) => format!("Marked {what} as read"),
            Self::Read(false) => format!("Marked {what} as unread"),
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BulkDone {
    /// Tickets that are now as wanted; those that were so before included.
    pub done: u32,
    pub failed: Vec<BulkFailure>,
    /// What takes it back.
    pub undo: Vec<BulkUndo>,
}

/// A ticket that was not changed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkFailure {
    /// `None` when there is no such ticket.
    pub number: Option<i64>,
    pub reason: String,
}

/// What makes one ticket as it was, unless somebody changed it since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BulkUndo {
    pub ticket: TicketId,
    pub version: i32,
    pub change: TicketChange,
}

impl BulkDone {
    /// What it did not do, in one line; nothing when all went well.
    pub fn problem(&self) -> Option<String> {
        const TOLD: usize = 3;
        let lines = self.failed.iter().take(TOLD).map(|failure| match failure.number {
            Some(number) => format!("#{number}: {}", failure.reason),
            None => failure.reason.clone(),
        });
        let mut lines = lines.collect::<Vec<_>>().join(" ");
        let more = self.failed.len().saturating_sub(TOLD);
        if more > 0 {
            lines.push_str(&format!(" And {more} more."));
        }
        Some(lines).filter(|lines| !lines.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;

    #[test]
    fn a_form_says_what_is_done() {
        let id = Uuid::from_u128(8);
        for change in [
            BulkChange::Assign(None),
            BulkChange::Assign(Some(UserId(id))),
            BulkChange::Team(None),
            BulkChange::Team(Some(TeamId(id))),
            BulkChange::Status(Status::Closed),
            BulkChange::Label(LabelId(id)),
            BulkChange::Priority(Priority::Urgent),
            BulkChange::Tag("a: b".into()),
            BulkChange::Untag("bug".into()),
            BulkChange::Snooze(DateTime::UNIX_EPOCH),
            BulkChange::Spam(true),
            BulkChange::Read(false),
        ] {
            assert_eq!(change.to_string().parse(), Ok(change));
        }
        for bad in ["", "assign", "assign:x", "status:gone", "tag: ", "spam:maybe", "delete:all"] {
            assert!(bad.parse::<BulkChange>().is_err(), "{bad}");
        }
    }
}
