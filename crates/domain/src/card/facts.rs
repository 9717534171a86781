//! What a ticket's card is made of.

use crate::fields::FieldValues;
use crate::ticket::{Channel, Priority, Status};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A ticket's fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketFacts {
    pub number: i64,
    pub status: Status,
    pub priority: Priority,
    pub channel: Channel,
    pub mailbox: Option<String>,
    pub assignee: Option<String>,
    pub team: Option<String>,
    pub tags: Vec<String>,
    pub fields: FieldValues,
    /// Keys of sensitive fields that have a value.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_fields: BTreeSet<String>,
    pub csat_score: Option<i16>,
    pub submitted_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub last_message_at: Option<DateTime<Utc>>,
    pub message_count: i32,
}
