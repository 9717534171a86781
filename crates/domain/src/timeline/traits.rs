//! What a sender says about a person or a company, read leniently: one strange value must
//! not lose the others.

use crate::change::{https_url, web_url};
use crate::customer::CustomerInput;
use crate::fields::{FieldDef, FieldValues, validate};
use crate::identity::{IdentifierKind, Key};
use crate::limits::{LINE_CHARS, NAME_CHARS, URL_CHARS};
use crate::text;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// The traits of an identify or group message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traits(Map<String, Value>);

impl Traits {
    /// Names that have a place of their own, as the protocol reserves them.
    const OWN: [&str; 16] = [
        "address",
        "avatar",
        "company",
        "createdAt",
        "created_at",
        "email",
        "firstName",
        "first_name",
        "lastName",
        "last_name",
        "name",
        "phone",
        "title",
        "website",
        "id",
        "username",
    ];

    pub fn new(traits: Map<String, Value>) -> Self {
        Self(traits)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A trait as one line of at most `max` characters; numbers count as text.
    pub fn line(&self, name: &str, max: usize) -> Option<String> {
        let text = match self.0.get(name)? {
            Value::String(text) => text::clean_line(text),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(text::excerpt(&text, max)).filter(|t| !t.is_empty())
    }

    /// The text of one of several spellings.
    pub fn any(&self, names: &[&str], max: usize) -> Option<String> {
        names.iter().find_map(|name| self.line(name, max))
    }

    /// A field of an object: `company.name`.
    pub fn inner(&self, name: &str, field: &str, max: usize) -> Option<String> {
        let object = self.0.get(name)?.as_object()?;
        Traits(object.clone()).line(field, max)
    }

    /// A time as text, or in seconds or milliseconds.
    pub fn time(&self, names: &[&str]) -> Option<DateTime<Utc>> {
        names.iter().find_map(|name| read_time(self.0.get(*name)?))
    }

    /// E-mail and phone, where they are such.
    pub fn keys(&self) -> Vec<Key> {
        let pairs = [("email", IdentifierKind::Email), ("phone", IdentifierKind::Phone)];
        pairs
            .into_iter()
            .filter_map(|(name, kind)| Key::new(kind, name, &self.line(name, LINE_CHARS)?).ok())
            .collect()
    }

    /// The properties and custom fields of a customer that the traits name and that hold what
    /// they should; the others are left out. Identifiers are not among them: see [`Self::keys`].
    pub fn to_input(&self, defs: &[FieldDef]) -> CustomerInput {
        let first = self.any(&["firstName", "first_name"], NAME_CHARS);
        let last = self.any(&["lastName", "last_name"], NAME_CHARS);
        let both = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = self.line("name", NAME_CHARS).or(Some(both).filter(|n| !n.is_empty()));
        let url = |name, check: fn(&str, &str) -> Result<String, crate::AppError>| {
            check(name, &self.line(name, URL_CHARS)?).ok()
        };
        CustomerInput {
            name: name.map(|n| text::excerpt(&n, NAME_CHARS)),
            job_title: self.line("title", LINE_CHARS),
            company: self
                .inner("company", "name", LINE_CHARS)
                .or_else(|| self.line("company", LINE_CHARS)),
            city: self.inner("address", "city", LINE_CHARS),
            country: self.inner("address", "country", LINE_CHARS),
            avatar_url: url("avatar", https_url),
            website: url("website", web_url),
            signed_up_at: self.time(&["createdAt", "created_at"]),
            fields: self.custom(defs),
            ..CustomerInput::default()
        }
    }

    /// The values of custom fields that are what the field holds.
    pub fn custom(&self, defs: &[FieldDef]) -> FieldValues {
        let fits = |(key, value): (String, &Value)| {
            let def = defs.iter().find(|d| d.key == key && !d.archived)?;
            validate(def, value).ok().map(|value| (key, value))
        };
        self.others().filter_map(fits).collect()
    }

    /// Everything that has no place of its own: keys as custom fields have them, and values.
    pub fn others(&self) -> impl Iterator<Item = (String, &Value)> {
        let own = |name: &str| Self::OWN.contains(&name);
        self.0.iter().filter(move |(name, _)| !own(name)).map(|(n, v)| (snake_case(n), v))
    }
}

/// `planName`, `Plan name` → `plan_name`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        match c {
            ' ' | '-' | '.' => out.push('_'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

pub(super) fn read_time(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => {
            let n = number.as_i64()?;
            // Seconds until the year 5138, milliseconds from 1973 on.
            if n.abs() < 100_000_000_000 {
                DateTime::from_timestamp(n, 0)
            } else {
                DateTime::from_timestamp_millis(n)
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{FieldEntity, FieldType};
    use crate::ids::{FieldId, Uuid};
    use serde_json::json;

    fn traits(value: Value) -> Traits {
        Traits(value.as_object().cloned().expect("an object"))
    }

    #[test]
    fn only_fields_that_are_defined_and_fit_are_taken() {
        let def = |key: &str, kind| FieldDef {
            id: FieldId(Uuid::nil()),
            entity: FieldEntity::Customer,
            key: key.into(),
            label: key.into(),
            kind,
            options: Vec::new(),
            position: 0,
            archived: false,
        };
        let defs = [def("plan_name", FieldType::Text), def("seats", FieldType::Number)];
        let input = traits(json!({"planName": "pro", "seats": "many", "role": "admin",
            "avatar": "javascript:alert(1)", "firstName": "Ada", "lastName": "King"}))
        .to_input(&defs);
        assert_eq!(input.fields, FieldValues::from([("plan_name".into(), json!("pro"))]));
        assert_eq!((input.name.as_deref(), input.avatar_url), (Some("Ada King"), None));
    }

    #[test]
    fn what_is_no_address_identifies_nobody() {
        let keys = traits(json!({"email": "Ada@X.example", "phone": "call me"})).keys();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].value, "ada@x.example");
    }

    #[test]
    fn traits_are_read_whatever_their_spelling() {
        let traits =
            traits(json!({"firstName": " Ada ", "planName": "pro", "createdAt": 1_600_000_000,
                "company": {"name": "Northwind"}, "email": ["x"]}));
        assert_eq!(traits.any(&["name", "firstName"], 50).as_deref(), Some("Ada"));
        assert_eq!(traits.inner("company", "name", 50).as_deref(), Some("Northwind"));
        assert_eq!(traits.line("email", 50), None);
        assert!(traits.time(&["createdAt"]).is_some());
        assert_eq!(traits.others().map(|(k, _)| k).collect::<Vec<_>>(), ["plan_name"]);
    }
}
