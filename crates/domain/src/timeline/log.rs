//! The event log: what was received, and why something is not on a timeline.

use super::Stream;
use crate::ids::EventId;
use crate::page::Cursor;
use crate::vocabulary;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What became of a received event.
    EventState {
        Linked => "linked", "Linked";
        Unlinked => "unlinked", "Unlinked";
        Ignored => "ignored", "Ignored";
        Error => "error", "Error";
    }
}

/// A received event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedEvent {
    pub id: EventId,
    pub received_at: DateTime<Utc>,
    pub state: EventState,
    /// Why it is not on a timeline; empty when it is.
    pub reason: String,
    pub source: String,
    /// `track`, `page`, `identify` … or `event`.
    pub kind: String,
    pub name: String,
    pub dedupe_key: Option<String>,
    /// Whose it is: customer or account, and their name.
    pub stream: Option<(Stream, String)>,
    /// Whom it names, while nobody is known by that: `external_id u-17`.
    pub whose: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

impl LoggedEvent {
    /// Its place in the log.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(self.received_at, self.id.0)
    }

    /// Its place on the timeline, when it has one.
    pub fn on_timeline(&self) -> Option<(Stream, Cursor)> {
        let (stream, at) = (self.stream.as_ref()?.0, self.occurred_at?);
        (self.state == EventState::Linked).then(|| (stream, Cursor::new(at, self.id.0)))
    }

    /// Whether trying again could change its state.
    pub fn can_retry(&self) -> bool {
        self.state == EventState::Unlinked
    }
}

/// What the log is asked for; newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    pub state: Option<EventState>,
    /// A part of an event's name or message id, its id, a customer's id or identifier, or an account's id.
    pub q: String,
    /// Rows before this place.
    pub before: Option<Cursor>,
}
