//! Customers and visitors: what is known of them, and how that changes.

mod change;
mod delete;
mod edit;
mod input;
mod list;

pub use delete::WhatGoes;
pub use input::{CustomerEdit, CustomerInput, NewCustomer, Upserted, within_limit};
pub use list::{CustomerPage, CustomerQuery, CustomerRow, CustomerSort, ListCursor};

use crate::account::AccountRef;
use crate::fields::FieldValues;
use crate::identity::{IdentifierKind, Key, Proof};
use crate::ids::CustomerId;
use crate::{limits, text, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

vocabulary! {
    /// How sure we are who somebody is.
    CustomerKind {
        Visitor => "visitor", "Visitor";
        Customer => "customer", "Customer";
    }
}

/// One thing that identifies a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Identifier {
    pub kind: IdentifierKind,
    pub value: String,
    /// The one that lists show and replies go to; one a kind.
    pub primary: bool,
    pub verified_at: Option<DateTime<Utc>>,
    /// What proves it; absent when nothing does.
    pub verified_by: Option<Proof>,
}

impl Identifier {
    /// By which rule it counts, and since when, in a few words.
    pub fn how_verified(&self) -> String {
        let Some(proof) = self.verified_by else { return "not verified".into() };
        let rule = proof.label();
        match self.verified_at {
            Some(at) => format!("{rule}, {}", at.format("%b %-d, %Y")),
            None => rule.into(),
        }
    }
}

/// The properties that servers and agents change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CustomerDetails {
    pub name: String,
    pub avatar_url: Option<String>,
    pub job_title: Option<String>,
    pub company: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub address: Option<String>,
    pub website: Option<String>,
    /// Where the record came from: `api`, `email`, `agent`, or what a server says.
    pub source: String,
    pub tags: Vec<String>,
    /// Custom fields by key.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub fields: FieldValues,
    /// Keys of sensitive custom fields that have a value which the reader was not given.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_fields: BTreeSet<String>,
    pub signed_up_at: Option<DateTime<Utc>>,
    pub first_seen_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub last_page: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
}

/// A customer, complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Customer {
    pub id: CustomerId,
    pub kind: CustomerKind,
    /// The primary identifiers; all of them are in `identifiers`.
    pub email: Option<String>,
    pub phone: Option<String>,
    pub external_id: Option<String>,
    pub account: Option<AccountRef>,
    #[serde(flatten)]
    pub details: CustomerDetails,
    pub identifiers: Vec<Identifier>,
    pub open_tickets: i32,
    pub total_tickets: i32,
    pub last_activity_at: DateTime<Utc>,
    /// Grows with each change; an edit sends back the one it saw.
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Customer {
    /// The values of one kind, the primary one first.
    pub fn values(&self, kind: IdentifierKind) -> impl Iterator<Item = &str> {
        self.identifiers.iter().filter(move |i| i.kind == kind).map(|i| i.value.as_str())
    }
}

/// What a customer without a name is called: their first identifier.
pub fn default_name(keys: &[Key]) -> String {
    use IdentifierKind::{Email, ExternalId, Phone};
    let of_kind = |kind| keys.iter().find(|k: &&Key| k.kind == kind);
    let key = [Email, Phone, ExternalId].into_iter().find_map(of_kind);
    key.map_or_else(|| "Visitor".into(), |k| text::excerpt(&k.value, limits::NAME_CHARS))
}
