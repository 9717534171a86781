//! Customers as other systems and forms send them, and whom they name.

use crate::account::AccountKey;
use crate::change::split_list;
use crate::error::{AppError, Problems};
use crate::fields::{FieldValues, FormValues};
use crate::identity::{IdentifierKind, Key};
use crate::{limits, patch};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A customer as another system knows them: created, or found by external id, else by
/// e-mail, and changed. What is absent or null stays; an empty string clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CustomerInput {
    #[serde(deserialize_with = "patch::id")]
    pub external_id: Option<String>,
    /// Becomes the primary e-mail.
    pub email: Option<String>,
    /// More e-mails; those there are stay.
    #[serde(deserialize_with = "patch::some_list")]
    pub emails: Vec<String>,
    /// Becomes the primary phone.
    #[serde(deserialize_with = "patch::id")]
    pub phone: Option<String>,
    /// More phones; those there are stay.
    #[serde(deserialize_with = "patch::ids")]
    pub phones: Vec<String>,
    pub name: Option<String>,
    pub account: Option<AccountKey>,
    pub avatar_url: Option<String>,
    pub job_title: Option<String>,
    pub company: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub address: Option<String>,
    pub website: Option<String>,
    pub source: Option<String>,
    pub tags: Option<Vec<String>>,
    /// Custom fields by key; null clears one.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    #[serde(deserialize_with = "patch::map")]
    pub fields: FieldValues,
    pub signed_up_at: Option<DateTime<Utc>>,
    pub first_seen_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub last_page: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    /// Properties that a patch clears and that have no empty text.
    #[serde(skip)]
    #[cfg_attr(feature = "utoipa", schema(ignore))]
    pub cleared: BTreeSet<String>,
}

impl patch::Clears for CustomerInput {
    fn clear(&mut self, names: &[String]) {
        for name in names {
            let text = match name.as_str() {
                "name" => &mut self.name,
                "avatar_url" => &mut self.avatar_url,
                "job_title" => &mut self.job_title,
                "company" => &mut self.company,
                "language" => &mut self.language,
                "time_zone" => &mut self.time_zone,
                "city" => &mut self.city,
                "country" => &mut self.country,
                "address" => &mut self.address,
                "website" => &mut self.website,
                "source" => &mut self.source,
                "last_page" => &mut self.last_page,
                "browser" => &mut self.browser,
                "os" => &mut self.os,
                "tags" => {
                    self.tags = Some(Vec::new());
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

/// What an upsert did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Upserted<T> {
    pub item: T,
    pub created: bool,
}

/// The edit form. What is absent stays; an empty text clears. Lists are written `a, b`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CustomerEdit {
    /// The version that the form was filled from.
    pub version: i32,
    pub name: Option<String>,
    pub external_id: Option<String>,
    /// All e-mails, the primary one first.
    pub emails: Option<String>,
    /// All phones, the primary one first.
    pub phones: Option<String>,
    pub avatar_url: Option<String>,
    pub job_title: Option<String>,
    pub company: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub address: Option<String>,
    pub website: Option<String>,
    pub tags: Option<String>,
    /// Custom fields by key, as a form writes them. Of a sensitive one nothing leaves what is there.
    pub fields: BTreeMap<String, String>,
    /// Keys of sensitive fields that the form clears.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cleared_fields: BTreeSet<String>,
}

/// The form "New customer".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewCustomer {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub external_id: String,
    /// The account's name; found or created.
    pub account: String,
}

impl CustomerInput {
    /// The identifiers, normalised, without repeats, primary ones first.
    pub fn keys(&self) -> Result<Vec<Key>, AppError> {
        use IdentifierKind::{Email, ExternalId, Phone};
        let mut problems = Problems::default();
        let mut keys: Vec<Key> = Vec::new();
        let given = [
            (ExternalId, "external_id", &self.external_id),
            (Email, "email", &self.email),
            (Phone, "phone", &self.phone),
        ];
        let single =
            given.into_iter().filter_map(|(kind, field, text)| Some((kind, field, text.as_ref()?)));
        let emails = self.emails.iter().map(|text| (Email, "emails", text));
        let phones = self.phones.iter().map(|text| (Phone, "phones", text));
        // Empty texts say nothing here: clearing an identifier is an edit, not an upsert.
        for (kind, field, text) in
            single.chain(emails).chain(phones).filter(|(_, _, t)| !t.trim().is_empty())
        {
            match problems.check(Key::new(kind, field, text)) {
                Some(key) if !keys.contains(&key) => keys.push(key),
                _ => {}
            }
        }
        problems.finish()?;
        within_limit("emails", &keys, Email)?;
        within_limit("phones", &keys, Phone)?;
        Ok(keys)
    }
}

/// Refuses more identifiers of a kind than one customer has room for.
pub fn within_limit(field: &str, keys: &[Key], kind: IdentifierKind) -> Result<(), AppError> {
    if keys.iter().filter(|k| k.kind == kind).count() <= limits::IDENTIFIERS_MAX {
        return Ok(());
    }
    Err(AppError::invalid(field, format!("At most {} fit.", limits::IDENTIFIERS_MAX)))
}

impl CustomerEdit {
    /// What it says of custom fields.
    pub fn values(&self) -> FormValues<'_> {
        FormValues { texts: &self.fields, cleared: &self.cleared_fields }
    }

    /// All identifiers of a kind that the form lists, primary first; `None` leaves them.
    pub fn keys(&self, kind: IdentifierKind) -> Result<Option<Vec<Key>>, AppError> {
        let (field, text) = match kind {
            IdentifierKind::ExternalId => ("external_id", &self.external_id),
            IdentifierKind::Email => ("emails", &self.emails),
            IdentifierKind::Phone => ("phones", &self.phones),
            IdentifierKind::AnonymousId => return Ok(None),
        };
        let Some(text) = text else { return Ok(None) };
        let parts = match kind {
            IdentifierKind::ExternalId => {
                Some(text.trim().to_string()).filter(|t| !t.is_empty()).into_iter().collect()
            }
            _ => split_list(text),
        };
        let mut keys: Vec<Key> = Vec::new();
        for part in parts {
            let key = Key::new(kind, field, &part)?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        within_limit(field, &keys, kind)?;
        Ok(Some(keys))
    }

    /// The same changes as an API call would send them; custom fields stay aside.
    pub(super) fn as_input(&self) -> CustomerInput {
        CustomerInput {
            name: self.name.clone(),
            avatar_url: self.avatar_url.clone(),
            job_title: self.job_title.clone(),
            company: self.company.clone(),
            language: self.language.clone(),
            time_zone: self.time_zone.clone(),
            city: self.city.clone(),
            country: self.country.clone(),
            address: self.address.clone(),
            website: self.website.clone(),
            tags: self.tags.as_deref().map(split_list),
            ..CustomerInput::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(value: serde_json::Value) -> CustomerInput {
        serde_json::from_value(value).expect("a valid input")
    }

    #[test]
    fn unknown_properties_are_refused() {
        let error = serde_json::from_value::<CustomerInput>(json!({ "e_mail": "a@x.example" }))
            .unwrap_err();
        assert!(error.to_string().contains("e_mail"), "{error}");
    }

    #[test]
    fn null_clears_whatever_a_property_holds() {
        use crate::customer::CustomerDetails;
        use patch::Clears;
        let at: DateTime<Utc> = "2026-11-24T10:00:00Z".parse().expect("a time");
        let mut details = CustomerDetails {
            name: "Ada".into(),
            city: Some("London".into()),
            tags: vec!["vip".into()],
            signed_up_at: Some(at),
            last_seen_at: Some(at),
            ..Default::default()
        };
        let mut change = input(json!({ "city": null, "emails": null }));
        change.clear(&["city", "tags", "signed_up_at"].map(String::from));
        details.apply(&change, &[]).expect("cleared");
        assert_eq!((details.city, details.tags.len(), details.signed_up_at), (None, 0, None));
        assert_eq!(details.last_seen_at, Some(at));
    }

    #[test]
    fn keys_are_normalised_and_the_primary_comes_first() {
        let keys =
            input(json!({ "email": "B@x.example", "emails": ["a@x.example", "b@X.example"] }))
                .keys();
        let values: Vec<_> = keys.unwrap_or_default().into_iter().map(|k| k.value).collect();
        assert_eq!(values, ["b@x.example", "a@x.example"]);
    }

    #[test]
    fn the_edit_form_lists_all_emails() {
        let edit = CustomerEdit {
            emails: Some("New@x.example, old@x.example".into()),
            ..Default::default()
        };
        let keys = edit.keys(IdentifierKind::Email).expect("valid").unwrap_or_default();
        assert_eq!(
            keys.iter().map(|k| k.value.as_str()).collect::<Vec<_>>(),
            ["new@x.example", "old@x.example"]
        );
        assert_eq!(edit.keys(IdentifierKind::Phone), Ok(None));
        let many = (0..=limits::IDENTIFIERS_MAX)
            .map(|n| format!("a{n}@x.example"))
            .collect::<Vec<_>>()
            .join(",");
        let edit = CustomerEdit { emails: Some(many), ..Default::default() };
        assert!(edit.keys(IdentifierKind::Email).unwrap_err().field("emails").is_some());
    }
}
