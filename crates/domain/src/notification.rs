//! What a person is told of: being named in a note.

use crate::{Cursor, CustomerId, MessageId, NotificationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Somebody named the reader in a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub id: NotificationId,
    pub ticket_number: i64,
    pub ticket_subject: String,
    pub customer: CustomerId,
    pub message: MessageId,
    pub actor_name: String,
    /// The start of the note, as text.
    pub excerpt: String,
    pub at: DateTime<Utc>,
    pub read: bool,
}

/// A page of notifications, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notifications {
    pub items: Vec<Notification>,
    /// Where older ones begin.
    pub next: Option<Cursor>,
    /// Whether the reader also gets mails.
    pub mails: bool,
}
