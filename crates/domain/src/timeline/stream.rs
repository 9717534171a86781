//! Whose stream an event stands in: a customer's, or an account's own.

use crate::error::AppError;
use crate::ids::{AccountId, BadId, CustomerId, Uuid};
use crate::limits::EXTERNAL_ID_CHARS;
use crate::text::optional_line;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Whose an event is. Its text form is the id, whose prefix says which: `cus_…`, `acc_…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    Customer(CustomerId),
    /// What happened to a company and to none of its people: its own events.
    Account(AccountId),
}

impl Stream {
    /// What the store keeps its events by.
    pub fn id(self) -> Uuid {
        match self {
            Self::Customer(id) => id.0,
            Self::Account(id) => id.0,
        }
    }
}

impl From<CustomerId> for Stream {
    fn from(id: CustomerId) -> Self {
        Self::Customer(id)
    }
}

impl From<AccountId> for Stream {
    fn from(id: AccountId) -> Self {
        Self::Account(id)
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => id.fmt(f),
            Self::Account(id) => id.fmt(f),
        }
    }
}

impl FromStr for Stream {
    type Err = BadId;
    fn from_str(s: &str) -> Result<Self, BadId> {
        let customer = s.parse().map(Self::Customer);
        customer.or_else(|_| s.parse().map(Self::Account))
    }
}

impl Serialize for Stream {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stream {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The account whose own event it is: exactly one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EventAccount {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AccountId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::id"
    )]
    pub external_id: Option<String>,
}

impl EventAccount {
    /// Reads an object's id: one of ours, else the sender's own.
    pub fn named(id: &str) -> Self {
        match id.trim().parse() {
            Ok(id) => Self { id: Some(id), external_id: None },
            Err(_) => Self { id: None, external_id: Some(id.into()) },
        }
    }

    /// Normalises what names the account, and makes sure that exactly one thing does.
    pub fn checked(self) -> Result<Self, AppError> {
        let external_id = optional_line("account", self.external_id.as_deref(), EXTERNAL_ID_CHARS)?;
        if self.id.is_some() == external_id.is_some() {
            let message = "Name the account by exactly one of id and external_id.";
            return Err(AppError::invalid("account", message));
        }
        Ok(Self { id: self.id, external_id })
    }
}

/// A customer where an account's event names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct EventCustomer {
    pub id: CustomerId,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_s_text_says_whose_it_is() {
        let (customer, account) = (CustomerId(Uuid::from_u128(7)), AccountId(Uuid::from_u128(7)));
        for stream in [Stream::from(customer), account.into()] {
            assert_eq!(stream.to_string().parse(), Ok(stream));
            let json = serde_json::to_string(&stream).expect("text");
            assert_eq!(serde_json::from_str::<Stream>(&json).expect("a stream"), stream);
        }
        assert_ne!(Stream::from(customer), account.into());
        assert_eq!("tik_00000000000000000000000007".parse::<Stream>(), Err(BadId));
    }

    #[test]
    fn an_object_s_id_is_ours_or_the_sender_s() {
        let account = AccountId(Uuid::from_u128(7));
        assert_eq!(EventAccount::named(&account.to_string()).id, Some(account));
        assert_eq!(EventAccount::named("acc_7").external_id.as_deref(), Some("acc_7"));
        for wrong in [
            EventAccount::default(),
            EventAccount { id: Some(account), external_id: Some("a".into()) },
            EventAccount { id: None, external_id: Some(" ".into()) },
        ] {
            assert!(wrong.checked().is_err());
        }
    }
}
