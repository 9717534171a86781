//! Merging two customers: what the preview shows, what is taken over, what can go back.

use crate::customer::{Customer, CustomerDetails};
use crate::fields::HIDDEN;
use crate::ids::{AccountId, CustomerId, MergeId};
use crate::vocabulary;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

vocabulary! {
    /// The fields that an agent chooses one by one.
    FieldChoice {
        Name => "name", "Name";
        Account => "account", "Account";
        AvatarUrl => "avatar_url", "Picture";
        JobTitle => "job_title", "Job title";
        Company => "company", "Company";
        Language => "language", "Language";
        TimeZone => "time_zone", "Time zone";
        City => "city", "City";
        Country => "country", "Country";
        Address => "address", "Address";
        Website => "website", "Website";
        Tags => "tags", "Tags";
        Fields => "fields", "Custom fields";
    }
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub field: FieldChoice,
    pub survivor: String,
    pub merged: String,
    /// What is chosen unless the agent says otherwise: the merged value where the survivor
    /// has none.
    pub take: bool,
}

/// What merging would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergePreview {
    pub survivor: Customer,
    pub merged: Customer,
    pub differences: Vec<Difference>,
}

/// A merge of the past, as the survivor's page lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastMerge {
    pub id: MergeId,
    /// Who was merged.
    pub name: String,
    pub merged_at: DateTime<Utc>,
    pub actor: String,
    pub undone_at: Option<DateTime<Utc>>,
    pub can_undo: bool,
}

/// The agent's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeForm {
    /// Who is merged into the customer of the page.
    pub other: CustomerId,
    /// Fields that the survivor takes over.
    pub take: BTreeSet<FieldChoice>,
    /// The versions that the preview showed; a server that merges knows none.
    pub versions: Option<(i32, i32)>,
}

/// A field that the survivor took over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    pub field: FieldChoice,
    pub before: Value,
    pub after: Value,
}

impl MergePreview {
    pub fn new(survivor: Customer, merged: Customer) -> Self {
        let differences = FieldChoice::ALL
            .iter()
            .filter_map(|field| {
                let (ours, theirs) = (of(&survivor, *field), of(&merged, *field));
                // Whether hidden values are the same would say what they are.
                let hidden =
                    *field == FieldChoice::Fields && !merged.details.hidden_fields.is_empty();
                if !hidden && (ours == theirs || is_empty(&theirs)) {
                    return None;
                }
                Some(Difference {
                    field: *field,
                    survivor: text(&survivor, *field, &ours),
                    merged: text(&merged, *field, &theirs),
                    take: text(&survivor, *field, &ours).is_empty(),
                })
            })
            .collect();
        Self { survivor, merged, differences }
    }
}

/// The survivor after taking over what was chosen, and what that changed. Custom fields in `kept` stay as
/// they are.
pub fn take(
    survivor: &Customer,
    merged: &Customer,
    chosen: &BTreeSet<FieldChoice>,
    kept: &[String],
) -> (CustomerDetails, Option<AccountId>, Vec<Taken>) {
    let mut details = survivor.details.clone();
    let mut account = survivor.account.as_ref().map(|a| a.id);
    let mut taken = Vec::new();
    for field in chosen {
        let (before, mut after) = (of(survivor, *field), of(merged, *field));
        if let (FieldChoice::Fields, Value::Object(after)) = (field, &mut after) {
            for key in kept {
                let own = survivor.details.fields.get(key);
                own.map(|own| after.insert(key.clone(), own.clone()));
            }
        }
        if before == after {
            continue;
        }
        match field {
            FieldChoice::Account => account = merged.account.as_ref().map(|a| a.id),
            _ => set(&mut details, *field, &after),
        }
        taken.push(Taken { field: *field, before, after });
    }
    (details, account, taken)
}

fn of(customer: &Customer, field: FieldChoice) -> Value {
    match field {
        FieldChoice::Account => json!(customer.account.as_ref().map(|a| a.id.to_string())),
        field => value(&customer.details, field),
    }
}

/// A field's value; the account is none of the details.
pub fn value(d: &CustomerDetails, field: FieldChoice) -> Value {
    match field {
        FieldChoice::Name => json!(d.name),
        FieldChoice::Account => Value::Null,
        FieldChoice::AvatarUrl => json!(d.avatar_url),
        FieldChoice::JobTitle => json!(d.job_title),
        FieldChoice::Company => json!(d.company),
        FieldChoice::Language => json!(d.language),
        FieldChoice::TimeZone => json!(d.time_zone),
        FieldChoice::City => json!(d.city),
        FieldChoice::Country => json!(d.country),
        FieldChoice::Address => json!(d.address),
        FieldChoice::Website => json!(d.website),
        FieldChoice::Tags => json!(d.tags),
        FieldChoice::Fields => json!(d.fields),
    }
}

/// Sets a field to what [`value`] answered for another.
pub fn set(d: &mut CustomerDetails, field: FieldChoice, value: &Value) {
    let line = || value.as_str().map(String::from);
    match field {
        FieldChoice::Name => d.name = line().unwrap_or_default(),
        FieldChoice::Account => {}
        FieldChoice::AvatarUrl => d.avatar_url = line(),
        FieldChoice::JobTitle => d.job_title = line(),
        FieldChoice::Company => d.company = line(),
        FieldChoice::Language => d.language = line(),
        FieldChoice::TimeZone => d.time_zone = line(),
        FieldChoice::City => d.city = line(),
        FieldChoice::Country => d.country = line(),
        FieldChoice::Address => d.address = line(),
        FieldChoice::Website => d.website = line(),
        FieldChoice::Tags => {
            d.tags = serde_json::from_value(value.clone()).unwrap_or_default();
        }
        FieldChoice::Fields => {
            d.fields = serde_json::from_value(value.clone()).unwrap_or_default();
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn text(customer: &Customer, field: FieldChoice, value: &Value) -> String {
    match (field, value) {
        (FieldChoice::Account, _) => {
            customer.account.as_ref().map(|a| a.name.clone()).unwrap_or_default()
        }
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        (_, Value::Object(map)) => {
            let pair = |(k, v): (&String, &Value)| match v {
                Value::String(text) => format!("{k}: {text}"),
                other => format!("{k}: {other}"),
            };
            let hidden = customer.details.hidden_fields.iter();
            let hidden = hidden.map(|key| format!("{key}: {HIDDEN}"));
            map.iter().map(pair).chain(hidden).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_goes_over_and_comes_back() {
        let full = CustomerDetails {
            name: "Ada".into(),
            avatar_url: Some("https://x.example/a".into()),
            job_title: Some("CTO".into()),
            company: Some("X".into()),
            language: Some("en".into()),
            time_zone: Some("Europe/Berlin".into()),
            city: Some("Berlin".into()),
            country: Some("DE".into()),
            address: Some("A\nB".into()),
            website: Some("https://x.example".into()),
            tags: vec!["vip".into()],
            fields: [("seats".to_string(), json!(3))].into(),
            ..CustomerDetails::default()
        };
        let mut empty = CustomerDetails::default();
        for field in FieldChoice::ALL {
            set(&mut empty, *field, &value(&full, *field));
        }
        assert_eq!(empty, full);
        for field in FieldChoice::ALL {
            set(&mut empty, *field, &value(&CustomerDetails::default(), *field));
        }
        assert_eq!(empty, CustomerDetails::default());
    }
}
