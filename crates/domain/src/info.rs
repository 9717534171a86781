//! Everything the info pane shows of one customer, loaded at once.

use crate::card::{AccountFacts, CardConfig, CustomerFacts, TicketFacts};
use crate::ids::{AccountId, CustomerId};
use crate::note::Note;
use crate::vocabulary;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Whether we know who somebody is.
    Known {
        Visitor => "visitor", "Visitor";
        Customer => "customer", "Customer";
    }
}

/// One thing that identifies a customer, and how we know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    /// `external_id`, `email`, `phone` or `anonymous_id`.
    pub kind: String,
    pub value: String,
    pub is_primary: bool,
    /// `api`, `signed`, `mail` or `agent`; `None` while nobody vouched for it.
    pub verified_by: Option<String>,
}

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
    pub customer: CustomerId,
    /// Grows with each change of the customer.
    pub version: i32,
    pub name: String,
    pub known: Known,
    pub external_id: Option<String>,
    pub facts: CustomerFacts,
    /// Primary ones first.
    pub identifiers: Vec<Identified>,
    pub account: Option<AccountFacts>,
    pub account_version: Option<i32>,
    /// The open ticket.
    pub ticket: Option<TicketFacts>,
    pub cards: CardConfig,
    /// Notes on the customer and on the account, newest first.
    pub notes: Vec<Note>,
    pub local_time: Option<LocalTime>,
}

/// How recently somebody was seen to be online.
pub const ONLINE_MINUTES: i64 = 5;

impl InfoPane {
    /// The values of one kind of identifier, primary first.
    pub fn identified(&self, kind: &str) -> Vec<&Identified> {
        self.identifiers.iter().filter(|i| i.kind == kind).collect()
    }

    /// The account that notes can be about.
    pub fn account_id(&self) -> Option<AccountId> {
        self.account.as_ref().map(|a| a.id)
    }

    /// Whether the customer was seen just now.
    pub fn is_online(&self, now: DateTime<Utc>) -> bool {
        self.facts.last_seen_at.is_some_and(|at| now - at < TimeDelta::minutes(ONLINE_MINUTES))
    }

    /// Why the chip says customer or visitor, in a sentence.
    pub fn why_known(&self) -> String {
        let strongest = ["external_id", "email", "phone"].iter().find_map(|kind| {
            let of_kind = self.identified(kind);
            of_kind.iter().find(|i| i.verified_by.is_some()).or(of_kind.first()).map(|i| (*kind, i.verified_by.clone()))
        });
        let Some((kind, verified_by)) = strongest else {
            return "Not identified yet: no user ID, e-mail or phone is known.".into();
        };
        let what = match kind {
            "external_id" => "user ID",
            "email" => "e-mail",
            _ => "phone number",
        };
        match verified_by.as_deref() {
            Some("api") => format!("Identified by {what}, sent by your server."),
            Some("signed") => format!("Identified by {what}, signed by your server."),
            Some("mail") => format!("Identified by {what}: a mail from it passed its checks."),
            Some("agent") => format!("Identified by {what}, entered by an agent."),
            _ => format!("Known by {what}, which nobody has verified."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane(identifiers: &[(&str, Option<&str>)]) -> InfoPane {
        let identifiers = identifiers
            .iter()
            .map(|(kind, by)| Identified {
                kind: kind.to_string(),
                value: "x".into(),
                is_primary: true,
                verified_by: by.map(String::from),
            })
            .collect();
        InfoPane {
            customer: CustomerId(crate::Uuid::nil()),
            version: 1,
            name: "A".into(),
            known: Known::Customer,
            external_id: None,
            facts: CustomerFacts::default(),
            identifiers,
            account: None,
            account_version: None,
            ticket: None,
            cards: CardConfig { layouts: vec![], custom: vec![] },
            notes: vec![],
            local_time: None,
        }
    }

    #[test]
    fn the_chip_says_by_what_somebody_is_known() {
        assert!(pane(&[]).why_known().starts_with("Not identified"));
        assert!(pane(&[("anonymous_id", None)]).why_known().starts_with("Not identified"));
        assert_eq!(
            pane(&[("email", None), ("external_id", Some("api"))]).why_known(),
            "Identified by user ID, sent by your server."
        );
        assert_eq!(pane(&[("email", None)]).why_known(), "Known by e-mail, which nobody has verified.");
    }

    #[test]
    fn online_lasts_five_minutes() {
        let mut pane = pane(&[]);
        let now: DateTime<Utc> = "2026-11-24T10:41:00Z".parse().expect("a time");
        assert!(!pane.is_online(now));
        pane.facts.last_seen_at = Some(now - TimeDelta::seconds(299));
        assert!(pane.is_online(now));
        pane.facts.last_seen_at = Some(now - TimeDelta::seconds(300));
        assert!(!pane.is_online(now));
    }
}
