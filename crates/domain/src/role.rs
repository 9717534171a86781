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
    /// Whether this role may do `permission`.
    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Read => true,
            Permission::Write => matches!(self, Self::Admin | Self::Agent),
            Permission::ModerateNotes | Permission::Configure => self == Self::Admin,
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

    /// Reads the stored form; an unknown word gets the least.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "admin" => Self::Admin,
            "agent" => Self::Agent,
            _ => Self::Viewer,
        }
    }
}
