//! Records as the database has them, and as they leave the server.
//!
//! The store answers records as [`Stored`], which cannot be sent anywhere. Whoever wants to send one has
//! to say how: [`Stored::masked`], as people get it, or [`Stored::whole`], which the audit log tells of.

use crate::account::Account;
use crate::card::TicketFacts;
use crate::customer::Customer;
use crate::fields::{FieldOwner, FieldValues};
use crate::ticket::Ticket;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;

/// Records with custom fields.
pub trait HasFields {
    fn owner(&self) -> FieldOwner;
    fn values(&self) -> &FieldValues;
    /// The keys of those values that are there and hidden.
    fn hidden(&self) -> &BTreeSet<String>;
    /// Both, to hide some.
    fn values_mut(&mut self) -> (&mut FieldValues, &mut BTreeSet<String>);
}

impl HasFields for Customer {
    fn owner(&self) -> FieldOwner {
        FieldOwner::Customer(self.id)
    }
    fn values(&self) -> &FieldValues {
        &self.details.fields
    }
    fn hidden(&self) -> &BTreeSet<String> {
        &self.details.hidden_fields
    }
    fn values_mut(&mut self) -> (&mut FieldValues, &mut BTreeSet<String>) {
        (&mut self.details.fields, &mut self.details.hidden_fields)
    }
}

impl HasFields for Account {
    fn owner(&self) -> FieldOwner {
        FieldOwner::Account(self.id)
    }
    fn values(&self) -> &FieldValues {
        &self.details.fields
    }
    fn hidden(&self) -> &BTreeSet<String> {
        &self.details.hidden_fields
    }
    fn values_mut(&mut self) -> (&mut FieldValues, &mut BTreeSet<String>) {
        (&mut self.details.fields, &mut self.details.hidden_fields)
    }
}

impl HasFields for Ticket {
    fn owner(&self) -> FieldOwner {
        FieldOwner::Ticket(self.row.number)
    }
    fn values(&self) -> &FieldValues {
        &self.fields
    }
    fn hidden(&self) -> &BTreeSet<String> {
        &self.hidden_fields
    }
    fn values_mut(&mut self) -> (&mut FieldValues, &mut BTreeSet<String>) {
        (&mut self.fields, &mut self.hidden_fields)
    }
}

impl HasFields for TicketFacts {
    fn owner(&self) -> FieldOwner {
        FieldOwner::Ticket(self.number)
    }
    fn values(&self) -> &FieldValues {
        &self.fields
    }
    fn hidden(&self) -> &BTreeSet<String> {
        &self.hidden_fields
    }
    fn values_mut(&mut self) -> (&mut FieldValues, &mut BTreeSet<String>) {
        (&mut self.fields, &mut self.hidden_fields)
    }
}

/// A record as the database has it, sensitive values included. Use cases read it and write over it;
/// it is not serialisable, so that it leaves by one of its two doors alone.
#[derive(Clone, PartialEq)]
pub struct Stored<T> {
    record: T,
    sensitive: Vec<String>,
}

impl<T: HasFields> Stored<T> {
    /// `sensitive` are the keys of the sensitive fields that such records have.
    pub fn new(record: T, sensitive: Vec<String>) -> Self {
        Self { record, sensitive }
    }

    /// Whether it holds a sensitive value.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive_keys().next().is_some()
    }

    /// The keys of its sensitive values.
    pub fn sensitive_keys(&self) -> impl Iterator<Item = &str> {
        let held = |key: &&String| self.record.values().contains_key(*key);
        self.sensitive.iter().filter(held).map(String::as_str)
    }

    /// The record without its sensitive values: it says of each that it is there.
    pub fn masked(mut self) -> T {
        let (values, hidden) = self.record.values_mut();
        for key in self.sensitive {
            if values.remove(&key).is_some() {
                hidden.insert(key);
            }
        }
        self.record
    }

    /// The record with all it holds, for whoever may see it. The audit log has to know.
    pub fn whole(self) -> T {
        self.record
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.record
    }
}

/// Without values: nobody finds them in a log of ours.
impl<T: HasFields> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stored({})", self.record.owner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountDetails;
    use crate::ids::AccountId;
    use chrono::DateTime;
    use serde_json::json;

    fn account() -> Account {
        let fields = [("iban", json!("DE02")), ("seats", json!(3))];
        Account {
            id: AccountId(crate::Uuid::nil()),
            details: AccountDetails {
                fields: fields.map(|(key, value)| (key.to_string(), value)).into(),
                ..AccountDetails::default()
            },
            owner: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_masked_says_that_something_is_there_and_no_more() {
        let stored = Stored::new(account(), vec!["iban".into(), "salary".into()]);
        assert!(stored.is_sensitive());
        assert!(!format!("{stored:?}").contains("DE02"));
        let shown = stored.clone().masked();
        assert_eq!(shown.details.fields, [("seats".to_string(), json!(3))].into());
        assert_eq!(shown.details.hidden_fields, ["iban".to_string()].into());
        assert!(!serde_json::to_string(&shown).expect("JSON").contains("DE02"));
        assert_eq!(stored.whole(), account());
        assert!(!Stored::new(account(), vec!["salary".into()]).is_sensitive());
    }
}
