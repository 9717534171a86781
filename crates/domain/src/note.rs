//! Notes on customers and accounts: what the team should know beside every ticket.

use crate::error::AppError;
use crate::ids::{AccountId, CustomerId, NoteId, UserId};
use crate::{limits, text, vocabulary};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a note is about, and stays with.
    NoteAbout {
        Customer => "customer", "Customer note";
        Account => "account", "Account note";
    }
}

/// The customer or account that a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteTarget {
    Customer(CustomerId),
    Account(AccountId),
}

impl NoteTarget {
    /// The kind of target.
    pub fn about(self) -> NoteAbout {
        match self {
            Self::Customer(_) => NoteAbout::Customer,
            Self::Account(_) => NoteAbout::Account,
        }
    }
}

/// A note; its body is the subset of Markdown that [`crate::markdown`] reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Note {
    pub id: NoteId,
    pub about: NoteAbout,
    /// The customer it is about, unless it is about an account.
    pub customer: Option<CustomerId>,
    pub account: Option<AccountId>,
    /// `None` when it came through an API key.
    pub author: Option<UserId>,
    pub author_name: String,
    pub body: String,
    /// Grows with each change; a change sends back the one it saw.
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Note {
    /// Whether somebody changed it after it was written.
    pub fn edited(&self) -> bool {
        self.version > 1
    }
}

/// A note to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct NewNote {
    /// Markdown: paragraphs, **strong**, *emphasis*, `code`, links, lists, quotes.
    pub body: String,
}

/// A change to a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct NoteChange {
    pub body: String,
    /// The version that the change was made on.
    pub version: i32,
}

/// Takes a note's body, or says what is wrong with the field `body`.
pub fn body(body: &str) -> Result<String, AppError> {
    if text::clean(body).is_empty() {
        return Err(AppError::invalid("body", "Write something first."));
    }
    text::required_text("body", body, limits::NOTE_CHARS).map_err(|_| {
        AppError::invalid("body", format!("A note has at most {} characters.", limits::NOTE_CHARS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_needs_text_and_keeps_to_its_limit() {
        assert_eq!(body("  Renewal in January.\n").as_deref(), Ok("Renewal in January."));
        assert!(body(" \n ").unwrap_err().field("body").is_some());
        assert!(body(&"ü".repeat(limits::NOTE_CHARS)).is_ok());
        assert!(body(&"ü".repeat(limits::NOTE_CHARS + 1)).unwrap_err().field("body").is_some());
    }
}
