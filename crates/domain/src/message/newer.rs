//! What came into a ticket after an author last saw it.

use crate::MessageId;
use crate::ticket::MessageKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A message that an author has not seen yet, in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewerMessage {
    pub id: MessageId,
    pub kind: MessageKind,
    pub author_name: String,
    /// How it begins, as text.
    pub excerpt: String,
    pub at: DateTime<Utc>,
}

impl NewerMessage {
    /// `Sam Ortiz answered`.
    pub fn action(&self) -> String {
        let did = match self.kind {
            MessageKind::Customer => "wrote",
            MessageKind::Agent => "answered",
            MessageKind::Note => "left a note",
        };
        format!("{} {did}", self.author_name)
    }
}

/// Why a message waits: `Not sent yet: Sam Ortiz answered, then Alex Morgan wrote …`
pub fn overtaken(newer: &[NewerMessage]) -> String {
    let actions: Vec<_> = newer.iter().map(NewerMessage::action).collect();
    format!("Not sent yet: {} while you were writing.", actions.join(", then "))
}
