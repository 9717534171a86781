//! Accounts: the companies that customers belong to.

mod check;

pub use check::read_domains;

use crate::error::AppError;
use crate::fields::{FieldValues, FormValues};
use crate::ids::{AccountId, UserId};
use crate::{money, patch};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An account where a customer or ticket names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AccountRef {
    pub id: AccountId,
    pub name: String,
}

/// The agent responsible for an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AccountOwner {
    pub id: UserId,
    pub name: String,
}

/// Which account is meant: by id, else by external id, else by name. An unknown external
/// id or name creates the account; an unknown id is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AccountKey {
    pub id: Option<AccountId>,
    #[serde(deserialize_with = "patch::id")]
    pub external_id: Option<String>,
    pub name: Option<String>,
}

/// The properties that servers and agents change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AccountDetails {
    pub name: String,
    pub external_id: Option<String>,
    /// E-mail domains, lower case: new customers with such an address belong here.
    pub domains: Vec<String>,
    pub website: Option<String>,
    pub phone: Option<String>,
    pub industry: Option<String>,
    pub employee_count: Option<i32>,
    pub plan: Option<String>,
    /// Monthly revenue in minor units (cents) of `currency`.
    pub mrr_minor: Option<i64>,
    pub currency: Option<String>,
    pub renewal_date: Option<NaiveDate>,
    pub health: Option<String>,
    /// Custom fields by key.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub fields: FieldValues,
    /// Keys of sensitive custom fields that have a value which the reader was not given.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden_fields: BTreeSet<String>,
}

/// An account, complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Account {
    pub id: AccountId,
    #[serde(flatten)]
    pub details: AccountDetails,
    pub owner: Option<AccountOwner>,
    /// Grows with each change; an edit sends back the one it saw.
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Account {
    /// Monthly revenue as people read it.
    pub fn mrr_text(&self) -> Option<String> {
        Some(money::format(self.details.mrr_minor?, self.details.currency.as_deref()?))
    }
}

/// An account as another system knows it: created, or found by external id, else by name,
/// and changed. What is absent or null stays; an empty string clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AccountInput {
    #[serde(deserialize_with = "patch::id")]
    pub external_id: Option<String>,
    pub name: Option<String>,
    /// Replaces the list.
    pub domains: Option<Vec<String>>,
    pub website: Option<String>,
    #[serde(deserialize_with = "patch::id")]
    pub phone: Option<String>,
    pub industry: Option<String>,
    pub employee_count: Option<i32>,
    pub plan: Option<String>,
    pub mrr_minor: Option<i64>,
    pub currency: Option<String>,
    pub renewal_date: Option<NaiveDate>,
    pub health: Option<String>,
    pub owner_id: Option<UserId>,
    /// Custom fields by key; null clears one.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    #[serde(deserialize_with = "patch::map")]
    pub fields: FieldValues,
    /// Properties that a patch clears and that have no empty text.
    #[serde(skip)]
    #[cfg_attr(feature = "utoipa", schema(ignore))]
    pub cleared: BTreeSet<String>,
}

impl patch::Clears for AccountInput {
    fn clear(&mut self, names: &[String]) {
        for name in names {
            let text = match name.as_str() {
                "external_id" => &mut self.external_id,
                "name" => &mut self.name,
                "website" => &mut self.website,
                "phone" => &mut self.phone,
                "industry" => &mut self.industry,
                "plan" => &mut self.plan,
                "currency" => &mut self.currency,
                "health" => &mut self.health,
                "domains" => {
                    self.domains = Some(Vec::new());
                    continue;
                }
                _ => {
                    self.cleared.insert(name.clone());
                    continue;
                }
            };
            *text = Some(String::new());
        }
    }
}

/// The edit form. What is absent stays; an empty text clears. Lists are written `a, b`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AccountEdit {
    /// The version that the form was filled from.
    pub version: i32,
    pub name: Option<String>,
    pub external_id: Option<String>,
    pub domains: Option<String>,
    pub website: Option<String>,
    pub phone: Option<String>,
    pub industry: Option<String>,
    pub employee_count: Option<String>,
    pub plan: Option<String>,
    /// An amount in whole units, `1250.50`.
    pub mrr: Option<String>,
    pub currency: Option<String>,
    pub renewal_date: Option<String>,
    pub health: Option<String>,
    /// The agent's id; empty for nobody.
    pub owner_id: Option<String>,
    /// Custom fields by key, as a form writes them. Of a sensitive one nothing leaves what is there.
    pub fields: BTreeMap<String, String>,
    /// Keys of sensitive fields that the form clears.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cleared_fields: BTreeSet<String>,
}

impl AccountEdit {
    /// What it says of custom fields.
    pub fn values(&self) -> FormValues<'_> {
        FormValues { texts: &self.fields, cleared: &self.cleared_fields }
    }

    /// The owner that the form names: absent, nobody, or somebody.
    pub fn owner(&self) -> Result<Option<Option<UserId>>, AppError> {
        match self.owner_id.as_deref().map(str::trim) {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(id) => match id.parse() {
                Ok(id) => Ok(Some(Some(id))),
                Err(_) => Err(AppError::invalid("owner_id", "Choose an agent from the list.")),
            },
        }
    }
}

#[cfg(test)]
mod tests;
