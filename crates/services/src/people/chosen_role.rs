//! A role that is about to be given to somebody.

use crate::Result;
use rapport_domain::own_role::nearest;
use rapport_domain::people::GivenRole;
use rapport_domain::permission::PermissionSet;
use rapport_domain::{Role, RoleId, WorkspaceId};
use rapport_store::{Tx, roles};

/// A role that is about to be given.
pub(crate) struct Chosen {
    pub role: Role,
    pub own: Option<RoleId>,
    /// What it is called.
    pub name: String,
    pub permissions: PermissionSet,
}

/// The role that a form, or a rule, names; `None` where the workspace has none like that. One of its own
/// stays as it is until the transaction ends. Whether it may be given is the caller's to ask.
pub(crate) async fn chosen(
    tx: &mut Tx,
    workspace: WorkspaceId,
    role: GivenRole,
) -> Result<Option<Chosen>> {
    Ok(match role {
        GivenRole::BuiltIn(role) => {
            let (name, permissions) = (role.label().into(), role.permissions());
            Some(Chosen { role, own: None, name, permissions })
        }
        GivenRole::Own(id) => {
            let found = roles::lock(tx, workspace, id).await?;
            found.map(|(name, permissions)| Chosen {
                role: nearest(permissions),
                own: Some(id),
                name,
                permissions,
            })
        }
    })
}
