//! Events without what they tell of sensitive fields.

use super::TimelineItem;
use super::traits::squashed;
use crate::fields::HIDDEN;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The name of the activity that tells of a ticket's field.
pub const FIELD_CHANGED: &str = "ticket.field_changed";

/// By what names events may tell of sensitive fields, as they are compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HiddenNames(BTreeSet<String>);

impl HiddenNames {
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| squashed(name)).filter(|name| !name.is_empty()).collect())
    }

    fn has(&self, name: &str) -> bool {
        // What was set aside is kept by its path: `traits.iban`.
        let last = name.rsplit('.').next().unwrap_or(name);
        self.0.contains(&squashed(name)) || self.0.contains(&squashed(last))
    }

    /// Puts dots in the place of what an event's payload says of sensitive fields, for every reader: a
    /// value is looked at where the field is, and that is in the audit log.
    pub fn hide_in(&self, item: &mut TimelineItem) {
        if self.0.is_empty() {
            return;
        }
        if let (FIELD_CHANGED, Some(payload)) = (&*item.name, item.payload.as_object_mut())
            && payload.get("field").and_then(Value::as_str).is_some_and(|field| self.has(field))
        {
            for side in ["from", "to"] {
                if let Some(value) = payload.get_mut(side) {
                    hide(value);
                }
            }
        }
        self.walk(&mut item.payload);
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::Object(object) => self.walk_object(object),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            _ => {}
        }
    }

    fn walk_object(&self, object: &mut Map<String, Value>) {
        for (name, value) in object {
            if self.has(name) { hide(value) } else { self.walk(value) }
        }
    }
}

/// Nothing stays nothing: there is nothing to hide.
fn hide(value: &mut Value) {
    if !value.is_null() {
        *value = HIDDEN.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{EventId, Uuid};
    use chrono::DateTime;
    use serde_json::json;

    fn hidden(name: &str, payload: Value) -> Value {
        let mut item = TimelineItem {
            id: EventId(Uuid::nil()),
            occurred_at: DateTime::UNIX_EPOCH,
            received_at: DateTime::UNIX_EPOCH,
            kind: super::super::EventKind::Event,
            source: "api".into(),
            name: name.into(),
            title: String::new(),
            body: None,
            icon: None,
            url: None,
            actor_name: None,
            ticket: None,
            object_type: None,
            object_id: None,
            payload,
            recorded: false,
            customer: None,
        };
        HiddenNames::new(&["bank_account".into(), "Bank account".into()]).hide_in(&mut item);
        item.payload
    }

    #[test]
    fn a_payload_tells_of_a_sensitive_field_by_none_of_its_names() {
        let payload = json!({"bankAccount": "DE02", "plan": "A", "Bank account": null,
            "$rapport.traits": {"bank-account": {"iban": "DE02"}},
            "$rapport.set_aside": {"traits.bank_account": {"sent": ["DE02"], "why": "No."}}});
        let wanted = json!({"bankAccount": HIDDEN, "plan": "A", "Bank account": null,
            "$rapport.traits": {"bank-account": HIDDEN},
            "$rapport.set_aside": {"traits.bank_account": HIDDEN}});
        assert_eq!(hidden("Signed up", payload), wanted);
    }

    #[test]
    fn an_activity_tells_that_the_field_was_changed() {
        let payload = |field: &str| json!({"field": field, "from": null, "to": "DE02"});
        let wanted = json!({"field": "bank_account", "from": null, "to": HIDDEN});
        assert_eq!(hidden(FIELD_CHANGED, payload("bank_account")), wanted);
        assert_eq!(hidden(FIELD_CHANGED, payload("plan")), payload("plan"));
    }
}
