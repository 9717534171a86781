//! The audit log as people read it.

use crate::audit::Action;
use crate::ids::{UserId, Uuid};
use chrono::{DateTime, NaiveDate, Utc};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Person(UserId, String),
    /// A key, by its name.
    Key(String),
    /// Whoever runs the server.
    Operator,
    /// The server itself: mail, jobs, links.
    System,
}

impl Who {
    /// What people read.
    pub fn label(&self) -> &str {
        match self {
            Self::Person(_, name) => name,
            Self::Key(name) => name,
            Self::Operator => "The server's operator",
            Self::System => "Rapport",
        }
    }

    /// The word of an export.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person(..) => "person",
            Self::Key(_) => "api_key",
            Self::Operator => "operator",
            Self::System => "system",
        }
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub who: Who,
    /// The word of an [`Action`], perhaps of another version.
    pub action: String,
    /// The id or name of what was changed.
    pub object: String,
    pub detail: serde_json::Value,
    /// From which address; empty where nobody was connected.
    pub address: String,
}

impl AuditLine {
    /// What was done, in words.
    pub fn label(&self) -> &str {
        match self.action.parse::<Action>() {
            Ok(action) => action.label(),
            Err(_) => &self.action,
        }
    }
}

/// What is looked for; what is `None` is not asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub person: Option<UserId>,
    pub action: Option<Action>,
    /// The whole id or name of what was changed.
    pub object: Option<String>,
    /// The first and the last day, of UTC.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// The last line of the page before.
    pub after: Option<Uuid>,
}
