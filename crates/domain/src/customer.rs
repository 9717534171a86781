//! Customers and visitors: what is known of them, and how that changes.

use crate::account::{AccountKey, AccountRef};
use crate::change::{self, split_list};
use crate::error::{AppError, Problems};
use crate::fields::{self, FieldDef, FieldValues};
use crate::identity::{IdentifierKind, Key};
use crate::ids::{AccountId, CustomerId};
use crate::page::Cursor;
use crate::{limits, text, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

vocabulary! {
    /// How sure we are who somebody is.
    CustomerKind {
        Visitor => "visitor", "Visitor";
        Customer => "customer", "Customer";
    }
}

vocabulary! {
    /// The orders of the customer list.
    CustomerSort {
        Activity => "activity", "Last activity";
        Name => "name", "Name";
        Created => "created", "Created";
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
    /// Who vouches for it: `api`, `signed`, `mail` or `agent`.
    pub verified_by: Option<String>,
}

impl Identifier {
    /// By which rule it counts, and since when, in a few words.
    pub fn how_verified(&self) -> String {
        let rule = match self.verified_by.as_deref() {
            Some("api") => "sent by your server",
            Some("signed") => "signed by your server",
            Some("mail") => "a mail from it passed its checks",
            Some("agent") => "entered by an agent",
            _ => return "not verified".into(),
        };
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

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CustomerRow {
    pub id: CustomerId,
    pub kind: CustomerKind,
    pub name: String,
    pub avatar_url: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub external_id: Option<String>,
    pub account: Option<AccountRef>,
    pub open_tickets: i32,
    pub total_tickets: i32,
    pub last_activity_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// One page of the customer list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CustomerPage {
    pub items: Vec<CustomerRow>,
    /// Where the next page starts; its form depends on the order.
    pub next: Option<String>,
    /// The account that the list is limited to.
    pub account: Option<AccountRef>,
}

/// A position in the customer list: a time or a name, and the id that tells equals apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListCursor {
    Time(Cursor),
    /// The name in lower case, as the database folds it.
    Name(String, CustomerId),
}

impl ListCursor {
    pub fn time(at: DateTime<Utc>, id: CustomerId) -> Self {
        Self::Time(Cursor::new(at, id.0))
    }

    /// Reads the `after` of a list in this order.
    pub fn parse(sort: CustomerSort, text: &str) -> Result<Self, AppError> {
        let bad = || AppError::invalid("after", "This is not a position in this list.");
        if sort != CustomerSort::Name {
            return text.parse().map(Self::Time).map_err(|_| bad());
        }
        let (id, hex) = text.split_once('-').ok_or_else(bad)?;
        let id = id.parse().map_err(|_| bad())?;
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        // Four bytes a character, two digits a byte.
        if hex.len() % 2 != 0 || hex.len() > limits::NAME_CHARS * 8 || hex.contains('+') {
            return Err(bad());
        }
        let bytes: Option<Vec<u8>> = hex.as_bytes().chunks(2).map(byte).collect();
        let name = bytes.and_then(|b| String::from_utf8(b).ok()).filter(|n| !n.contains('\0'));
        Ok(Self::Name(name.ok_or_else(bad)?, id))
    }
}

impl std::fmt::Display for ListCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Time(cursor) => cursor.fmt(f),
            // Hexadecimal, so that a name needs no escaping in an address.
            Self::Name(name, id) => {
                write!(f, "{id}-")?;
                name.bytes().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }
    }
}

/// What the customer list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "utoipa", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields, default)]
pub struct CustomerQuery {
    /// Name, e-mail, phone, external id or account, or a part of one.
    pub q: Option<String>,
    /// Only customers of this account.
    pub account: Option<AccountId>,
    pub sort: Option<CustomerSort>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Rows on a page: 50 unless asked otherwise, at most 200.
    pub limit: Option<u32>,
}

/// A customer as another system knows them: created, or found by external id, else by
/// e-mail, and changed. What is absent or null stays; an empty string clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CustomerInput {
    pub external_id: Option<String>,
    /// Becomes the primary e-mail.
    pub email: Option<String>,
    /// More e-mails; those there are stay.
    pub emails: Vec<String>,
    /// Becomes the primary phone.
    pub phone: Option<String>,
    /// More phones; those there are stay.
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
    pub fields: FieldValues,
    pub signed_up_at: Option<DateTime<Utc>>,
    pub first_seen_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub last_page: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
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
    /// Custom fields by key, as a form writes them.
    pub fields: BTreeMap<String, String>,
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
    fn as_input(&self) -> CustomerInput {
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

impl CustomerDetails {
    /// Takes the properties of `input`; all that is wrong is said at once.
    pub fn apply(&mut self, input: &CustomerInput, defs: &[FieldDef]) -> Result<(), AppError> {
        let mut problems = Problems::default();
        self.apply_properties(&mut problems, input);
        problems.check(fields::apply(defs, &input.fields, &mut self.fields));
        problems.finish()
    }

    /// Takes the properties of the edit form.
    pub fn apply_edit(&mut self, edit: &CustomerEdit, defs: &[FieldDef]) -> Result<(), AppError> {
        let mut problems = Problems::default();
        self.apply_properties(&mut problems, &edit.as_input());
        problems.check(fields::apply_form(defs, &edit.fields, &mut self.fields));
        problems.finish()
    }

    fn apply_properties(&mut self, problems: &mut Problems, input: &CustomerInput) {
        let p = problems;
        change::name(p, &mut self.name, input.name.as_deref());
        for (field, slot, given) in [
            ("job_title", &mut self.job_title, &input.job_title),
            ("company", &mut self.company, &input.company),
            ("city", &mut self.city, &input.city),
            ("country", &mut self.country, &input.country),
            ("browser", &mut self.browser, &input.browser),
            ("os", &mut self.os, &input.os),
        ] {
            change::line(p, field, slot, given.as_deref(), limits::LINE_CHARS);
        }
        change::line(
            p,
            "last_page",
            &mut self.last_page,
            input.last_page.as_deref(),
            limits::URL_CHARS,
        );
        let address =
            |field: &str, given: &str| text::required_text(field, given, limits::LINE_CHARS);
        change::checked(p, "address", &mut self.address, input.address.as_deref(), address);
        change::checked(
            p,
            "avatar_url",
            &mut self.avatar_url,
            input.avatar_url.as_deref(),
            change::https_url,
        );
        change::checked(p, "website", &mut self.website, input.website.as_deref(), change::web_url);
        change::checked(p, "language", &mut self.language, input.language.as_deref(), language);
        change::checked(p, "time_zone", &mut self.time_zone, input.time_zone.as_deref(), time_zone);
        if let Some(source) = &input.source
            && let Some(source) = p.check(text::required_line("source", source, limits::LINE_CHARS))
        {
            self.source = source;
        }
        if let Some(tags) = &input.tags
            && let Some(tags) = p.check(change::tags("tags", tags))
        {
            self.tags = tags;
        }
        self.signed_up_at = input.signed_up_at.or(self.signed_up_at);
        self.first_seen_at = input.first_seen_at.or(self.first_seen_at);
        self.last_seen_at = input.last_seen_at.or(self.last_seen_at);
    }
}

/// What a customer without a name is called: their first identifier.
pub fn default_name(keys: &[Key]) -> String {
    use IdentifierKind::{Email, ExternalId, Phone};
    let of_kind = |kind| keys.iter().find(|k: &&Key| k.kind == kind);
    let key = [Email, Phone, ExternalId].into_iter().find_map(of_kind);
    key.map_or_else(|| "Visitor".into(), |k| text::excerpt(&k.value, limits::NAME_CHARS))
}

fn language(field: &str, given: &str) -> Result<String, AppError> {
    let shape = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if given.len() <= 35 && given.chars().all(shape) {
        return Ok(given.into());
    }
    Err(AppError::invalid(field, "A language is a code such as en or pt-BR."))
}

fn time_zone(field: &str, given: &str) -> Result<String, AppError> {
    let shape = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    if given.len() <= 64 && given.chars().all(shape) {
        return Ok(given.into());
    }
    Err(AppError::invalid(field, "A time zone is a name such as Europe/Berlin."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Uuid;
    use proptest::prelude::*;
    use serde_json::json;

    fn input(value: serde_json::Value) -> CustomerInput {
        serde_json::from_value(value).expect("a valid input")
    }

    proptest! {
        #[test]
        fn a_position_by_name_round_trips(name in "[^\0]{0,200}", id: u128) {
            let cursor = ListCursor::Name(name, CustomerId(Uuid::from_u128(id)));
            prop_assert_eq!(ListCursor::parse(CustomerSort::Name, &cursor.to_string()), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_position_or_an_error(s in "\\PC{0,60}", sort in prop::sample::select(CustomerSort::ALL)) {
            if let Ok(cursor) = ListCursor::parse(sort, &s) {
                prop_assert_eq!(cursor.to_string().to_lowercase(), s.to_lowercase());
            }
        }
    }

    #[test]
    fn unknown_properties_are_refused() {
        let error = serde_json::from_value::<CustomerInput>(json!({ "e_mail": "a@x.example" }))
            .unwrap_err();
        assert!(error.to_string().contains("e_mail"), "{error}");
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
    fn all_wrong_properties_are_named_at_once() {
        let wrong = input(json!({
            "name": " ", "avatar_url": "http://x.example/a.png", "website": "javascript:alert(1)",
            "time_zone": "Berlin!", "fields": { "ghost": 1 }
        }));
        let error = CustomerDetails::default().apply(&wrong, &[]).unwrap_err();
        for field in ["name", "avatar_url", "website", "time_zone", "fields.ghost"] {
            assert!(error.field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn absent_stays_and_empty_clears() {
        let mut details = CustomerDetails { city: Some("Austin".into()), ..Default::default() };
        details.apply(&input(json!({ "city": null })), &[]).expect("null changes nothing");
        assert_eq!(details.city.as_deref(), Some("Austin"));
        details.apply(&input(json!({ "city": "" })), &[]).expect("empty clears");
        assert_eq!(details.city, None);
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
