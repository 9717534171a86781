//! What one transaction did to a ticket, kept for as long as it can be taken back.

use super::LockedTicket;
use chrono::{DateTime, Utc};
use rapport_domain::ticket::{Priority, Status};
use rapport_domain::{LabelId, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// The properties that a message can move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub status: Status,
    pub label: Option<LabelId>,
    pub snoozed_until: Option<DateTime<Utc>>,
    pub priority: Priority,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub tags: Vec<String>,
}

impl Standing {
    pub fn of(ticket: &LockedTicket) -> Self {
        Self {
            status: ticket.status,
            label: ticket.label,
            snoozed_until: ticket.snoozed_until,
            priority: ticket.priority,
            assignee: ticket.assignee,
            team: ticket.team,
            tags: ticket.tags.clone(),
        }
    }
}

/// Before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub from: Standing,
    pub to: Standing,
}
