//! Who is looking at the page.

use crate::ids::{UserId, WorkspaceId};
use crate::role::{Permission, Role};
use serde::{Deserialize, Serialize};

/// The logged-in person, as pages need them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub user: UserId,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Notifications that wait, a hundred at most.
    pub unread: i64,
    /// New tickets are given to others meanwhile.
    pub away: bool,
    /// New and open tickets that are theirs or nobody's.
    pub open_tickets: i32,
}

impl Viewer {
    /// Whether the person may do `permission`; only for showing and hiding, the services decide.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}
