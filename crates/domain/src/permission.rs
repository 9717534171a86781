//! What can be allowed: one set for people's roles and for the scopes of keys.

use crate::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Something that a use case asks leave for. New ones go to the end: a page that was loaded
    /// before an update reads sets by their places.
    Permission {
        WorkspaceRead => "workspace:read", "See what the workspace calls things, and keep preferences";
        CustomersRead => "customers:read", "Read customers, accounts and their notes";
        CustomersWrite => "customers:write", "Create and change customers, accounts and their notes";
        CustomersMerge => "customers:merge", "Merge customers, and undo a merge";
        CustomersDelete => "customers:delete", "Delete customers with all they have, and recordings";
        CustomersSensitive => "customers:sensitive", "See fields marked as sensitive";
        NotesModerate => "notes:moderate", "Change or delete notes that somebody else wrote";
        TicketsRead => "tickets:read", "Read tickets, messages and files";
        TicketsWrite => "tickets:write", "Create and change tickets, write messages";
        TicketsReply => "tickets:reply", "Answer customers";
        RecordingsWatch => "recordings:watch", "Watch session recordings";
        EventsWrite => "events:write", "Send events";
        MailWrite => "mail:write", "Hand over e-mail that came in";
        SettingsRead => "settings:read", "Read mailboxes and custom fields";
        SettingsWrite => "settings:write", "Change mailboxes and custom fields";
        PeopleManage => "people:manage", "Invite people, give roles, make keys";
        DataExport => "data:export", "Export data, read the audit log";
    }
}

impl Permission {
    /// What a server's key can be given: its scopes. The rest is for people.
    pub const SCOPES: [Self; 9] = [
        Self::CustomersRead,
        Self::CustomersWrite,
        Self::CustomersSensitive,
        Self::TicketsRead,
        Self::TicketsWrite,
        Self::EventsWrite,
        Self::MailWrite,
        Self::SettingsRead,
        Self::SettingsWrite,
    ];

    /// What nobody can do this without.
    pub fn needs(self) -> PermissionSet {
        let all: &[Self] = match self {
            Self::CustomersWrite
            | Self::CustomersMerge
            | Self::CustomersDelete
            | Self::CustomersSensitive
            | Self::NotesModerate
            | Self::RecordingsWatch => &[Self::CustomersRead],
            Self::TicketsRead => &[Self::CustomersRead],
            Self::TicketsWrite => &[Self::TicketsRead, Self::CustomersRead],
            // An answer takes its ticket on, and stands in it.
            Self::TicketsReply => &[Self::TicketsWrite, Self::TicketsRead, Self::CustomersRead],
            Self::SettingsWrite => &[Self::SettingsRead],
            _ => &[],
        };
        all.iter().copied().collect()
    }

    /// What a key with this scope does in the course of it: whoever sends an event or a ticket may
    /// be the first to name its customer. Routes ask for the scope itself, so nothing more opens.
    fn brings(self) -> PermissionSet {
        let all: &[Self] = match self {
            Self::CustomersWrite => &[
                Self::CustomersRead,
                Self::CustomersMerge,
                Self::CustomersDelete,
                Self::NotesModerate,
            ],
            Self::CustomersSensitive | Self::TicketsRead => &[Self::CustomersRead],
            Self::TicketsWrite => {
                &[Self::TicketsRead, Self::TicketsReply, Self::CustomersRead, Self::CustomersWrite]
            }
            Self::EventsWrite => &[Self::CustomersRead, Self::CustomersWrite],
            Self::MailWrite => &[
                Self::TicketsRead,
                Self::TicketsWrite,
                Self::TicketsReply,
                Self::CustomersRead,
                Self::CustomersWrite,
            ],
            Self::SettingsWrite => &[Self::SettingsRead],
            _ => &[],
        };
        all.iter().copied().collect()
    }
}

/// A set of permissions: a role's, a person's, a key's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// Every permission there is.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// What a key with these scopes may do in the services, all that they bring included.
    pub fn of_scopes(scopes: &[Permission]) -> Self {
        let own = scopes.iter().copied().chain([Permission::WorkspaceRead]).collect::<Self>();
        scopes.iter().fold(own, |set, scope| set.union(scope.brings()))
    }

    /// Whether `permission` is among them.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether all of `other` are among them.
    pub fn includes(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Those of either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Each of them, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | bit(permission)))
    }
}

const fn bit(permission: Permission) -> u32 {
    1 << permission as u32
}

// A place in the set for each.
const _: () = assert!(Permission::ALL.len() <= u32::BITS as usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let set: PermissionSet =
            [Permission::TicketsRead, Permission::DataExport].into_iter().collect();
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            [Permission::TicketsRead, Permission::DataExport]
        );
        assert!(PermissionSet::all().includes(set) && !set.includes(PermissionSet::all()));
        assert_eq!(PermissionSet::all().without(set).union(set), PermissionSet::all());
        assert_eq!(PermissionSet::default().iter().count(), 0);
    }

    #[test]
    fn no_scope_brings_people_settings_or_exports() {
        for scope in Permission::SCOPES {
            let set = PermissionSet::of_scopes(&[scope]);
            assert!(set.contains(scope) && set.contains(Permission::WorkspaceRead));
            let doors =
                [Permission::PeopleManage, Permission::DataExport, Permission::RecordingsWatch];
            assert!(doors.iter().all(|door| !set.contains(*door)), "{scope:?}");
            let settings = set.contains(Permission::SettingsWrite);
            assert_eq!(settings, scope == Permission::SettingsWrite, "{scope:?}");
        }
    }
}
