//! Who is looking at the page.

use crate::ids::{AttachmentId, UserId, WorkspaceId};
use crate::permission::{Permission, PermissionSet};
use crate::preferences::Preferences;
use crate::role::Role;
use serde::{Deserialize, Serialize};

/// The logged-in person, as pages need them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub user: UserId,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub name: String,
    pub email: String,
    /// The file of their picture.
    pub picture: Option<AttachmentId>,
    pub role: Role,
    /// What the role allows.
    pub permissions: PermissionSet,
    /// New tickets are given to others meanwhile.
    pub away: bool,
    /// The workspace is in its first hour.
    pub starting: bool,
    pub waiting: Waiting,
    pub preferences: Preferences,
}

/// From where something was sent: the address, and the program as it calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    pub address: String,
    pub agent: String,
    /// Two letters, where a proxy says them; else empty.
    pub country: String,
    /// By which a browser is known again; empty for none.
    pub mark: String,
}

/// How much waits for a person: the numbers beside the inbox and the bell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// New and open tickets that are theirs or nobody's.
    pub tickets: i32,
    /// Notifications that they have not read, a hundred at most.
    pub notifications: i64,
}

impl Viewer {
    /// Whether the person may do `permission`; only for showing and hiding, the services decide.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }
}
