//! What identifies a customer: normal forms, values that identify nobody, and the
//! rule that decides whom a set of identifiers means.
//!
//! Two known customers never become one here: an identifier that belongs to somebody
//! else is refused, because a silent move would hand one person's mail to another.

use crate::error::AppError;
use crate::ids::CustomerId;
use crate::{limits, nobody, text, vocabulary};

pub use crate::phone::phone;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

vocabulary! {
    /// The kinds of identifier, strongest first.
    IdentifierKind {
        ExternalId => "external_id", "External ID";
        Email => "email", "E-mail";
        Phone => "phone", "Phone";
        AnonymousId => "anonymous_id", "Anonymous ID";
    }
}

vocabulary! {
    /// What proves that an identifier is the customer's, with what people read of it.
    Proof {
        Api => "api", "sent by your server";
        Signed => "signed", "signed by your server";
        Mail => "mail", "a mail from it passed its checks";
        Agent => "agent", "entered by an agent";
    }
}

/// Mail providers whose domain says nothing about a person's company, one a line and sorted: the
/// npm package free-email-domains 1.2.25 (MIT, © Kiko Beats) and what it lacked.
static PUBLIC_MAIL: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("public_mail.txt").lines().collect());

/// One identifier in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: IdentifierKind,
    pub value: String,
}

impl Key {
    /// Normalises `text`, or says what is wrong with `field`.
    pub fn new(kind: IdentifierKind, field: &str, text: &str) -> Result<Self, AppError> {
        let value = match kind {
            IdentifierKind::Email => text::email(field, text)?,
            IdentifierKind::Phone => phone(field, text)?,
            IdentifierKind::ExternalId | IdentifierKind::AnonymousId => opaque_id(field, text)?,
        };
        Ok(Self { kind, value })
    }
}

/// Takes an id that another system gave; its letters keep their case, unless it is an e-mail
/// address, whose letters have none.
pub fn opaque_id(field: &str, text: &str) -> Result<String, AppError> {
    let id = text::required_line(field, text, limits::EXTERNAL_ID_CHARS)?;
    if nobody::is_nobody(&id) {
        let message = format!("“{id}” identifies nobody; many visitors would become one customer.");
        return Err(AppError::invalid(field, message));
    }
    Ok(email_in(&id).unwrap_or(id))
}

/// The e-mail address that an id is, in its normal form.
pub fn email_in(id: &str) -> Option<String> {
    let domain = id.rsplit_once('@')?.1;
    domain.contains('.').then(|| text::email("external_id", id).ok()).flatten()
}

/// The domain of an address, unless it is a public mail provider's.
pub fn company_domain(email: &str) -> Option<&str> {
    let (_, domain) = email.rsplit_once('@')?;
    PUBLIC_MAIL.binary_search(&domain).is_err().then_some(domain)
}

/// Whom an identifier already belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub key: Key,
    pub customer: CustomerId,
    /// The external id of that customer.
    pub external_id: Option<String>,
}

/// Decides whom `keys` mean: the owner of the external id, else of the first known
/// e-mail, else, when there is neither, of the first known phone. `None` is somebody new.
///
/// Refuses keys that belong to different customers, and an e-mail whose owner already
/// has another external id: those are two people.
pub fn resolve(keys: &[Key], owners: &[Owner]) -> Result<Option<CustomerId>, AppError> {
    let owner_of = |key: &Key| owners.iter().find(|o| o.key == *key);
    let of_kind = |kind| keys.iter().filter(move |k| k.kind == kind);
    let first = |kind| of_kind(kind).find_map(owner_of);
    let external = of_kind(IdentifierKind::ExternalId).next();
    let has_email = of_kind(IdentifierKind::Email).next().is_some();
    let found =
        first(IdentifierKind::ExternalId).or_else(|| first(IdentifierKind::Email)).or_else(|| {
            if external.is_none() && !has_email { first(IdentifierKind::Phone) } else { None }
        });
    if let (Some(found), Some(external)) = (found, external)
        && found.external_id.as_ref().is_some_and(|id| *id != external.value)
    {
        return Err(taken(found));
    }
    let target = found.map(|o| o.customer);
    match keys.iter().filter_map(owner_of).find(|o| Some(o.customer) != target) {
        Some(other) => Err(taken(other)),
        None => Ok(target),
    }
}

/// What speaks for two customers being one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub kind: IdentifierKind,
    pub value: String,
    pub at: DateTime<Utc>,
}

impl Evidence {
    /// In words, as an agent reads it.
    pub fn text(&self) -> String {
        match self.kind {
            IdentifierKind::AnonymousId => format!("both used the browser {}", self.value),
            kind => format!("{} {} was named for both", kind.label(), self.value),
        }
    }
}

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    pub customer: CustomerId,
    pub name: String,
    pub evidence: Vec<Evidence>,
}

/// What an event's identifiers come to, when a sender cannot be asked what was meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Whose they are; `None` is somebody new.
    pub target: Option<CustomerId>,
    /// Those that are the target's or nobody's yet.
    pub keep: Vec<Key>,
    /// Those that somebody else has: left with them, and worth a hint to an agent.
    pub dropped: Vec<Owner>,
}

/// The rule of [`resolve`] without a refusal: the strongest identifier decides, and weaker
/// ones that belong to somebody else are dropped. Two known customers never become one.
pub fn settle(keys: &[Key], owners: &[Owner]) -> Settled {
    let mut keys = keys.to_vec();
    keys.sort();
    keys.dedup();
    let owner_of = |key: &Key| owners.iter().find(|o| o.key == *key);
    let external = keys.iter().find(|k| k.kind == IdentifierKind::ExternalId);
    let is_other = |o: &Owner| {
        let theirs = o.external_id.as_ref();
        external.is_some_and(|key| theirs.is_some_and(|id| *id != key.value))
    };
    let has_stronger = |kind| keys.iter().any(|k| k.kind < kind && k.kind <= IdentifierKind::Email);
    let target = keys
        .iter()
        .filter(|k| k.kind != IdentifierKind::AnonymousId)
        // A phone is shared by families and desks: it finds, but does not outrank.
        .filter(|k| k.kind != IdentifierKind::Phone || !has_stronger(IdentifierKind::Phone))
        .filter_map(owner_of)
        .find(|o| !is_other(o))
        .map(|o| o.customer);
    let mut settled = Settled { target, ..Settled::default() };
    for key in keys {
        match owner_of(&key) {
            Some(owner) if Some(owner.customer) != target => settled.dropped.push(owner.clone()),
            _ => settled.keep.push(key),
        }
    }
    settled
}

/// The refusal to take an identifier away from its owner.
pub fn taken(owner: &Owner) -> AppError {
    AppError::Taken { field: owner.key.kind.as_str().into(), owner: owner.customer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Uuid;
    use proptest::prelude::*;

    fn key(kind: IdentifierKind, value: &str) -> Key {
        Key { kind, value: value.into() }
    }

    fn customer(n: u128) -> CustomerId {
        CustomerId(Uuid::from_u128(n))
    }

    fn owner(key: &Key, n: u128, external_id: Option<&str>) -> Owner {
        Owner { key: key.clone(), customer: customer(n), external_id: external_id.map(Into::into) }
    }

    fn any_kind() -> impl Strategy<Value = IdentifierKind> {
        prop::sample::select(IdentifierKind::ALL)
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own_normal_form(kind in any_kind(), s in "\\PC{0,40}") {
            if let Ok(key) = Key::new(kind, "f", &s) {
                prop_assert_eq!(Key::new(kind, "f", &key.value), Ok(key));
            }
        }

        #[test]
        fn what_is_kept_is_nobody_elses(
            keys in prop::collection::vec((any_kind(), "[ab]"), 0..4),
            owned in prop::collection::vec((any_kind(), "[ab]", 0u128..3), 0..6),
        ) {
            let keys: Vec<_> = keys.iter().map(|(k, v)| key(*k, v)).collect();
            let owners: Vec<_> = owned.iter().map(|(k, v, n)| owner(&key(*k, v), *n, None)).collect();
            let settled = settle(&keys, &owners);
            for kept in &settled.keep {
                let owner = owners.iter().find(|o| o.key == *kept);
                prop_assert!(owner.is_none_or(|o| Some(o.customer) == settled.target));
            }
            // Where the strict rule finds somebody, so does this one.
            if let Ok(target @ Some(_)) = resolve(&keys, &owners)
                && keys.iter().any(|k| k.kind != IdentifierKind::AnonymousId) {
                prop_assert_eq!(settled.target, target);
            }
        }

        #[test]
        fn whoever_is_found_owns_every_known_key(
            keys in prop::collection::vec((any_kind(), "[ab]"), 0..4),
            owned in prop::collection::vec((any_kind(), "[ab]", 0u128..3), 0..6),
        ) {
            let keys: Vec<_> = keys.iter().map(|(k, v)| key(*k, v)).collect();
            let owners: Vec<_> = owned.iter().map(|(k, v, n)| owner(&key(*k, v), *n, None)).collect();
            let known = keys.iter().filter_map(|k| owners.iter().find(|o| o.key == *k));
            if let Ok(target) = resolve(&keys, &owners) {
                for o in known {
                    prop_assert_eq!(Some(o.customer), target);
                }
            }
        }
    }

    #[test]
    fn ids_that_identify_nobody_are_refused() {
        for bad in ["", "0", "000-000", "-", "-1", "null", "NULL", "Anonymous", "undefined"] {
            assert!(opaque_id("external_id", bad).is_err(), "{bad}");
        }
        assert_eq!(opaque_id("external_id", " User_10 ").as_deref(), Ok("User_10"));
        let mail = opaque_id("external_id", "Ada@X.example");
        assert_eq!(mail.as_deref(), Ok("ada@x.example"), "one address, one person");
        assert_eq!(opaque_id("external_id", "Team@Home").as_deref(), Ok("Team@Home"));
    }

    #[test]
    fn public_mail_says_nothing_about_a_company() {
        assert!(PUBLIC_MAIL.is_sorted(), "binary search needs order");
        assert_eq!(company_domain("a@northwind.example"), Some("northwind.example"));
        for mail in ["a@gmail.com", "a@proton.me", "a@gmx.de", "a@hey.com"] {
            assert_eq!(company_domain(mail), None, "{mail}");
        }
    }

    #[test]
    fn an_email_finds_its_owner_who_may_then_get_an_external_id() {
        let (id, mail) =
            (key(IdentifierKind::ExternalId, "u1"), key(IdentifierKind::Email, "a@x.example"));
        let found = resolve(&[id, mail.clone()], &[owner(&mail, 7, None)]);
        assert_eq!(found, Ok(Some(customer(7))));
    }

    #[test]
    fn two_known_customers_stay_two() {
        let (id, mail) =
            (key(IdentifierKind::ExternalId, "u1"), key(IdentifierKind::Email, "a@x.example"));
        let refused = Err(AppError::Taken { field: "email".into(), owner: customer(7) });
        // The address belongs to somebody with another external id …
        assert_eq!(resolve(&[id.clone(), mail.clone()], &[owner(&mail, 7, Some("u2"))]), refused);
        // … or the external id to somebody else than the address.
        let owners = [owner(&id, 8, Some("u1")), owner(&mail, 7, None)];
        assert_eq!(resolve(&[id, mail], &owners), refused);
    }

    #[test]
    fn a_weaker_identifier_of_somebody_else_is_dropped() {
        let (id, mail) =
            (key(IdentifierKind::ExternalId, "u1"), key(IdentifierKind::Email, "a@x.example"));
        let other = owner(&mail, 7, Some("u2"));
        let settled = settle(&[mail.clone(), id.clone()], std::slice::from_ref(&other));
        assert_eq!(settled, Settled { target: None, keep: vec![id.clone()], dropped: vec![other] });
        let settled = settle(&[id.clone(), mail.clone()], &[owner(&mail, 7, None)]);
        assert_eq!(settled.target, Some(customer(7)));
        assert_eq!(settled.keep, [id, mail]);
    }

    #[test]
    fn a_phone_alone_finds_but_does_not_outrank_an_email() {
        let (mail, tel) =
            (key(IdentifierKind::Email, "a@x.example"), key(IdentifierKind::Phone, "+4930"));
        let owners = [owner(&tel, 7, None)];
        assert_eq!(resolve(std::slice::from_ref(&tel), &owners), Ok(Some(customer(7))));
        assert!(resolve(&[mail, tel], &owners).is_err());
    }
}
