//! What a sender says about a person or a company, read leniently: one strange value must
//! not lose the others, and what could not be read is told.

use super::own::Aside;
use crate::account::{AccountInput, read_domains};
use crate::change::{https_url, web_url};
use crate::customer::CustomerInput;
use crate::error::AppError;
use crate::fields::{FieldDef, FieldValues, read_near};
use crate::identity::{IdentifierKind, Key};
use crate::limits::{LINE_CHARS, NAME_CHARS, URL_CHARS};
use crate::{json, locale, text, times};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// Names listed when no field takes their traits.
const UNPLACED_SHOWN: usize = 12;

/// The traits of an identify or group message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traits(Map<String, Value>);

/// What traits come to: changes, and what could not be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading<T> {
    pub input: T,
    pub aside: Vec<Aside>,
}

/// A name as it is compared: `planName`, `Plan name`, `plan_name` and `PLAN-NAME` are one, and so
/// are `CRM ID` and `crmId`.
pub(super) fn squashed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One reading of traits: which were looked for, and what did not read.
struct Reader<'a> {
    traits: Vec<(String, &'a str, &'a Value)>,
    known: Vec<&'a str>,
    aside: Vec<Aside>,
}

impl<'a> Reader<'a> {
    fn new(traits: &'a Traits) -> Self {
        let named = traits.0.iter().map(|(name, value)| (squashed(name), name.as_str(), value));
        Self { traits: named.collect(), known: Vec::new(), aside: Vec::new() }
    }

    /// The first trait with one of these names, squashed.
    fn find(&mut self, names: &[&str]) -> Option<(&'a str, &'a Value)> {
        let mut found = None;
        for wanted in names {
            for (name, own, value) in &self.traits {
                if name == wanted {
                    self.known.push(own);
                    found = found.or(Some((*own, *value)));
                }
            }
        }
        found
    }

    fn set_aside(&mut self, name: &str, value: &Value, why: impl Into<String>) {
        self.aside.push(Aside::new(&format!("traits.{name}"), value.clone(), why));
    }

    /// A trait by its rule; null and nothing clear.
    fn checked(
        &mut self,
        names: &[&str],
        max: usize,
        rule: impl Fn(&str, &str) -> Result<String, AppError>,
    ) -> Option<String> {
        let (name, value) = self.find(names)?;
        if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
            return Some(String::new());
        }
        let Some(line) = line_of(value, max) else {
            self.set_aside(name, value, "This has to be text.");
            return None;
        };
        if line.is_empty() {
            return Some(line);
        }
        match rule("trait", &line) {
            Ok(line) => Some(line),
            Err(error) => {
                self.set_aside(name, value, first_message(error));
                None
            }
        }
    }

    fn line(&mut self, names: &[&str], max: usize) -> Option<String> {
        self.checked(names, max, |_, line| Ok(line.into()))
    }

    /// A line that may be a thing with a name, as companies are.
    fn named(&mut self, names: &[&str]) -> Option<String> {
        match self.find(names)? {
            (_, Value::Object(thing)) => thing.get("name").and_then(|n| line_of(n, LINE_CHARS)),
            _ => self.line(names, LINE_CHARS),
        }
    }

    fn time(&mut self, names: &[&str]) -> Option<DateTime<Utc>> {
        let (name, value) = self.find(names)?;
        let time = times::read(value);
        let empty = value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty());
        if time.is_none() && !empty {
            self.set_aside(name, value, "This is no time; 2026-11-24T09:14:00Z is one.");
        }
        time
    }

    /// Values of custom fields that the traits name by key or label and that can be read as what
    /// the field holds.
    fn custom(&mut self, defs: &'a [FieldDef]) -> FieldValues {
        let mut values = FieldValues::new();
        let defs: Vec<(&FieldDef, String, String)> = defs
            .iter()
            .filter(|def| !def.archived)
            .map(|def| (def, squashed(&def.key), squashed(&def.label)))
            .collect();
        for (name, own, value) in &self.traits {
            let exact = defs.iter().find(|(def, ..)| def.key == *own);
            let by_key = || defs.iter().find(|(_, key, _)| key == name);
            let by_label = || defs.iter().find(|(_, _, label)| label == name);
            let Some((def, ..)) = exact.or_else(by_key).or_else(by_label) else { continue };
            self.known.push(own);
            match read_near(def, value) {
                Ok(value) => drop(values.insert(def.key.clone(), value)),
                Err(error) => {
                    let field = format!("traits.{own}");
                    self.aside.push(Aside::new(&field, (*value).clone(), first_message(error)));
                }
            }
        }
        values
    }

    /// What could not be read, and which traits no field takes.
    fn finish<T>(mut self, input: T) -> Reading<T> {
        let known = |own: &str| self.known.contains(&own);
        let unplaced: Vec<_> = self.traits.iter().filter(|(_, own, _)| !known(own)).collect();
        if !unplaced.is_empty() {
            let mut shown: Vec<String> = unplaced
                .iter()
                .take(UNPLACED_SHOWN)
                .map(|(_, own, _)| text::excerpt(own, 60))
                .collect();
            if unplaced.len() > UNPLACED_SHOWN {
                shown.push(format!("{} more", unplaced.len() - UNPLACED_SHOWN));
            }
            let sent =
                unplaced.iter().map(|(_, own, value)| ((*own).to_string(), (*value).clone()));
            let why = format!("No field takes {}.", shown.join(", "));
            self.aside.push(Aside::new("traits", Value::Object(sent.collect()), why));
        }
        Reading { input, aside: self.aside }
    }
}

fn first_message(error: AppError) -> String {
    match error {
        AppError::Invalid(errors) => {
            errors.into_iter().next().map(|e| e.message).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

/// A value as one line of at most `max` characters; numbers count as text.
fn line_of(value: &Value, max: usize) -> Option<String> {
    match value {
        Value::String(_) | Value::Number(_) => Some(text::excerpt(&json::scalar(value)?, max)),
        _ => None,
    }
}

impl Traits {
    pub fn new(traits: Map<String, Value>) -> Self {
        Self(traits)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// E-mail and phone, where they are such.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for (names, kind) in IDENTIFYING {
            let value = self.0.iter().find(|(name, _)| names.contains(&squashed(name).as_str()));
            let Some((name, value)) = value else { continue };
            keys.extend(line_of(value, LINE_CHARS).and_then(|l| Key::new(kind, name, &l).ok()));
        }
        keys
    }

    /// The properties and custom fields of a customer that the traits name, as far as they can be
    /// read; null clears one. Identifiers are not among them: see [`Self::keys`].
    pub fn to_input(&self, defs: &[FieldDef]) -> Reading<CustomerInput> {
        let mut r = Reader::new(self);
        for (names, kind) in IDENTIFYING {
            r.checked(names, LINE_CHARS, |field, line| {
                Key::new(kind, field, line).map(|k| k.value)
            });
        }
        let first = r.line(&["firstname", "givenname"], NAME_CHARS);
        let last = r.line(&["lastname", "familyname", "surname"], NAME_CHARS);
        let both = [first, last].into_iter().flatten().filter(|part| !part.is_empty());
        let both = both.collect::<Vec<_>>().join(" ");
        // Nobody is without a name: nothing and null leave it.
        let name = r.line(&["name", "fullname", "displayname"], NAME_CHARS);
        let name = name.into_iter().chain([both]).find(|n| !n.is_empty());
        let (city, country, address) = r.address();
        let input = CustomerInput {
            name: name.map(|n| text::excerpt(&n, NAME_CHARS)),
            job_title: r.line(&["title", "jobtitle"], LINE_CHARS),
            company: r.named(&["company", "companyname"]),
            city: r.line(&["city"], LINE_CHARS).or(city),
            country: r.line(&["country"], LINE_CHARS).or(country),
            address,
            avatar_url: r.checked(&["avatar", "avatarurl"], URL_CHARS, https_url),
            website: r.checked(&["website"], URL_CHARS, web_url),
            language: r.checked(&["language", "locale"], LINE_CHARS, locale::language),
            time_zone: r.checked(&["timezone"], LINE_CHARS, locale::time_zone),
            signed_up_at: r.time(&["createdat", "signedupat", "created"]),
            fields: r.custom(defs),
            ..CustomerInput::default()
        };
        r.find(&["id"]);
        r.finish(input)
    }

    /// The same of an account.
    pub fn to_account(&self, defs: &[FieldDef]) -> Reading<AccountInput> {
        let mut r = Reader::new(self);
        let name = r.line(&["name", "companyname"], NAME_CHARS).filter(|n| !n.is_empty());
        let input = AccountInput {
            name,
            domains: r.domains(),
            website: r.checked(&["website"], URL_CHARS, web_url),
            phone: r.line(&["phone", "phonenumber"], LINE_CHARS),
            industry: r.line(&["industry"], LINE_CHARS),
            employee_count: r.count(&["employees", "employeecount", "numberofemployees"]),
            plan: r.named(&["plan", "planname"]),
            health: r.line(&["health"], LINE_CHARS),
            fields: r.custom(defs),
            ..AccountInput::default()
        };
        r.find(&["id", "groupid"]);
        r.finish(input)
    }
}

/// Traits that identify people.
const IDENTIFYING: [(&[&str], IdentifierKind); 2] = [
    (&["email", "emailaddress"], IdentifierKind::Email),
    (&["phone", "phonenumber"], IdentifierKind::Phone),
];

impl Reader<'_> {
    /// City, country, and the address where it is text.
    fn address(&mut self) -> (Option<String>, Option<String>, Option<String>) {
        let part = |place: &Map<String, Value>, name: &str| match place.get(name)? {
            Value::Null => Some(String::new()),
            value => line_of(value, LINE_CHARS),
        };
        match self.find(&["address"]) {
            Some((_, Value::Object(place))) => (part(place, "city"), part(place, "country"), None),
            Some((_, Value::Null)) => {
                (Some(String::new()), Some(String::new()), Some(String::new()))
            }
            _ => (None, None, self.line(&["address"], LINE_CHARS)),
        }
    }

    /// A whole number, such as how many people work there.
    fn count(&mut self, names: &[&str]) -> Option<i32> {
        let (name, value) = self.find(names)?;
        let text = json::scalar(value).map(|t| t.trim().replace([',', ' ', '_'], ""));
        let count = text.as_deref().and_then(|t| t.parse::<i32>().ok()).filter(|n| *n >= 0);
        if count.is_none() && !value.is_null() && text.as_deref() != Some("") {
            self.set_aside(name, value, "This is not a whole number.");
        }
        count
    }

    /// The domains that a text or a list names.
    fn domains(&mut self) -> Option<Vec<String>> {
        let (name, value) = self.find(&["domain", "domains"])?;
        let given: Vec<String> = match value {
            Value::String(text) => crate::change::split_list(text),
            Value::Array(list) => list.iter().filter_map(json::scalar).collect(),
            _ => return None,
        };
        match read_domains(&given) {
            Ok(domains) => Some(domains),
            Err(error) => {
                self.set_aside(name, value, first_message(error));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
