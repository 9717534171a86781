//! Everything that stands beside a timeline, loaded at once: the info pane of a customer, and what is
//! known of an account.

use crate::account::Account;
use crate::card::{CardConfig, TicketFacts};
use crate::customer::{Customer, CustomerPage, Identifier};
use crate::identity::{IdentifierKind, Proof};
use crate::note::Note;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The customer's wall clock, worked out on the server, which knows all time zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    pub city: String,
    /// Minutes to add to UTC.
    pub offset_minutes: i32,
}

/// The info pane of one customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InfoPane {
    pub customer: Customer,
    pub account: Option<Account>,
    /// The open ticket.
    pub ticket: Option<TicketFacts>,
    pub cards: CardConfig,
    /// Notes on the customer and on the account, newest first.
    pub notes: Vec<Note>,
    /// Whether older notes exist.
    pub more_notes: bool,
    pub local_time: Option<LocalTime>,
    /// Phone numbers as their countries write them, where that is another spelling.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phones: BTreeMap<String, String>,
}

/// Everything an account's page shows beside its timeline, loaded at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountInfo {
    pub account: Account,
    pub cards: CardConfig,
    /// Those who were active last.
    pub customers: CustomerPage,
    /// Notes on the account, newest first.
    pub notes: Vec<Note>,
    /// Whether older notes exist.
    pub more_notes: bool,
}

/// How recently somebody was seen to be online.
pub const ONLINE_MINUTES: i64 = 5;

impl InfoPane {
    /// The identifiers of one kind, primary first.
    pub fn identifiers(&self, kind: IdentifierKind) -> Vec<&Identifier> {
        self.customer.identifiers.iter().filter(|i| i.kind == kind).collect()
    }

    /// Whether the customer was seen just now.
    pub fn is_online(&self, now: DateTime<Utc>) -> bool {
        let seen = self.customer.details.last_seen_at;
        seen.is_some_and(|at| now - at < TimeDelta::minutes(ONLINE_MINUTES))
    }

    /// Why the chip says customer or visitor, in a sentence.
    pub fn why_known(&self) -> String {
        use IdentifierKind::{Email, ExternalId, Phone};
        let best = |kind| {
            let of_kind = self.identifiers(kind);
            of_kind.iter().find(|i| i.verified_by.is_some()).or(of_kind.first()).copied()
        };
        let Some(strongest) = [ExternalId, Email, Phone].into_iter().find_map(best) else {
            return "Not identified yet: no user ID, e-mail or phone is known.".into();
        };
        let what = match strongest.kind {
            ExternalId => "user ID",
            Email => "e-mail",
            _ => "phone number",
        };
        match strongest.verified_by {
            Some(Proof::Mail) => format!("Identified by {what}: {}.", Proof::Mail.label()),
            Some(proof) => format!("Identified by {what}, {}.", proof.label()),
            None => format!("Known by {what}, which nobody has verified."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::CustomerId;
    use serde_json::json;

    fn pane(identifiers: &[(&str, Option<&str>)]) -> InfoPane {
        let identifiers: Vec<_> = identifiers
            .iter()
            .map(|(kind, by)| json!({"kind": kind, "value": "x", "primary": true, "verified_by": by}))
            .collect();
        serde_json::from_value(json!({
            "customer": {
                "id": CustomerId(crate::Uuid::nil()), "kind": "customer", "name": "Alex", "source": "api",
                "tags": [], "fields": {}, "identifiers": identifiers, "open_tickets": 0, "total_tickets": 0,
                "last_activity_at": "2026-11-24T10:00:00Z", "version": 1,
                "created_at": "2026-11-24T10:00:00Z", "updated_at": "2026-11-24T10:00:00Z",
            },
            "cards": {"layouts": [], "custom": []}, "notes": [], "more_notes": false,
        }))
        .expect("a pane")
    }

    #[test]
    fn the_chip_says_by_what_somebody_is_known() {
        assert!(pane(&[]).why_known().starts_with("Not identified"));
        assert!(pane(&[("anonymous_id", None)]).why_known().starts_with("Not identified"));
        assert_eq!(
            pane(&[("email", None), ("external_id", Some("api"))]).why_known(),
            "Identified by user ID, sent by your server."
        );
        assert_eq!(
            pane(&[("email", None)]).why_known(),
            "Known by e-mail, which nobody has verified."
        );
    }

    #[test]
    fn online_lasts_five_minutes() {
        let mut pane = pane(&[]);
        let now: DateTime<Utc> = "2026-11-24T10:41:00Z".parse().expect("a time");
        assert!(!pane.is_online(now));
        pane.customer.details.last_seen_at = Some(now - TimeDelta::seconds(299));
        assert!(pane.is_online(now));
        pane.customer.details.last_seen_at = Some(now - TimeDelta::seconds(300));
        assert!(!pane.is_online(now));
    }
}
