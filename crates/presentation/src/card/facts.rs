//! What is known of a customer, an account and a ticket, field by field.

use super::{CardValue, Facts, RowKind, Tone, date_text};
use crate::{account_href, tel_href};
use rapport_domain::account::Account;
use rapport_domain::card::TicketFacts;
use rapport_domain::customer::Customer;
use rapport_domain::ticket::StatusCategory;
use rapport_domain::{locale, money, text};

impl Facts for Customer {
    fn value(&self, key: &str) -> Option<CardValue> {
        let line = |text: &Option<String>| CardValue::plain(text.as_deref()?);
        match key {
            "job_title" => line(&self.details.job_title),
            "signed_up_at" => CardValue::moment(self.details.signed_up_at),
            "language" => {
                CardValue::plain(locale::language_name(self.details.language.as_deref()?))
            }
            "company" => line(&self.details.company),
            "city" => line(&self.details.city),
            "country" => line(&self.details.country),
            "address" => line(&self.details.address),
            "website" => CardValue::site(self.details.website.as_deref()?),
            "time_zone" => line(&self.details.time_zone),
            "source" => CardValue::plain(self.details.source.clone()),
            "tags" => CardValue::tags(&self.details.tags),
            "first_seen_at" => CardValue::moment(self.details.first_seen_at),
            "created_at" => CardValue::moment(Some(self.created_at)),
            "open_tickets" => CardValue::plain(self.open_tickets.to_string()),
            "total_tickets" => CardValue::plain(self.total_tickets.to_string()),
            "browser" => line(&self.details.browser),
            "os" => line(&self.details.os),
            _ => None,
        }
    }
}

impl Facts for Account {
    fn value(&self, key: &str) -> Option<CardValue> {
        let line = |text: &Option<String>| CardValue::plain(text.as_deref()?);
        match key {
            "name" => {
                CardValue::with(self.details.name.clone(), RowKind::Link(account_href(self.id)))
            }
            "plan" => line(&self.details.plan),
            "mrr" => CardValue::plain(self.mrr_text()?),
            "health" => {
                let health = self.details.health.as_deref()?;
                CardValue::with(health, RowKind::Pill(health_tone(health)))
            }
            "industry" => line(&self.details.industry),
            "employee_count" => {
                CardValue::plain(money::grouped(self.details.employee_count?.into()))
            }
            "domains" => CardValue::plain(self.details.domains.join(", ")),
            "website" => CardValue::site(self.details.website.as_deref()?),
            "phone" => {
                let phone = self.details.phone.as_deref()?;
                CardValue::with(phone, tel_href(phone).map_or(RowKind::Plain, RowKind::Link))
            }
            "renewal_date" => CardValue::plain(date_text(self.details.renewal_date?)),
            "owner" => CardValue::plain(self.owner.as_ref()?.name.clone()),
            "external_id" => line(&self.details.external_id),
            "created_at" => CardValue::moment(Some(self.created_at)),
            _ => None,
        }
    }
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
}
