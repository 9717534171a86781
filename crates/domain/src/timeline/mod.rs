//! The timeline: its kinds of events, one page of it, and the rules that both halves share.

mod collapse;
mod filter;
mod hidden;
mod ingest;
mod log;
mod outcome;
mod own;
mod picture;
mod query;
mod seen;
mod segment;
mod stream;
mod taken;
mod ticket_now;
mod traits;
mod whose;

pub use collapse::{REPEAT_GAP_MINUTES, collapse};
pub use filter::TimelineFilter;
pub use hidden::{FIELD_CHANGED, HiddenNames};
pub use ingest::{NewEventInput, storable_payload, within_time};
pub use log::{EventState, LogQuery, LoggedEvent};
pub use outcome::{EventOutcome, EventResult};
pub use own::{Aside, PAGE, aside_text, is_own, keep_aside};
pub use query::{Position, TimelineQuery};
pub use seen::{Seen, SeenAt};
pub use segment::{Message, MessageType, SDK};
pub use stream::{EventAccount, EventCustomer, Stream};
pub use ticket_now::{TicketChange, TicketNow};
pub use traits::{Reading, Traits};
pub use whose::CustomerRef;

use crate::ids::{EventId, FilterId};
use crate::page::Cursor;
use crate::ticket::Status;
use crate::vocabulary;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

vocabulary! {
    /// What a timeline event is about; each has a chip in the filter row.
    EventKind {
        Ticket => "ticket", "Tickets";
        Event => "event", "Events";
        Session => "session", "Sessions";
        Error => "error", "Errors";
        Call => "call", "Calls";
        Crm => "crm", "CRM";
        Help => "help", "Help centre";
        Activity => "activity", "Activity";
    }
}

/// The ticket that an event belongs to, as it stands now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct EventTicket {
    pub number: i64,
    pub subject: String,
    pub status: Status,
    /// What the workspace calls that.
    #[serde(default)]
    pub label: Option<String>,
}

/// One event on a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TimelineItem {
    pub id: EventId,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub kind: EventKind,
    pub source: String,
    pub name: String,
    /// Empty means that the name is what people read.
    #[serde(default)]
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<EventTicket>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// Whatever the sender sent, an object.
    #[serde(default)]
    pub payload: Value,
    /// A recorded session ran meanwhile: what the customer saw then can be watched.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recorded: bool,
    /// On an account's timeline: whose it is; `None` when it is the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<EventCustomer>,
}

impl TimelineItem {
    /// Where the event stands, which is also its permanent address.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(self.occurred_at, self.id.0)
    }

    /// The stream that it stands in, where it shows on the timeline of `whose`.
    pub fn stream(&self, whose: Stream) -> Stream {
        self.customer.as_ref().map_or(whose, |customer| customer.id.into())
    }
}

/// A stretch of a timeline, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelinePage {
    pub items: Vec<TimelineItem>,
    /// Set when newer events exist: they are those after this cursor.
    pub newer: Option<Cursor>,
    /// Set when older events exist: they are those before this cursor.
    pub older: Option<Cursor>,
    /// How far back was looked for what narrows the timeline, when that ended this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_to: Option<DateTime<Utc>>,
    /// How the tickets stand now that it tells of, and those that something was just done to.
    #[serde(default)]
    pub tickets: Vec<TicketNow>,
}

/// One day (UTC) of the activity chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityDay {
    pub day: NaiveDate,
    pub n: i32,
    pub errors: i32,
}

/// What is known of a whole timeline without reading it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Events of each kind, kinds without any left out.
    pub counts: Vec<(EventKind, i64)>,
    /// The last [`ACTIVITY_DAYS`] days that had events, oldest first.
    pub days: Vec<ActivityDay>,
}

/// Days on the activity chart.
pub const ACTIVITY_DAYS: u64 = 90;

impl Overview {
    /// All events.
    pub fn total(&self) -> i64 {
        self.counts.iter().map(|(_, n)| n).sum()
    }

    /// Events of one kind.
    pub fn count(&self, kind: EventKind) -> i64 {
        self.counts.iter().find(|(k, _)| *k == kind).map_or(0, |(_, n)| *n)
    }
}

/// What the timeline pane opens with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Whose timeline it is; another customer's than asked for after a merge.
    pub whose: Stream,
    pub page: TimelinePage,
    pub overview: Overview,
    /// What agents keep on top, the latest first.
    #[serde(default)]
    pub pins: Vec<TimelineItem>,
    /// The reader's saved filters, by name.
    #[serde(default)]
    pub filters: Vec<SavedFilter>,
    /// The account has customers whose events are left out: only those who were active last are read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_customers: bool,
}

impl Timeline {
    /// The same for somebody who may not read tickets: without those, and without what was done in
    /// one. The number of activities and the days still count them.
    #[must_use]
    pub fn without_tickets(mut self) -> Self {
        let keeps = |item: &TimelineItem| item.kind != EventKind::Ticket && item.ticket.is_none();
        self.page.items.retain(keeps);
        self.page.tickets.clear();
        self.pins.retain(keeps);
        self.overview.counts.retain(|(kind, _)| *kind != EventKind::Ticket);
        self
    }
}

/// Where an event lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPlace {
    pub kind: EventKind,
    pub at: Cursor,
}

/// A filter that an agent saved for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    pub id: FilterId,
    pub name: String,
    /// As in the address, without a position: `?filter=error&source=sentry`.
    pub query: String,
}
