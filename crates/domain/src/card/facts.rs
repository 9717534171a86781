//! What is known of a customer, an account and a ticket, field by field.

use super::{CardValue, Facts, RowKind, Tone, date_text, money};
use crate::ids::AccountId;
use crate::ticket::{Channel, Priority, Status, StatusCategory};
use crate::{locale, text};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A customer's fields.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomerFacts {
    pub job_title: Option<String>,
    pub company: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub address: Option<String>,
    pub website: Option<String>,
    pub source: String,
    pub tags: Vec<String>,
    pub fields: Map<String, Value>,
    pub signed_up_at: Option<DateTime<Utc>>,
    pub first_seen_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub last_page: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub open_tickets: i32,
    pub total_tickets: i32,
    pub created_at: DateTime<Utc>,
}

impl Facts for CustomerFacts {
    fn value(&self, key: &str) -> Option<CardValue> {
        let line = |text: &Option<String>| CardValue::plain(text.as_deref()?);
        match key {
            "job_title" => line(&self.job_title),
            "signed_up_at" => CardValue::moment(self.signed_up_at),
            "language" => CardValue::plain(locale::language_name(self.language.as_deref()?)),
            "company" => line(&self.company),
            "city" => line(&self.city),
            "country" => line(&self.country),
            "address" => line(&self.address),
            "website" => CardValue::site(self.website.as_deref()?),
            "time_zone" => line(&self.time_zone),
            "source" => CardValue::plain(self.source.clone()),
            "tags" => CardValue::tags(&self.tags),
            "first_seen_at" => CardValue::moment(self.first_seen_at),
            "created_at" => CardValue::moment(Some(self.created_at)),
            "open_tickets" => CardValue::plain(self.open_tickets.to_string()),
            "total_tickets" => CardValue::plain(self.total_tickets.to_string()),
            "browser" => line(&self.browser),
            "os" => line(&self.os),
            _ => None,
        }
    }

    fn custom(&self) -> &Map<String, Value> {
        &self.fields
    }
}

/// An account's fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountFacts {
    pub id: AccountId,
    pub name: String,
    pub external_id: Option<String>,
    pub domains: Vec<String>,
    pub website: Option<String>,
    pub phone: Option<String>,
    pub industry: Option<String>,
    pub employee_count: Option<i32>,
    pub plan: Option<String>,
    pub mrr_minor: Option<i64>,
    pub currency: Option<String>,
    pub renewal_date: Option<NaiveDate>,
    pub health: Option<String>,
    pub owner: Option<String>,
    pub fields: Map<String, Value>,
    pub created_at: DateTime<Utc>,
}

impl AccountFacts {
    /// The list of the account's customers.
    pub fn href(&self) -> String {
        format!("/customers?account={}", self.id)
    }
}

impl Facts for AccountFacts {
    fn value(&self, key: &str) -> Option<CardValue> {
        let line = |text: &Option<String>| CardValue::plain(text.as_deref()?);
        match key {
            "name" => CardValue::with(self.name.clone(), RowKind::Link(self.href())),
            "plan" => line(&self.plan),
            "mrr" => {
                CardValue::plain(money::text(self.mrr_minor?, self.currency.as_deref().unwrap_or("")))
            }
            "health" => {
                let health = self.health.as_deref()?;
                CardValue::with(health, RowKind::Pill(health_tone(health)))
            }
            "industry" => line(&self.industry),
            "employee_count" => {
                CardValue::plain(money::grouped(u64::try_from(self.employee_count?).ok()?))
            }
            "domains" => CardValue::plain(self.domains.join(", ")),
            "website" => CardValue::site(self.website.as_deref()?),
            "phone" => {
                let phone = self.phone.as_deref()?;
                CardValue::with(phone, RowKind::Link(tel_href(phone)?))
            }
            "renewal_date" => CardValue::plain(date_text(self.renewal_date?)),
            "owner" => line(&self.owner),
            "external_id" => line(&self.external_id),
            "created_at" => CardValue::moment(Some(self.created_at)),
            _ => None,
        }
    }

    fn custom(&self) -> &Map<String, Value> {
        &self.fields
    }
}

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
    pub fields: Map<String, Value>,
    pub csat_score: Option<i16>,
    pub submitted_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub last_message_at: Option<DateTime<Utc>>,
    pub message_count: i32,
}

impl Facts for TicketFacts {
    fn value(&self, key: &str) -> Option<CardValue> {
        let line = |text: &Option<String>| CardValue::plain(text.as_deref()?);
        match key {
            "channel" => CardValue::plain(self.channel.label()),
            "mailbox" => line(&self.mailbox),
            "submitted_at" => CardValue::moment(Some(self.submitted_at)),
            "first_response" => {
                let waited = self.first_response_at? - self.submitted_at;
                CardValue::plain(text::duration_text(waited.num_seconds().max(0)))
            }
            "status" => {
                let tone = match self.status.category() {
                    StatusCategory::Open => Tone::Good,
                    StatusCategory::Waiting => Tone::Warning,
                    StatusCategory::Closed => Tone::Neutral,
                };
                CardValue::with(self.status.label(), RowKind::Pill(tone))
            }
            "priority" => CardValue::plain(self.priority.label()),
            "assignee" => line(&self.assignee),
            "team" => line(&self.team),
            "tags" => CardValue::tags(&self.tags),
            "csat" => CardValue::plain(format!("{} of 5", self.csat_score?)),
            "message_count" => CardValue::plain(self.message_count.to_string()),
            "last_message_at" => CardValue::moment(self.last_message_at),
            "closed_at" => CardValue::moment(self.closed_at),
            _ => None,
        }
    }

    fn custom(&self) -> &Map<String, Value> {
        &self.fields
    }
}

/// The address that calls a number; `None` when there is no digit to dial.
pub fn tel_href(phone: &str) -> Option<String> {
    let dialled: String = phone.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#')).collect();
    dialled.contains(|c: char| c.is_ascii_digit()).then(|| format!("tel:{dialled}"))
}

/// Reads the colour from what CRMs commonly write; other words stay grey.
fn health_tone(health: &str) -> Tone {
    let word = health.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| word.contains(w));
    if has(&["unhealthy", "critical", "churn", "red", "poor", "bad"]) {
        Tone::Bad
    } else if has(&["risk", "warn", "yellow", "amber", "attention", "fair"]) {
        Tone::Warning
    } else if has(&["healthy", "good", "green", "great", "strong"]) {
        Tone::Good
    } else {
        Tone::Neutral
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_words_have_a_colour() {
        assert_eq!(health_tone("Healthy"), Tone::Good);
        assert_eq!(health_tone("unhealthy"), Tone::Bad);
        assert_eq!(health_tone("At risk"), Tone::Warning);
        assert_eq!(health_tone("B+"), Tone::Neutral);
    }

    #[test]
    fn a_number_to_call_has_digits() {
        assert_eq!(tel_href("+49 (30) 90-1820").as_deref(), Some("tel:+4930901820"));
        assert_eq!(tel_href("none"), None);
        assert_eq!(tel_href("javascript:alert()"), None);
    }
}
