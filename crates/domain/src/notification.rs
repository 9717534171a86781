//! What a person was told of.

use crate::notify::News;
use crate::{Cursor, CustomerId, MessageId, NotificationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that happened to a ticket, as one person was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub id: NotificationId,
    pub news: News,
    pub ticket_number: i64,
    pub ticket_subject: String,
    pub customer: CustomerId,
    /// The message to open, where there is one.
    pub message: Option<MessageId>,
    pub actor_name: String,
    /// What it says: the start of a message, or what is due.
    pub excerpt: String,
    pub at: DateTime<Utc>,
    pub read: bool,
}

impl Notification {
    /// Who did what, before the ticket is named: `Sam mentioned you on`.
    pub fn sentence_start(&self) -> String {
        let who = &self.actor_name;
        match self.news {
            News::Mention => format!("{who} mentioned you on"),
            News::Assigned => format!("{who} assigned"),
            News::Reply => format!("{who} wrote on"),
            News::DueSoon => "Due soon:".into(),
            News::Overdue => "Overdue:".into(),
        }
    }

    /// The same with the ticket, as a subject or title has it.
    pub fn title(&self) -> String {
        format!("{} #{} {}", self.sentence_start(), self.ticket_number, self.ticket_subject)
    }

    /// Where it leads.
    pub fn path(&self) -> String {
        let message = self.message.map(|message| format!("#{message}")).unwrap_or_default();
        format!("/customers/{}/tickets/{}{message}", self.customer, self.ticket_number)
    }
}

/// A page of notifications, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notifications {
    pub items: Vec<Notification>,
    /// Where older ones begin.
    pub next: Option<Cursor>,
}

/// A browser in which somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: crate::Uuid,
    /// What the browser calls itself.
    pub name: String,
    pub since: DateTime<Utc>,
}
