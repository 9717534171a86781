//! An event on its way to the timeline.

use chrono::{DateTime, Utc};
use rapport_domain::timeline::{EventKind, Stream};
use rapport_domain::{CustomerId, EventId, TicketId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event to write. Start from [`NewEvent::new`] or [`NewEvent::activity`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    /// Events that wait since before accounts had their own call it by the only one there was.
    #[serde(alias = "customer")]
    pub stream: Stream,
    pub occurred_at: DateTime<Utc>,
    pub kind: EventKind,
    pub source: String,
    /// The machine name; repeats collapse by it.
    pub name: String,
    /// What people read; empty means the name.
    pub title: String,
    pub body: Option<String>,
    pub icon: Option<String>,
    pub url: Option<String>,
    pub actor_name: Option<String>,
    pub ticket_id: Option<TicketId>,
    pub object_type: Option<String>,
    pub object_id: Option<String>,
    pub payload: Value,
    /// A second event of the same source with the same key is dropped.
    pub dedupe_key: Option<String>,
    /// How it came, when it came from outside.
    #[serde(default)]
    pub received: Option<Received>,
}

/// What the event log knows of an event that came from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// `track`, `page` … or `event`.
    pub kind: String,
    /// The id it was given, and when, if that was before it is written.
    pub before: Option<(EventId, DateTime<Utc>)>,
}

impl NewEvent {
    /// An event with nothing but what each one has.
    pub fn new(
        stream: impl Into<Stream>,
        occurred_at: DateTime<Utc>,
        kind: EventKind,
        source: &str,
        name: &str,
    ) -> Self {
        Self {
            stream: stream.into(),
            occurred_at,
            kind,
            source: source.into(),
            name: name.into(),
            title: String::new(),
            body: None,
            icon: None,
            url: None,
            actor_name: None,
            ticket_id: None,
            object_type: None,
            object_id: None,
            payload: Value::Object(serde_json::Map::new()),
            dedupe_key: None,
            received: None,
        }
    }

    /// What somebody did here: `ticket.status_changed`, `customer.account_linked` …
    pub fn activity(customer: CustomerId, at: DateTime<Utc>, name: &str, actor: &str) -> Self {
        let event = Self::new(customer, at, EventKind::Activity, "rapport", name);
        Self { actor_name: Some(actor.into()), ..event }
    }

    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    pub fn body(self, body: Option<&str>) -> Self {
        Self { body: body.map(String::from), ..self }
    }

    pub fn ticket(self, ticket: TicketId) -> Self {
        Self { ticket_id: Some(ticket), ..self }
    }

    pub fn payload(self, payload: Value) -> Self {
        Self { payload, ..self }
    }
}
