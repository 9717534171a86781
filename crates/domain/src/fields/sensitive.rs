//! Sensitive fields: whose they are, and what stands in the place of a value. What may leave of a record
//! with such fields is a matter of [`Stored`](crate::stored::Stored).

use super::FieldEntity;
use crate::ids::{AccountId, CustomerId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What stands in the place of a hidden value.
pub const HIDDEN: &str = "••••••";

/// What people without the permission are told when they change a sensitive field.
pub const NOT_YOURS_TO_CHANGE: &str =
    "This field is sensitive. Only people whose role lets them see it can change it.";

/// What a form says that it was filled with where it was not told the value. It differs once the record
/// was changed: what is hidden cannot be compared by itself.
pub fn hidden_at(version: i32) -> String {
    format!("{HIDDEN} {version}")
}

/// Whether a text stands for a value that its form was not told.
pub fn is_hidden(text: &str) -> bool {
    text.starts_with(HIDDEN)
}

/// Whether a form says anything of a sensitive field, which it shows empty.
pub fn is_typed(text: &str) -> bool {
    !text.trim().is_empty() && !is_hidden(text)
}

/// Whose field it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldOwner {
    Customer(CustomerId),
    Account(AccountId),
    /// The ticket's number.
    Ticket(i64),
}

impl FieldOwner {
    pub fn entity(self) -> FieldEntity {
        match self {
            Self::Customer(_) => FieldEntity::Customer,
            Self::Account(_) => FieldEntity::Account,
            Self::Ticket(_) => FieldEntity::Ticket,
        }
    }
}

/// As the audit log names it.
impl fmt::Display for FieldOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => id.fmt(f),
            Self::Account(id) => id.fmt(f),
            Self::Ticket(number) => write!(f, "#{number}"),
        }
    }
}
