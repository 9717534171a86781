//! Roles that a workspace makes of permissions itself. Nobody gives what they do not have.

use crate::people::{last_admin, person, within};
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::own_role::{OwnRole, RoleInput, nearest};
use rapport_domain::permission::{Permission, PermissionSet};
use rapport_domain::{AppError, RoleId, UserId, limits};
use rapport_store::{StoreError, roles as store};
use serde_json::json;

/// The workspace's own roles, by name.
pub async fn list(ctx: &Ctx) -> Result<Vec<OwnRole>> {
    ctx.require(Permission::PeopleManage)?;
    Ok(ctx.store.own_roles(ctx.workspace).await?)
}

/// Makes a role.
pub async fn create(ctx: &Ctx, input: RoleInput) -> Result<RoleId> {
    ctx.require(Permission::PeopleManage)?;
    let (name, set) = input.checked()?;
    within(ctx, "permissions", set)?;
    if list(ctx).await?.len() >= limits::ROLES_MAX {
        let text = format!("A workspace has at most {} roles of its own.", limits::ROLES_MAX);
        return Err(AppError::invalid("name", text));
    }
    let id = RoleId::generate();
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    store::insert(&mut tx, ctx.workspace, id, &name, set).await.map_err(in_use)?;
    tx.commit_audited(Action::RoleCreated, id, audit_detail(&name, set)).await?;
    Ok(id)
}

/// Changes a role: for whoever has it, from their next click on.
pub async fn change(ctx: &Ctx, id: RoleId, input: RoleInput) -> Result<()> {
    ctx.require(Permission::PeopleManage)?;
    let (name, set) = input.checked()?;
    within(ctx, "permissions", set)?;
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let done = store::update(&mut tx, ctx.workspace, id, &name, set, nearest(set)).await;
    if !done.map_err(in_use)? {
        return Err(AppError::NotFound);
    }
    tx.commit_audited(Action::RoleChanged, id, audit_detail(&name, set)).await
}

/// Removes a role that nobody has.
pub async fn remove(ctx: &Ctx, id: RoleId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    if store::is_offered(&mut tx, ctx.workspace, id).await? {
        let text = "Open invitations offer this role. Revoke them first.";
        return Err(AppError::invalid("role", text));
    }
    let removed = store::remove(&mut tx, ctx.workspace, id).await.map_err(|error| match error {
        // Whoever has it points to it.
        StoreError::NotFound => {
            let text =
                "People have this role, or single sign-on gives it. Give them another one first.";
            AppError::invalid("role", text)
        }
        other => other.into(),
    })?;
    let name = removed.ok_or(AppError::NotFound)?;
    tx.commit_audited(Action::RoleRemoved, id, json!({ "name": name })).await
}

/// Gives somebody a role of the workspace's own.
pub async fn give(ctx: &Ctx, user: UserId, id: RoleId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let who = person(ctx, &mut tx, user).await?;
    let role = store::lock(&mut tx, ctx.workspace, id).await?;
    let unknown = || AppError::invalid("role", "Choose one of the roles.");
    let (name, set) = role.ok_or_else(unknown)?;
    within(ctx, "role", set)?;
    store::give(&mut tx, ctx.workspace, user, id, nearest(set)).await.map_err(last_admin)?;
    let detail = json!({"email": who.email, "was": who.role_name, "role": name});
    tx.commit_audited(Action::PersonRoleChanged, user, detail).await
}

fn audit_detail(name: &str, set: PermissionSet) -> serde_json::Value {
    let words: Vec<_> = set.iter().map(|p| p.as_str()).collect();
    json!({ "name": name, "permissions": words })
}

fn in_use(error: StoreError) -> AppError {
    if error.is_constraint("roles_name") {
        return AppError::invalid("name", "There is a role of this name already.");
    }
    error.into()
}
