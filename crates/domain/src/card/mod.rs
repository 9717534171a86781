//! The cards of the info pane: which fields there are, and which show.

use crate::error::{AppError, Problems};
use crate::fields::FieldType;
use crate::{limits, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod facts;
mod layout;

pub use facts::TicketFacts;
pub use layout::{CardConfig, CardLayout, apply_step, check_layout, default_layout, place_at};

vocabulary! {
    /// A card with the workspace's own data.
    Card {
        Ticket => "ticket", "Ticket";
        Customer => "customer", "Customer";
        Account => "account", "Account";
    }
}

/// Before the key of a custom field in a layout.
pub const CUSTOM: &str = "custom:";

impl Card {
    /// The fields that every workspace has, as (key, label), in the order of the config page.
    pub fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ticket => &[
                ("channel", "Channel"),
                ("mailbox", "Mailbox"),
                ("submitted_at", "Submitted"),
                ("first_response", "First response"),
                ("status", "Status"),
                ("priority", "Priority"),
                ("assignee", "Assignee"),
                ("team", "Team"),
                ("tags", "Tags"),
                ("csat", "CSAT"),
                ("message_count", "Messages"),
                ("last_message_at", "Last message"),
                ("closed_at", "Closed"),
            ],
            Self::Customer => &[
                ("job_title", "Role"),
                ("signed_up_at", "Signed up"),
                ("language", "Language"),
                ("company", "Company"),
                ("city", "City"),
                ("country", "Country"),
                ("address", "Address"),
                ("website", "Website"),
                ("time_zone", "Time zone"),
                ("source", "Source"),
                ("tags", "Tags"),
                ("first_seen_at", "First seen"),
                ("created_at", "Created"),
                ("open_tickets", "Open tickets"),
                ("total_tickets", "All tickets"),
                ("browser", "Browser"),
                ("os", "System"),
            ],
            Self::Account => &[
                ("name", "Name"),
                ("plan", "Plan"),
                ("mrr", "MRR"),
                ("health", "Health"),
                ("industry", "Industry"),
                ("employee_count", "Employees"),
                ("domains", "Domains"),
                ("website", "Website"),
                ("phone", "Phone"),
                ("renewal_date", "Renewal"),
                ("owner", "Owner"),
                ("external_id", "Account ID"),
                ("created_at", "Created"),
            ],
        }
    }
}

/// A custom field, as cards need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardField {
    /// The card of the entity that has the field.
    pub card: Card,
    pub key: String,
    pub label: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// The choices of a list.
    pub options: Vec<String>,
    #[serde(default)]
    pub sensitive: bool,
}

#[cfg(test)]
mod tests;
