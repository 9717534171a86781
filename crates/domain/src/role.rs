//! The roles that every workspace has: named sets of permissions.

use crate::permission::{Permission, PermissionSet};
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

impl Role {
    /// From the most that one may do to the least.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Agent, Self::Viewer];

    /// What this role may do.
    pub fn permissions(self) -> PermissionSet {
        let reads = [
            Permission::WorkspaceRead,
            Permission::CustomersRead,
            Permission::TicketsRead,
            Permission::RecordingsWatch,
        ];
        let works = [
            Permission::CustomersWrite,
            Permission::CustomersMerge,
            Permission::TicketsWrite,
            Permission::TicketsReply,
            Permission::EventsWrite,
            Permission::MailWrite,
        ];
        match self {
            Self::Admin => PermissionSet::all(),
            Self::Agent => reads.into_iter().chain(works).collect(),
            Self::Viewer => reads.into_iter().collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_next_one_may_and_more() {
        let [admin, agent, viewer] = Role::ALL.map(Role::permissions);
        assert!(admin.includes(agent) && agent.includes(viewer));
        for changes in
            [Permission::CustomersWrite, Permission::TicketsWrite, Permission::TicketsReply]
        {
            assert!(agent.contains(changes) && !viewer.contains(changes));
        }
        for admins in
            [Permission::SettingsWrite, Permission::PeopleManage, Permission::NotesModerate]
        {
            assert!(admin.contains(admins) && !agent.contains(admins));
        }
    }
}
