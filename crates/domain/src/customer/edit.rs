//! Two people with the same edit form: what each of them changed.

use super::{Customer, CustomerEdit};
use crate::fields::{display, hidden_at, is_hidden, is_typed};
use crate::identity::IdentifierKind;
use std::collections::BTreeSet;

/// The texts of the form, by the names that errors use.
const TEXTS: usize = 13;

impl CustomerEdit {
    /// The form as it opens: everything is there, and of what is hidden at which version that was.
    pub fn of(customer: &Customer) -> Self {
        let details = &customer.details;
        let list = |kind| Some(customer.values(kind).collect::<Vec<_>>().join(", "));
        let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
        let shown = details.fields.iter().map(|(key, value)| (key.clone(), display(value)));
        let hidden = details.hidden_fields.iter();
        let hidden = hidden.map(|key| (key.clone(), hidden_at(customer.version)));
        Self {
            version: customer.version,
            name: Some(details.name.clone()),
            external_id: text(&customer.external_id),
            emails: list(IdentifierKind::Email),
            phones: list(IdentifierKind::Phone),
            avatar_url: None,
            job_title: text(&details.job_title),
            company: text(&details.company),
            language: text(&details.language),
            time_zone: text(&details.time_zone),
            city: text(&details.city),
            country: text(&details.country),
            address: text(&details.address),
            website: text(&details.website),
            tags: Some(details.tags.join(", ")),
            fields: shown.chain(hidden).collect(),
            cleared_fields: BTreeSet::new(),
        }
    }

    /// What was changed since the form was `was`; the rest is left as it is by now.
    pub fn changes_since(mut self, was: &Self) -> Self {
        let before = was.clone().texts().map(|(_, text)| text.clone());
        for ((_, text), before) in self.texts().into_iter().zip(before) {
            if *text == before {
                *text = None;
            }
        }
        let none = String::new();
        self.fields.retain(|key, text| {
            let was = was.fields.get(key).unwrap_or(&none);
            text != was && (is_typed(text) || !is_hidden(was))
        });
        self.cleared_fields.retain(|key| was.fields.contains_key(key));
        self
    }

    /// The names of what is changed here although it is `now` something else than it `was`, and
    /// not the same as here; each with what it is now.
    pub fn overtaken(&self, was: &Self, now: &Self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let (mut mine, mut was, mut now) = (self.clone(), was.clone(), now.clone());
        let texts = mine.texts().into_iter().zip(was.texts()).zip(now.texts());
        for (((name, mine), (_, was)), (_, now)) in texts {
            if mine.is_some() && was != now && mine != now {
                found.push((name.to_string(), now.clone().unwrap_or_default()));
            }
        }
        let none = String::new();
        let cleared = self.cleared_fields.iter().map(|key| (key, &none));
        for (key, mine) in self.fields.iter().chain(cleared) {
            let (was, now) = (was.fields.get(key), now.fields.get(key));
            let (was, now) = (was.unwrap_or(&none), now.unwrap_or(&none));
            if was != now && mine != now {
                found.push((format!("fields.{key}"), now.clone()));
            }
        }
        found
    }

    /// The text of a field by the name that errors use.
    pub fn text(&self, field: &str) -> Option<String> {
        match field.strip_prefix("fields.") {
            Some(key) => Some(self.fields.get(key).cloned().unwrap_or_default()),
            None => self.clone().texts().into_iter().find(|(n, _)| *n == field)?.1.clone(),
        }
    }

    /// Changes the text of such a field.
    pub fn set_text(&mut self, field: &str, text: &str) {
        if let Some(key) = field.strip_prefix("fields.") {
            self.fields.insert(key.into(), text.into());
        } else if let Some((_, slot)) = self.texts().into_iter().find(|(n, _)| *n == field) {
            *slot = Some(text.into());
        }
    }

    fn texts(&mut self) -> [(&'static str, &mut Option<String>); TEXTS] {
        [
            ("name", &mut self.name),
            ("external_id", &mut self.external_id),
            ("emails", &mut self.emails),
            ("phones", &mut self.phones),
            ("job_title", &mut self.job_title),
            ("company", &mut self.company),
            ("language", &mut self.language),
            ("time_zone", &mut self.time_zone),
            ("city", &mut self.city),
            ("country", &mut self.country),
            ("address", &mut self.address),
            ("website", &mut self.website),
            ("tags", &mut self.tags),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(city: &str, company: &str, plan: &str) -> CustomerEdit {
        CustomerEdit {
            city: Some(city.into()),
            company: Some(company.into()),
            fields: [("plan".to_string(), plan.to_string())].into(),
            ..CustomerEdit::default()
        }
    }

    #[test]
    fn what_was_not_touched_is_left_to_others() {
        let was = form("Austin", "Acme", "free");
        let mine = form("Berlin", "Acme", "free").changes_since(&was);
        assert_eq!(mine.city.as_deref(), Some("Berlin"));
        assert!(mine.company.is_none() && mine.fields.is_empty());
        let others = form("Austin", "Initech", "gold");
        assert_eq!(mine.overtaken(&was, &others), []);
    }

    #[test]
    fn the_same_field_changed_twice_is_a_conflict_unless_it_came_to_the_same() {
        let was = form("Austin", "Acme", "free");
        let mine = form("Berlin", "Acme", "gold").changes_since(&was);
        let theirs = form("Cork", "Acme", "gold");
        assert_eq!(mine.overtaken(&was, &theirs), [("city".to_string(), "Cork".to_string())]);
        let theirs = form("Berlin", "Acme", "silver");
        let plan = ("fields.plan".to_string(), "silver".to_string());
        assert_eq!(mine.overtaken(&was, &theirs), [plan]);
    }

    #[test]
    fn what_is_hidden_stays_unless_it_is_typed_over_or_cleared() {
        let was = form("Austin", "Acme", &hidden_at(3));
        let mine = form("Berlin", "Acme", "").changes_since(&was);
        assert!(mine.fields.is_empty());
        let later = form("Austin", "Acme", &hidden_at(4));
        assert_eq!(mine.overtaken(&was, &later), [], "it was left alone");
        let overtaken = [("fields.plan".to_string(), hidden_at(4))];
        let typed = form("Austin", "Acme", "gold").changes_since(&was);
        assert_eq!(typed.overtaken(&was, &was), []);
        assert_eq!(typed.overtaken(&was, &later), overtaken);
        let cleared_fields = ["plan".to_string(), "ghost".to_string()].into();
        let cleared = CustomerEdit { cleared_fields, ..form("Austin", "Acme", "") };
        let cleared = cleared.changes_since(&was);
        assert_eq!(cleared.cleared_fields.len(), 1);
        assert_eq!(cleared.overtaken(&was, &later), overtaken);
    }
}
