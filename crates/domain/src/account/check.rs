//! What an account may be: the rules for what the API and the form say of one.

use super::{AccountDetails, AccountEdit, AccountInput};
use crate::change::{self, split_list};
use crate::error::{AppError, Problems};
use crate::fields::{self, FieldDef};
use crate::{limits, money, text};

/// Most people that an account can be said to employ.
const EMPLOYEES_MAX: i32 = 10_000_000;
/// Most minor units: far beyond any amount, far from overflow.
const MINOR_MAX: i64 = 1_000_000_000_000_000;

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
        p.check(fields::apply_form(defs, edit.values(), &mut self.fields));
        self.finish(problems)
    }

    fn apply_texts(&mut self, p: &mut Problems, texts: &Texts<'_>) {
        change::name(p, &mut self.name, texts.name.as_deref());
        for (field, slot, given) in [
            ("industry", &mut self.industry, texts.industry),
            ("plan", &mut self.plan, texts.plan),
            ("health", &mut self.health, texts.health),
        ] {
            change::line(p, field, slot, given.as_deref(), limits::LINE_CHARS);
        }
        change::checked(p, "phone", &mut self.phone, texts.phone.as_deref(), |field, text| {
            if text.contains(|c: char| c.is_ascii_digit()) {
                return crate::text::required_line(field, text, limits::LINE_CHARS);
            }
            Err(AppError::invalid(field, "This is not a phone number."))
        });
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
