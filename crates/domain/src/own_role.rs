//! Roles that a workspace makes of permissions itself.

use crate::error::{AppError, Problems};
use crate::permission::{Permission, PermissionSet};
use crate::{Role, RoleId, limits, text};

/// A role of the workspace's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRole {
    pub id: RoleId,
    pub name: String,
    pub permissions: PermissionSet,
    /// How many people have it.
    pub people: i64,
}

/// What a form says of a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleInput {
    pub name: String,
    pub permissions: Vec<Permission>,
}

impl RoleInput {
    /// The name, and what the role may do: what everybody may is in it, and reading where it writes.
    pub fn checked(&self) -> Result<(String, PermissionSet), AppError> {
        let mut problems = Problems::default();
        let name = problems.check(text::required_line("name", &self.name, limits::LABEL_CHARS));
        if let Some(name) = &name
            && Role::ALL.iter().any(|role| role.label().eq_ignore_ascii_case(name))
        {
            problems.add("name", "Every workspace has a role of this name. Choose another.");
        }
        if self.permissions.is_empty() {
            problems.add("permissions", "Tick what the role may do.");
        }
        problems.finish()?;
        let chosen: PermissionSet = self.permissions.iter().copied().collect();
        let all = self.permissions.iter().fold(chosen, |set, p| set.union(p.needs()));
        let base: PermissionSet = [Permission::WorkspaceRead].into_iter().collect();
        Ok((name.unwrap_or_default(), all.union(base)))
    }
}

/// The nearest of the roles that every workspace has: what asks who can be given a ticket reads it.
pub fn nearest(permissions: PermissionSet) -> Role {
    match permissions.contains(Permission::TicketsWrite) {
        true => Role::Agent,
        false => Role::Viewer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_writes_also_reads() {
        let input =
            RoleInput { name: " Billing ".into(), permissions: vec![Permission::TicketsReply] };
        let (name, set) = input.checked().expect("a role");
        assert_eq!(name, "Billing");
        for has in [Permission::TicketsReply, Permission::TicketsRead, Permission::WorkspaceRead] {
            assert!(set.contains(has), "{has:?}");
        }
        assert!(
            !set.contains(Permission::CustomersWrite) && !set.contains(Permission::PeopleManage)
        );
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let wrong = RoleInput { name: "admin".into(), permissions: Vec::new() }.checked();
        let wrong = wrong.expect_err("refused");
        assert!(wrong.field("name").is_some() && wrong.field("permissions").is_some());
    }
}
