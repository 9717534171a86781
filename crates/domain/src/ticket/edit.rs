//! One change of a ticket made in place: which property, and to what.

use super::{NewIssue, Priority, Status};
use crate::{AppError, IssueId, LabelId, TeamId, UserId, text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// What a form in the ticket changes: a value that the ticket has, or something done to it. The
/// words stand in forms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TicketProperty {
    Status,
    Priority,
    Assignee,
    Team,
    Subject,
    /// Tags that are added: `export, bug`.
    Tag,
    /// The tag that is taken off.
    Untag,
    /// The address of an issue that is linked.
    Link,
    /// The link's id.
    Unlink,
    /// The e-mail address of somebody who takes part from now on.
    Invite,
    /// The same of somebody who no longer does.
    Dismiss,
    /// Until when the ticket sleeps, in RFC 3339.
    Snooze,
    /// `yes` or `no`.
    Spam,
    /// The number of the ticket that takes this one in.
    Merge,
    Unmerge,
    Unsplit,
    /// A custom field, by its key.
    Field(String),
    /// A sensitive custom field that is cleared, by its key: empty, its form leaves it as it is.
    Clear(String),
}

/// Every property but custom fields, with its word.
const WORDS: [(&str, TicketProperty); 16] = [
    ("status", TicketProperty::Status),
    ("priority", TicketProperty::Priority),
    ("assignee", TicketProperty::Assignee),
    ("team", TicketProperty::Team),
    ("subject", TicketProperty::Subject),
    ("tag", TicketProperty::Tag),
    ("untag", TicketProperty::Untag),
    ("link", TicketProperty::Link),
    ("unlink", TicketProperty::Unlink),
    ("invite", TicketProperty::Invite),
    ("dismiss", TicketProperty::Dismiss),
    ("snooze", TicketProperty::Snooze),
    ("spam", TicketProperty::Spam),
    ("merge", TicketProperty::Merge),
    ("unmerge", TicketProperty::Unmerge),
    ("unsplit", TicketProperty::Unsplit),
];

/// Before the key of a custom field, and of one that is cleared.
const FIELD: &str = "field:";
const CLEAR: &str = "clear:";

impl fmt::Display for TicketProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(key) => return write!(f, "{FIELD}{key}"),
            Self::Clear(key) => return write!(f, "{CLEAR}{key}"),
            _ => {}
        }
        let word = WORDS.iter().find(|(_, property)| property == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

impl FromStr for TicketProperty {
    type Err = AppError;
    fn from_str(word: &str) -> Result<Self, AppError> {
        if let Some(key) = word.strip_prefix(FIELD) {
            return Ok(Self::Field(key.into()));
        }
        if let Some(key) = word.strip_prefix(CLEAR) {
            return Ok(Self::Clear(key.into()));
        }
        let known = WORDS.into_iter().find(|(own, _)| *own == word).map(|(_, property)| property);
        known.ok_or_else(|| {
            AppError::invalid("property", format!("A ticket has no “{}”.", text::excerpt(word, 60)))
        })
    }
}

impl Serialize for TicketProperty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketProperty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map_err(serde::de::Error::custom)
    }
}

/// A property with its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketEdit {
    /// One of ours, which takes whatever the workspace calls it by default.
    Status(Status),
    /// One of the workspace's own.
    Label(LabelId),
    Priority(Priority),
    Assignee(Option<UserId>),
    Team(Option<TeamId>),
    Subject(String),
    Tag(Vec<String>),
    Untag(String),
    Link(NewIssue),
    Unlink(IssueId),
    Invite(String),
    Dismiss(String),
    Snooze(DateTime<Utc>),
    Spam(bool),
    Merge(i64),
    Unmerge,
    Unsplit,
    /// `value` is as it was typed: what it means depends on the field's type.
    Field {
        key: String,
        value: String,
    },
    /// A sensitive field, by its key.
    Clear(String),
}

impl TicketEdit {
    /// Reads what a form sent; what is wrong is said at the property's word.
    pub fn read(property: &TicketProperty, value: &str) -> Result<Self, AppError> {
        Ok(match property {
            TicketProperty::Status => match value.parse() {
                Ok(label) => Self::Label(label),
                Err(_) => Self::Status(choice(property, value)?),
            },
            TicketProperty::Priority => Self::Priority(choice(property, value)?),
            TicketProperty::Assignee => Self::Assignee(optional(property, value)?),
            TicketProperty::Team => Self::Team(optional(property, value)?),
            TicketProperty::Subject => Self::Subject(value.into()),
            TicketProperty::Tag => {
                let tags = value.split(',').map(text::clean_line).filter(|tag| !tag.is_empty());
                Self::Tag(tags.collect())
            }
            TicketProperty::Untag => Self::Untag(value.into()),
            TicketProperty::Link => Self::Link(NewIssue::from_url(value)?),
            TicketProperty::Unlink => Self::Unlink(choice(property, value)?),
            TicketProperty::Invite => Self::Invite(value.into()),
            TicketProperty::Dismiss => Self::Dismiss(value.into()),
            TicketProperty::Snooze => Self::Snooze(choice(property, value)?),
            TicketProperty::Spam => Self::Spam(value == "yes"),
            TicketProperty::Merge => {
                let into = value.trim().trim_start_matches('#').parse();
                let wrong = |_| AppError::invalid("merge", "This is not a ticket's number.");
                Self::Merge(into.map_err(wrong)?)
            }
            TicketProperty::Unmerge => Self::Unmerge,
            TicketProperty::Unsplit => Self::Unsplit,
            TicketProperty::Field(key) => Self::Field { key: key.clone(), value: value.into() },
            TicketProperty::Clear(key) => Self::Clear(key.clone()),
        })
    }

    /// What it changes.
    pub fn property(&self) -> TicketProperty {
        match self {
            Self::Status(_) | Self::Label(_) => TicketProperty::Status,
            Self::Priority(_) => TicketProperty::Priority,
            Self::Assignee(_) => TicketProperty::Assignee,
            Self::Team(_) => TicketProperty::Team,
            Self::Subject(_) => TicketProperty::Subject,
            Self::Tag(_) => TicketProperty::Tag,
            Self::Untag(_) => TicketProperty::Untag,
            Self::Link(_) => TicketProperty::Link,
            Self::Unlink(_) => TicketProperty::Unlink,
            Self::Invite(_) => TicketProperty::Invite,
            Self::Dismiss(_) => TicketProperty::Dismiss,
            Self::Snooze(_) => TicketProperty::Snooze,
            Self::Spam(_) => TicketProperty::Spam,
            Self::Merge(_) => TicketProperty::Merge,
            Self::Unmerge => TicketProperty::Unmerge,
            Self::Unsplit => TicketProperty::Unsplit,
            Self::Field { key, .. } => TicketProperty::Field(key.clone()),
            Self::Clear(key) => TicketProperty::Clear(key.clone()),
        }
    }
}

fn choice<T: FromStr>(property: &TicketProperty, value: &str) -> Result<T, AppError> {
    let wrong = |_| AppError::invalid(&property.to_string(), "This is not one of the choices.");
    value.parse().map_err(wrong)
}

/// An id, or nothing where the form chose nothing.
fn optional<T: FromStr>(property: &TicketProperty, value: &str) -> Result<Option<T>, AppError> {
    if value.is_empty() { Ok(None) } else { choice(property, value).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_property_has_one_word() {
        for (word, property) in WORDS {
            assert_eq!(word.parse(), Ok(property.clone()));
            assert_eq!(property.to_string(), word);
        }
        let field = TicketProperty::Field("seats".into());
        assert_eq!(field.to_string().parse(), Ok(field));
        let clear = TicketProperty::Clear("seats".into());
        assert_eq!(clear.to_string().parse(), Ok(clear));
        assert!("version".parse::<TicketProperty>().is_err());
        assert!("".parse::<TicketProperty>().is_err());
    }

    #[test]
    fn an_edit_is_of_the_property_that_it_was_read_for() {
        let values = [
            "open",
            "high",
            "",
            "",
            "Export",
            "export, bug",
            "bug",
            "https://linear.app/acme/issue/ENG-482/x",
            "",
            "dana@fox.example",
            "dana@fox.example",
            "2026-11-29T09:00:00Z",
            "yes",
            "#1042",
            "",
            "",
        ];
        for ((word, property), value) in WORDS.into_iter().zip(values) {
            match TicketEdit::read(&property, value) {
                Ok(edit) => assert_eq!(edit.property(), property),
                Err(error) => assert!(error.field(word).is_some(), "{word}: {error}"),
            }
        }
        let unread = TicketEdit::read(&TicketProperty::Unlink, "");
        assert!(unread.is_err(), "a link is named by its id");
    }
}
