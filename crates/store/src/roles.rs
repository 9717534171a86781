//! Roles that a workspace makes itself.

use crate::{Result, Store, Tx};
use rapport_domain::own_role::OwnRole;
use rapport_domain::permission::{Permission, PermissionSet};
use rapport_domain::{Role, RoleId, UserId, WorkspaceId};

impl Store {
    /// The workspace's own roles, by name.
    pub async fn own_roles(&self, workspace: WorkspaceId) -> Result<Vec<OwnRole>> {
        let rows = sqlx::query!(
            r#"select r.id as "id: RoleId", r.name, r.permissions, (select count(*) from users u
                where u.workspace_id = r.workspace_id and u.role_id = r.id) as "people!"
            from roles r where r.workspace_id = $1 order by lower(r.name)"#,
            workspace.0,
        )
        .fetch_all(self.pool())
        .await?;
        let role = |r: _| {
            let (id, name, permissions, people) = r;
            OwnRole { id, name, permissions: read(permissions), people }
        };
        Ok(rows.into_iter().map(|r| role((r.id, r.name, r.permissions, r.people))).collect())
    }
}

/// A stored set; a word that this version does not know allows nothing.
pub(crate) fn read(words: Vec<String>) -> PermissionSet {
    words.iter().filter_map(|word| word.parse::<Permission>().ok()).collect()
}

/// What somebody may do: by their own role, where they have one, else by the one of every workspace.
pub(crate) fn permissions_of(role: Role, own: Option<Vec<String>>) -> PermissionSet {
    own.map_or_else(|| role.permissions(), read)
}

fn words(set: PermissionSet) -> Vec<String> {
    set.iter().map(|p| p.as_str().to_string()).collect()
}

/// Adds a role.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RoleId,
    name: &str,
    set: PermissionSet,
) -> Result<()> {
    sqlx::query!(
        "insert into roles (workspace_id, id, name, permissions) values ($1, $2, $3, $4)",
        workspace.0,
        id.0,
        name,
        &words(set),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Changes a role, and whoever has it; answers whether there is one.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RoleId,
    name: &str,
    set: PermissionSet,
    nearest: Role,
) -> Result<bool> {
    let done = sqlx::query!(
        "update roles set name = $3, permissions = $4 where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        name,
        &words(set),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update users set role = $3 where workspace_id = $1 and role_id = $2 and role <> $3",
        workspace.0,
        id.0,
        nearest.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether an open invitation offers a role.
pub async fn is_offered(tx: &mut Tx, workspace: WorkspaceId, id: RoleId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from invitations where workspace_id = $1 and role_id = $2
            and accepted_at is null and revoked_at is null) as "offered!""#,
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Removes a role that nobody has; answers its name.
pub async fn remove(tx: &mut Tx, workspace: WorkspaceId, id: RoleId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "delete from roles where workspace_id = $1 and id = $2 returning name",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Name and permissions of a role, whose row is locked until the end of the transaction.
pub async fn lock(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RoleId,
) -> Result<Option<(String, PermissionSet)>> {
    let row = sqlx::query!(
        "select name, permissions from roles where workspace_id = $1 and id = $2 for share",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| (r.name, read(r.permissions))))
}

/// Gives somebody a role of the workspace's own.
pub async fn give(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    id: RoleId,
    nearest: Role,
) -> Result<()> {
    sqlx::query!(
        "update users set role_id = $3, role = $4 where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        id.0,
        nearest.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
