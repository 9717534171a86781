//! Tickets as lists and the API show them.

use super::{Channel, IssueState, LabelRef, Priority, Status, StatusLabel};
use crate::page::{Cursor, Page};
use crate::provider::IssueProvider;
use crate::sla::Due;
use crate::{CustomerId, IssueId, TeamId, TicketId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A person by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PersonRef {
    pub id: UserId,
    pub name: String,
}

/// A team by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TeamRef {
    pub id: TeamId,
    pub name: String,
}

/// What a ticket can be given: people and teams by name, and the workspace's statuses in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignable {
    pub people: Vec<PersonRef>,
    pub teams: Vec<TeamRef>,
    /// In the order of the categories and in theirs.
    pub labels: Vec<StatusLabel>,
}

/// Whose ticket it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TicketCustomer {
    pub id: CustomerId,
    pub name: String,
    /// The account's name, when the customer belongs to one.
    pub account_name: Option<String>,
}

/// A ticket in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct TicketRow {
    pub id: TicketId,
    pub number: i64,
    pub customer: TicketCustomer,
    pub subject: String,
    pub status: Status,
    /// What the workspace calls that; `null` while the ticket is new or snoozed.
    pub label: Option<LabelRef>,
    pub priority: Priority,
    pub channel: Channel,
    pub assignee: Option<PersonRef>,
    pub team: Option<TeamRef>,
    pub tags: Vec<String>,
    pub submitted_at: DateTime<Utc>,
    pub last_activity_at: DateTime<Utc>,
    /// The start of the newest message; empty while there is none.
    pub last_message_text: String,
    pub last_message_channel: Option<Channel>,
    /// The customer wrote after the reader last opened it.
    pub unread: bool,
    /// What its SLA policy wants next, and when.
    pub due: Option<Due>,
    pub version: i32,
}

impl TicketRow {
    /// The status in words.
    pub fn status_text(&self) -> String {
        let own = self.label.as_ref().map(|label| label.name.clone());
        own.unwrap_or_else(|| self.status.label().into())
    }
}

/// A ticket with every property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Ticket {
    #[serde(flatten)]
    pub row: TicketRow,
    /// The address or widget it came to.
    pub mailbox: Option<String>,
    /// Values of custom fields by key.
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Keys of sensitive custom fields that have a value which the reader was not given.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_fields: BTreeSet<String>,
    pub csat_score: Option<i16>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub first_response_due_at: Option<DateTime<Utc>>,
    pub next_response_due_at: Option<DateTime<Utc>>,
    pub resolution_due_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub snoozed_until: Option<DateTime<Utc>>,
    pub spam_at: Option<DateTime<Utc>>,
    /// The number of the ticket that took in this one's messages.
    pub merged_into: Option<i64>,
    /// The number of the ticket that this one was split off.
    pub split_from: Option<i64>,
    pub message_count: i32,
    pub linked_issues: Vec<LinkedIssue>,
    /// People in the conversation besides the customer.
    pub participants: Vec<Participant>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An issue in another tracker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LinkedIssue {
    pub id: IssueId,
    pub provider: IssueProvider,
    pub key: String,
    pub url: String,
    pub title: Option<String>,
    /// None as long as its tracker has not told.
    pub state: Option<IssueState>,
}

/// Somebody in copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Participant {
    pub email: String,
    pub name: Option<String>,
    /// An agent added them, or a mail proved who they are. Others get no answers by themselves.
    #[serde(default = "yes")]
    pub proven: bool,
}

fn yes() -> bool {
    true
}

/// Which of a customer's tickets to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TicketScope {
    #[default]
    All,
    Open,
    Closed,
}

impl TicketScope {
    /// The word in the address; none for all.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Open => Some("open"),
            Self::Closed => Some("closed"),
        }
    }

    /// Reads the word in the address; an unknown one shows all.
    pub fn from_word(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "closed" => Self::Closed,
            _ => Self::All,
        }
    }
}

/// What the ticket pane asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketListQuery {
    pub scope: TicketScope,
    /// Searched in subject and last message; a number finds that ticket.
    pub text: String,
    pub after: Option<Cursor>,
    /// Rows on a page, within the product's limits.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// One customer's tickets, newest activity first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketList {
    pub page: Page<TicketRow>,
    /// Tickets that are not closed; kept, not counted.
    pub open: i32,
    pub total: i32,
}
