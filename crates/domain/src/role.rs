//! What each role may do: one table, asked by every use case.

use serde::{Deserialize, Serialize};

/// A person's role in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, settings and people included.
    Admin,
    /// Works with customers and tickets.
    Agent,
    /// Reads; changes nothing.
    Viewer,
}

/// Something a use case asks leave for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See customers, tickets, timelines, notes.
    Read,
    /// Create and change customers, accounts, tickets, events; write messages and notes.
    Write,
    /// Change or delete notes that somebody else wrote.
    ModerateNotes,
    /// Custom fields, the info pane, keys, people.
    Configure,
}

impl Role {
    /// From the most that one may do to the least.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Agent, Self::Viewer];

    /// Whether this role may do `permission`.
    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => true,
            Permission::Write => matches!(self, Self::Admin | Self::Agent),
            Permission::ModerateNotes | Permission::Configure => self == Self::Admin,
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Agent => "Agent",
            Self::Viewer => "Viewer",
        }
    }

    /// The same in a sentence: "as an agent".
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Admin => "an admin",
            Self::Agent => "an agent",
            Self::Viewer => "a viewer",
        }
    }

    /// What the role may do, in one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Admin => "Everything, settings and people included",
            Self::Agent => "Works with customers and tickets",
            Self::Viewer => "Reads, and changes nothing",
        }
    }

    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
        }
    }

    /// Reads a word that somebody sent; an unknown one is no role.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Reads the stored form; an unknown word gets the least.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "admin" => Self::Admin,
            "agent" => Self::Agent,
            _ => Self::Viewer,
        }
    }
}
