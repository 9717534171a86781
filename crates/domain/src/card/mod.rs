//! The cards of the info pane: which fields there are, which show, and how they read.

use crate::error::{AppError, Problems};
use crate::fields::{FieldType, FieldValues, card_value};
use crate::{limits, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

mod facts;
mod layout;

pub use facts::{TicketFacts, account_href, tel_href};
pub use layout::{
    CardConfig, CardLayout, apply_step, check_layout, default_layout, has_value, place_at,
};

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
    /// The icon in the sprite.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Ticket => "inbox",
            Self::Customer => "users",
            Self::Account => "building",
        }
    }

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
}

/// What a coloured mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Good,
    Warning,
    Bad,
    Neutral,
}

/// How a value is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum RowKind {
    Plain,
    /// Leads to a page, a site or a phone call.
    Link(String),
    Pill(Tone),
    /// A point in time, shown as the reader's clock has it.
    Moment(DateTime<Utc>),
    Tags(Vec<String>),
}

/// A value as a card shows and copies it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardValue {
    pub text: String,
    pub kind: RowKind,
}

impl CardValue {
    pub(crate) fn plain(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.trim().is_empty()).then_some(Self { text, kind: RowKind::Plain })
    }

    fn with(text: impl Into<String>, kind: RowKind) -> Option<Self> {
        Self::plain(text).map(|value| Self { kind, ..value })
    }

    fn moment(at: Option<DateTime<Utc>>) -> Option<Self> {
        let at = at?;
        Self::with(at.format("%b %-d, %Y %H:%M UTC").to_string(), RowKind::Moment(at))
    }

    fn tags(tags: &[String]) -> Option<Self> {
        Self::with(tags.join(", "), RowKind::Tags(tags.to_vec()))
    }

    /// A site's address; one that is no web address stays text.
    pub(crate) fn site(url: &str) -> Option<Self> {
        let url = url.trim();
        let shown = url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/');
        if url.starts_with("https://") || url.starts_with("http://") {
            return Self::with(shown, RowKind::Link(url.into()));
        }
        Self::plain(url)
    }
}

/// One line of a card; `value` is `None` where there is nothing to show.
#[derive(Debug, Clone, PartialEq)]
pub struct CardRow {
    pub key: String,
    pub label: String,
    pub value: Option<CardValue>,
}

/// What a card takes its values from.
pub trait Facts {
    /// The value of a field that every workspace has.
    fn value(&self, key: &str) -> Option<CardValue>;
    /// The values of custom fields.
    fn custom(&self) -> &FieldValues;
}

/// The rows of a card: the fields of the layout, in its order. Without facts all are empty;
/// fields that are gone (archived, renamed by an update) are left out.
pub fn resolve(
    card: Card,
    layout: &[String],
    custom: &[CardField],
    facts: Option<&dyn Facts>,
) -> Vec<CardRow> {
    let row = |key: &String| {
        let (label, value) = match key.strip_prefix(CUSTOM) {
            Some(name) => {
                let field = custom.iter().find(|f| f.card == card && f.key == name)?;
                let stored = facts.and_then(|f| f.custom().get(name));
                (field.label.clone(), stored.and_then(|v| card_value(field.kind, v)))
            }
            None => {
                let (_, label) = card.fields().iter().find(|(k, _)| k == key)?;
                (label.to_string(), facts.and_then(|f| f.value(key)))
            }
        };
        Some(CardRow { key: key.clone(), label, value })
    };
    layout.iter().filter_map(row).collect()
}

/// A day as cards write it: `Nov 24, 2026`.
pub fn date_text(date: chrono::NaiveDate) -> String {
    date.format("%b %-d, %Y").to_string()
}

#[cfg(test)]
mod tests;
