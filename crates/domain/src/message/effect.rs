//! What happens to a ticket along with a message: chosen beside Send, or brought by a macro.
//!
//! Each has one spelling, `status:pending` or `tag:export`, which forms send and macros keep.

use crate::ticket::{Priority, Status};
use crate::{AppError, LabelId, TeamId, UserId, limits, text};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Where a ticket is put: one of ours, or what the workspace calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusChoice {
    Status(Status),
    Label(LabelId),
}

/// One thing that happens to the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    Tag(String),
    Untag(String),
    Status(StatusChoice),
    /// It sleeps until then.
    Snooze(DateTime<Utc>),
    Priority(Priority),
    /// The author of the message takes it.
    AssignMe,
    /// `None`: nobody has it any more.
    Assign(Option<UserId>),
    Team(Option<TeamId>),
}

impl Effect {
    /// Whether `later` makes this one pointless: a ticket has one status, one assignee, one team.
    pub fn is_replaced_by(&self, later: &Self) -> bool {
        match (self, later) {
            (Self::Status(_) | Self::Snooze(_), Self::Status(_) | Self::Snooze(_))
            | (Self::Priority(_), Self::Priority(_))
            | (Self::AssignMe | Self::Assign(_), Self::AssignMe | Self::Assign(_))
            | (Self::Team(_), Self::Team(_)) => true,
            (Self::Tag(a) | Self::Untag(a), Self::Tag(b) | Self::Untag(b)) => {
                a.to_lowercase() == b.to_lowercase()
            }
            _ => false,
        }
    }
}

impl fmt::Display for StatusChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => f.write_str(status.as_str()),
            Self::Label(label) => label.fmt(f),
        }
    }
}

impl FromStr for StatusChoice {
    type Err = AppError;
    fn from_str(text: &str) -> Result<Self, AppError> {
        match text.parse() {
            Ok(label) => Ok(Self::Label(label)),
            // A ticket sleeps until a time, never just so, and is new only once.
            Err(_) => match text.parse()? {
                Status::New | Status::Snoozed => Err(wrong(text)),
                status => Ok(Self::Status(status)),
            },
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag:{tag}"),
            Self::Untag(tag) => write!(f, "untag:{tag}"),
            Self::Status(status) => write!(f, "status:{status}"),
            Self::Snooze(until) => {
                write!(f, "snooze:{}", until.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::Priority(priority) => write!(f, "priority:{}", priority.as_str()),
            Self::AssignMe => f.write_str("assignee:me"),
            Self::Assign(None) => f.write_str("assignee:"),
            Self::Assign(Some(user)) => write!(f, "assignee:{user}"),
            Self::Team(None) => f.write_str("team:"),
            Self::Team(Some(team)) => write!(f, "team:{team}"),
        }
    }
}

impl FromStr for Effect {
    type Err = AppError;
    fn from_str(spelled: &str) -> Result<Self, AppError> {
        let (what, value) = spelled.split_once(':').ok_or_else(|| wrong(spelled))?;
        let tag = || match text::optional_line("effects", Some(value), limits::TAG_CHARS)? {
            Some(tag) => Ok(tag),
            None => Err(wrong(spelled)),
        };
        Ok(match (what, value) {
            ("tag", _) => Self::Tag(tag()?),
            ("untag", _) => Self::Untag(tag()?),
            ("status", _) => Self::Status(value.parse().map_err(|_| wrong(spelled))?),
            ("snooze", _) => {
                // A form's plus sign may have become a space on its way.
                let at = DateTime::parse_from_rfc3339(&value.replace(' ', "+"));
                Self::Snooze(at.map_err(|_| wrong(spelled))?.to_utc())
            }
            ("priority", _) => Self::Priority(value.parse().map_err(|_| wrong(spelled))?),
            ("assignee", "me") => Self::AssignMe,
            ("assignee", "") => Self::Assign(None),
            ("assignee", _) => Self::Assign(Some(value.parse().map_err(|_| wrong(spelled))?)),
            ("team", "") => Self::Team(None),
            ("team", _) => Self::Team(Some(value.parse().map_err(|_| wrong(spelled))?)),
            _ => return Err(wrong(spelled)),
        })
    }
}

fn wrong(spelled: &str) -> AppError {
    let message = format!("“{}” is nothing that can be done.", text::excerpt(spelled, 80));
    AppError::invalid("effects", message)
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Effect {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;

    #[test]
    fn each_effect_has_one_spelling() {
        let (user, team, label) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        for effect in [
            Effect::Tag("export: big".into()),
            Effect::Untag("bug".into()),
            Effect::Status(StatusChoice::Status(Status::Closed)),
            Effect::Status(StatusChoice::Label(LabelId(label))),
            Effect::Snooze("2026-12-01T09:00:00Z".parse().unwrap()),
            Effect::Priority(Priority::High),
            Effect::AssignMe,
            Effect::Assign(Some(UserId(user))),
            Effect::Assign(None),
            Effect::Team(Some(TeamId(team))),
            Effect::Team(None),
        ] {
            let spelled = effect.to_string();
            assert_eq!(spelled.parse(), Ok(effect.clone()), "{spelled}");
            let json = serde_json::to_string(&effect).unwrap();
            assert_eq!(serde_json::from_str::<Effect>(&json).unwrap(), effect);
        }
    }

    #[test]
    fn what_is_misspelled_is_refused() {
        for spelled in [
            "",
            "close",
            "status:clsoed",
            "status:new",
            "status:snoozed",
            "tag: ",
            "snooze:later",
            "assignee:me2",
            "mail:everybody",
        ] {
            assert!(spelled.parse::<Effect>().unwrap_err().field("effects").is_some(), "{spelled}");
        }
    }

    #[test]
    fn the_later_of_two_that_contradict_stays() {
        let effect = |spelled: &str| spelled.parse::<Effect>().unwrap();
        assert!(effect("status:open").is_replaced_by(&effect("snooze:2026-12-01T09:00:00Z")));
        assert!(effect("assignee:me").is_replaced_by(&effect("assignee:")));
        assert!(effect("tag:Bug").is_replaced_by(&effect("untag:bug")));
        assert!(!effect("tag:bug").is_replaced_by(&effect("tag:export")));
        assert!(!effect("team:").is_replaced_by(&effect("assignee:")));
    }
}
