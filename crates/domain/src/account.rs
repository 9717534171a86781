//! Accounts: the companies that customers belong to.

use crate::change::{self, split_list};
use crate::error::{AppError, Problems};
use crate::fields::{self, FieldDef, FieldValues};
use crate::ids::{AccountId, UserId};
use crate::{limits, money, patch, text};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most people that an account can be said to employ.
const EMPLOYEES_MAX: i32 = 10_000_000;
/// Most minor units: far beyond any amount, far from overflow.
const MINOR_MAX: i64 = 1_000_000_000_000_000;

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
    /// Custom fields by key, as a form writes them.
    pub fields: BTreeMap<String, String>,
}

impl AccountEdit {
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

impl AccountDetails {
    /// Takes the properties of `input`; all that is wrong is said at once.
    pub fn apply(&mut self, input: &AccountInput, defs: &[FieldDef]) -> Result<(), AppError> {
        let mut problems = Problems::default();
        let texts = Texts {
            name: &input.name,
            external_id: &input.external_id,
            website: &input.website,
            phone: &input.phone,
            industry: &input.industry,
            plan: &input.plan,
            currency: &input.currency,
            health: &input.health,
        };
        self.apply_texts(&mut problems, &texts);
        if let Some(domains) = &input.domains
            && let Some(domains) = problems.check(read_domains(domains))
        {
            self.domains = domains;
        }
        let cleared = |name: &str| input.cleared.contains(name);
        if cleared("employee_count") {
            self.employee_count = None;
        }
        if cleared("mrr_minor") {
            self.mrr_minor = None;
        }
        if cleared("renewal_date") {
            self.renewal_date = None;
        }
        if let Some(count) = input.employee_count
            && let Some(count) = problems.check(check_employees(count))
        {
            self.employee_count = Some(count);
        }
        if let Some(minor) = input.mrr_minor {
            self.mrr_minor = problems.check(check_minor("mrr_minor", minor));
        }
        self.renewal_date = input.renewal_date.or(self.renewal_date);
        problems.check(fields::apply(defs, &input.fields, &mut self.fields));
        self.finish(problems)
    }

    /// Takes the properties of the edit form.
    pub fn apply_edit(&mut self, edit: &AccountEdit, defs: &[FieldDef]) -> Result<(), AppError> {
        let mut problems = Problems::default();
        let p = &mut problems;
        let texts = Texts {
            name: &edit.name,
            external_id: &edit.external_id,
            website: &edit.website,
            phone: &edit.phone,
            industry: &edit.industry,
            plan: &edit.plan,
            currency: &edit.currency,
            health: &edit.health,
        };
        self.apply_texts(p, &texts);
        if let Some(domains) = &edit.domains
            && let Some(domains) = p.check(read_domains(&split_list(domains)))
        {
            self.domains = domains;
        }
        let whole = |field: &str, text: &str| {
            let count =
                text.parse().map_err(|_| AppError::invalid(field, "This is not a whole number."));
            count.and_then(check_employees)
        };
        change::checked(
            p,
            "employee_count",
            &mut self.employee_count,
            edit.employee_count.as_deref(),
            whole,
        );
        let currency = self.currency.clone().unwrap_or_default();
        let amount = |field: &str, text: &str| {
            money::parse(field, text, &currency).and_then(|n| check_minor(field, n))
        };
        change::checked(p, "mrr", &mut self.mrr_minor, edit.mrr.as_deref(), amount);
        let date = |field: &str, text: &str| {
            text.parse().map_err(|_| {
                AppError::invalid(field, "This is not a date; 2026-11-24 would be one.")
            })
        };
        change::checked(
            p,
            "renewal_date",
            &mut self.renewal_date,
            edit.renewal_date.as_deref(),
            date,
        );
        p.check(fields::apply_form(defs, &edit.fields, &mut self.fields));
        self.finish(problems)
    }

    fn apply_texts(&mut self, p: &mut Problems, texts: &Texts<'_>) {
        change::name(p, &mut self.name, texts.name.as_deref());
        for (field, slot, given) in [
            ("phone", &mut self.phone, texts.phone),
            ("industry", &mut self.industry, texts.industry),
            ("plan", &mut self.plan, texts.plan),
            ("health", &mut self.health, texts.health),
        ] {
            change::line(p, field, slot, given.as_deref(), limits::LINE_CHARS);
        }
        change::checked(
            p,
            "external_id",
            &mut self.external_id,
            texts.external_id.as_deref(),
            crate::identity::opaque_id,
        );
        change::checked(p, "website", &mut self.website, texts.website.as_deref(), change::web_url);
        change::checked(
            p,
            "currency",
            &mut self.currency,
            texts.currency.as_deref(),
            money::currency,
        );
    }

    fn finish(&self, mut problems: Problems) -> Result<(), AppError> {
        if self.name.is_empty() {
            problems.add("name", "Name cannot be empty.");
        }
        if self.mrr_minor.is_some() && self.currency.is_none() {
            problems.add("currency", "An amount needs its currency.");
        }
        if self.renewal_date.is_some_and(|d| !(1..=9999).contains(&chrono::Datelike::year(&d))) {
            problems.add("renewal_date", "This date is too far away.");
        }
        problems.finish()
    }
}

/// The text properties that API and form have in common.
struct Texts<'a> {
    name: &'a Option<String>,
    external_id: &'a Option<String>,
    website: &'a Option<String>,
    phone: &'a Option<String>,
    industry: &'a Option<String>,
    plan: &'a Option<String>,
    currency: &'a Option<String>,
    health: &'a Option<String>,
}

fn check_employees(count: i32) -> Result<i32, AppError> {
    if (0..=EMPLOYEES_MAX).contains(&count) {
        return Ok(count);
    }
    Err(AppError::invalid("employee_count", format!("Between 0 and {EMPLOYEES_MAX}, please.")))
}

fn check_minor(field: &str, minor: i64) -> Result<i64, AppError> {
    if (0..=MINOR_MAX).contains(&minor) {
        return Ok(minor);
    }
    Err(AppError::invalid(field, "This amount is out of range."))
}

/// Takes domains as people write them: bare, with `@`, as a web address or an e-mail's.
pub fn read_domains(given: &[String]) -> Result<Vec<String>, AppError> {
    let mut domains: Vec<String> = Vec::new();
    for domain in given {
        let domain = domain_of(domain);
        let shape = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
        if domain.is_empty()
            || domain.len() > 253
            || !domain.contains('.')
            || !domain.chars().all(shape)
        {
            let shown = text::excerpt(&domain, 60);
            return Err(AppError::invalid("domains", format!("“{shown}” is not a domain.")));
        }
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if domains.len() > limits::ACCOUNT_DOMAINS_MAX {
        return Err(AppError::invalid(
            "domains",
            format!("At most {} fit.", limits::ACCOUNT_DOMAINS_MAX),
        ));
    }
    Ok(domains)
}

/// `https://www.northwind.example:8080/about` and `@Northwind.example.` → `northwind.example`.
fn domain_of(text: &str) -> String {
    let line = text::clean_line(text).to_lowercase();
    let host = line.split_once("://").map_or(line.as_str(), |(_, rest)| rest);
    let host = host.trim_start_matches("//").split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(host, _)| host).trim_end_matches('.');
    match host.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => text::domain(rest),
        _ => text::domain(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> AccountDetails {
        AccountDetails { name: "Northwind".into(), ..Default::default() }
    }

    #[test]
    fn an_amount_needs_its_currency() {
        let input = AccountInput { mrr_minor: Some(480_000), ..Default::default() };
        assert!(named().apply(&input, &[]).unwrap_err().field("currency").is_some());
        let input = AccountInput { currency: Some("usd".into()), ..input };
        let mut details = named();
        details.apply(&input, &[]).expect("complete");
        assert_eq!(details.currency.as_deref(), Some("USD"));
    }

    #[test]
    fn the_form_reads_amount_count_and_date() {
        let mut details = named();
        let edit = AccountEdit {
            mrr: Some("4,800".into()),
            currency: Some("USD".into()),
            employee_count: Some("120".into()),
            renewal_date: Some("2027-03-01".into()),
            domains: Some("Northwind.example, @nw.example".into()),
            ..Default::default()
        };
        details.apply_edit(&edit, &[]).expect("valid");
        assert_eq!((details.mrr_minor, details.employee_count), (Some(480_000), Some(120)));
        assert_eq!(details.domains, ["northwind.example", "nw.example"]);
        let clear = AccountEdit {
            mrr: Some("".into()),
            renewal_date: Some("".into()),
            ..Default::default()
        };
        details.apply_edit(&clear, &[]).expect("valid");
        assert_eq!((details.mrr_minor, details.renewal_date), (None, None));
    }

    #[test]
    fn domains_are_read_however_they_are_written() {
        for given in [
            "northwind.example",
            "@Northwind.example",
            "https://northwind.example",
            "http://www.northwind.example:8080/about?x#y",
            "www.northwind.example",
            "//northwind.example/",
            "sales@northwind.example",
            "northwind.example.",
        ] {
            let read = read_domains(&[given.into()]);
            assert_eq!(read.as_deref(), Ok(&["northwind.example".to_string()][..]), "{given}");
        }
        for bad in ["", "localhost", "https://", "a b.example"] {
            assert!(read_domains(&[bad.into()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn wrong_values_are_named() {
        let edit = AccountEdit {
            name: Some("".into()),
            employee_count: Some("many".into()),
            domains: Some("localhost".into()),
            renewal_date: Some("soon".into()),
            ..Default::default()
        };
        let error = named().apply_edit(&edit, &[]).unwrap_err();
        for field in ["name", "employee_count", "domains", "renewal_date"] {
            assert!(error.field(field).is_some(), "{field}");
        }
        assert!(AccountEdit { owner_id: Some("me".into()), ..Default::default() }.owner().is_err());
    }
}
