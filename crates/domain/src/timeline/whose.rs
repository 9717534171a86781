//! How a sender names the customer whose event it is.

use crate::error::AppError;
use crate::identity::{IdentifierKind, Key, opaque_id};
use crate::ids::CustomerId;
use crate::limits::EXTERNAL_ID_CHARS;
use crate::patch;
use crate::text::{email, optional_line};
use serde::{Deserialize, Serialize};

/// Whose event it is: exactly one of the four.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomerRef {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CustomerId>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::id")]
    pub external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What a browser calls somebody it does not know.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::id")]
    pub anonymous_id: Option<String>,
}

impl CustomerRef {
    /// Normalises what names the customer, and makes sure that exactly one thing does.
    pub fn checked(self) -> Result<Self, AppError> {
        let external_id =
            optional_line("customer", self.external_id.as_deref(), EXTERNAL_ID_CHARS)?
                .map(|id| opaque_id("customer", &id))
                .transpose()?;
        let email = self.email.map(|e| email("customer", &e)).transpose()?;
        let anonymous_id = self.anonymous_id.map(|id| opaque_id("customer", &id)).transpose()?;
        let given =
            [self.id.is_some(), external_id.is_some(), email.is_some(), anonymous_id.is_some()];
        if given.into_iter().filter(|g| *g).count() != 1 {
            let message =
                "Name the customer by exactly one of id, external_id, email and anonymous_id.";
            return Err(AppError::invalid("customer", message));
        }
        Ok(Self { id: self.id, external_id, email, anonymous_id })
    }

    /// The one with this identifier.
    pub fn by(key: Key) -> Self {
        let mut whose = Self::default();
        match key.kind {
            IdentifierKind::ExternalId => whose.external_id = Some(key.value),
            IdentifierKind::Email => whose.email = Some(key.value),
            IdentifierKind::AnonymousId => whose.anonymous_id = Some(key.value),
            // Nobody names a customer by phone in an event.
            IdentifierKind::Phone => {}
        }
        whose
    }

    /// The identifier it names, unless it is an id of ours.
    pub fn key(&self) -> Option<Key> {
        let key = |kind, value: &Option<String>| Some(Key { kind, value: value.clone()? });
        key(IdentifierKind::ExternalId, &self.external_id)
            .or_else(|| key(IdentifierKind::Email, &self.email))
            .or_else(|| key(IdentifierKind::AnonymousId, &self.anonymous_id))
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
