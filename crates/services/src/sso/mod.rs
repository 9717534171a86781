//! Single sign-on by OpenID Connect: the provider of a workspace, and how people come in by it.
//!
//! Whoever names the provider decides who is who: only somebody who may do everything can.

mod admit;
mod check;
mod enter;
mod person;
mod provider;
mod trouble;

pub use check::test;
pub use enter::{Back, begin, finish};
pub use provider::Providers;

use crate::people::within;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::people::GivenRole;
use rapport_domain::sso::{BreakGlass, Linked, SsoInput, SsoRules};
use rapport_domain::{AppError, Permission, Role, UserId, WorkspaceId};
use rapport_store::Store;
use rapport_store::roles;
use rapport_store::sso::{self as store, SsoSettings, people};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// What the page of the settings shows.
#[derive(Debug)]
pub struct Shown {
    /// Rules and version, where there are any.
    pub rules: Option<(SsoRules, i32)>,
    pub linked: Vec<Linked>,
    pub admins: Vec<BreakGlass>,
}

/// How it is set up.
pub async fn shown(ctx: &Ctx) -> Result<Shown> {
    ctx.require(Permission::PeopleManage)?;
    let settings = ctx.store.sso_settings(ctx.workspace).await?;
    Ok(Shown {
        rules: settings.map(|settings| (settings.rules, settings.version)),
        linked: ctx.store.sso_linked(ctx.workspace).await?,
        admins: ctx.store.break_glass(ctx.workspace).await?,
    })
}

/// The buttons of the login page, and whether passwords are refused everywhere.
pub async fn buttons(store: &Store) -> Result<(Vec<(WorkspaceId, String)>, bool)> {
    Ok(store.sso_buttons().await?)
}

/// Stores the settings, as somebody wrote them who saw version `seen`.
pub async fn save(ctx: &Ctx, input: SsoInput, seen: Option<i32>) -> Result<()> {
    may_decide(ctx)?;
    let rules = input.checked()?;
    let before = ctx.store.sso_settings(ctx.workspace).await?;
    let secret = match (&input.secret, &before) {
        (Some(secret), _) => SecretString::from(secret.trim().to_string()),
        // What one provider was told is no other's business.
        (None, Some(before)) if before.rules.issuer == rules.issuer => {
            secret_of(&ctx.store, ctx.workspace, before)?
        }
        (None, _) => {
            let text = "Enter the client secret that this provider shows.";
            return Err(AppError::invalid("secret", text));
        }
    };
    if secret.expose_secret().len() > 2_000 {
        return Err(AppError::invalid("secret", "This is too long for a client secret."));
    }
    let place = place(ctx.workspace);
    let sealed = ctx.store.keys().seal(&place, "secret", secret.expose_secret())?;
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    people::lock_admins(&mut tx, ctx.workspace).await?;
    for role in rules.groups.iter().map(|row| row.role).chain([rules.default_role]) {
        if let GivenRole::Own(id) = role
            && roles::lock(&mut tx, ctx.workspace, id).await?.is_none()
        {
            return Err(AppError::invalid("groups", "Choose one of the roles."));
        }
    }
    if rules.only && !ctx.store.break_glass(ctx.workspace).await?.iter().any(|a| a.marked) {
        let text = "First mark an admin below who keeps a password: when the provider is away, somebody has to get in.";
        return Err(AppError::invalid("only", text));
    }
    if !store::save(&mut tx, ctx.workspace, &rules, &sealed, seen).await? {
        let text = "Somebody else changed this meanwhile. Reload the page to see how it is now.";
        return Err(AppError::Conflict(text.into()));
    }
    let groups: Vec<_> =
        rules.groups.iter().map(|row| json!([row.group, row.role.as_word()])).collect();
    let detail = json!({
        "issuer": rules.issuer, "client_id": rules.client_id, "domains": rules.domains,
        "trusts_addresses": rules.trusts_addresses, "groups_claim": rules.groups_claim,
        "groups": groups, "joins": rules.joins, "default_role": rules.default_role.as_word(),
        "only": rules.only, "new_secret": input.secret.is_some(),
    });
    tx.commit_audited(Action::SsoChanged, "sso", detail).await
}

/// Removes the provider: passwords work again, and people stay.
pub async fn remove(ctx: &Ctx) -> Result<()> {
    may_decide(ctx)?;
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    if !store::remove(&mut tx, ctx.workspace).await? {
        return Err(AppError::NotFound);
    }
    tx.commit_audited(Action::SsoRemoved, "sso", json!({})).await
}

/// Says which admins keep their password where passwords are refused.
pub async fn set_break_glass(ctx: &Ctx, marked: &[UserId]) -> Result<()> {
    may_decide(ctx)?;
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    people::lock_admins(&mut tx, ctx.workspace).await?;
    let count = people::set_break_glass(&mut tx, ctx.workspace, marked).await?;
    let settings = ctx.store.sso_settings(ctx.workspace).await?;
    if count == 0 && settings.is_some_and(|settings| settings.rules.only) {
        let text = "One admin has to keep a password while passwords are refused.";
        return Err(AppError::invalid("admin", text));
    }
    tx.commit_audited(Action::SsoBreakGlassSet, "sso", json!({ "people": marked })).await
}

/// Parts somebody from who they are at the provider: the next one with their address takes their
/// place.
pub async fn unlink(ctx: &Ctx, user: UserId) -> Result<()> {
    may_decide(ctx)?;
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    if !people::unlink(&mut tx, ctx.workspace, user).await? {
        return Err(AppError::NotFound);
    }
    tx.commit_audited(Action::SsoUnlinked, user, json!({})).await
}

/// Lets passwords in again, for whoever runs the server; answers in how many workspaces they were
/// refused.
pub async fn let_passwords_in(db: &Store) -> Result<usize> {
    let mut ended = 0;
    for (workspace, _) in db.named_workspaces().await? {
        ended += usize::from(end_only(&Ctx::for_operator(db.clone(), workspace)).await?);
    }
    Ok(ended)
}

async fn end_only(ctx: &Ctx) -> Result<bool> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let ended = store::end_only(&mut tx, ctx.workspace).await?;
    if ended {
        tx.commit_audited(Action::SsoOnlyEnded, "sso", json!({})).await?;
    }
    Ok(ended)
}

fn may_decide(ctx: &Ctx) -> Result<()> {
    ctx.require(Permission::PeopleManage)?;
    within(ctx, "issuer", Role::Admin.permissions()).map_err(|_| {
        let text = "Only somebody who may do everything can change this: it decides who is who.";
        AppError::invalid("issuer", text)
    })
}

fn place(workspace: WorkspaceId) -> String {
    format!("sso:{workspace}")
}

fn secret_of(db: &Store, workspace: WorkspaceId, settings: &SsoSettings) -> Result<SecretString> {
    db.keys().open(&place(workspace), &settings.client_secret).map_err(crate::internal)
}
