//! Changing one's password, and links that set one anew.

use crate::auth::{self, CurrentSession, Entered, hash_password, hash_token, random_token};
use crate::people::person;
use crate::{Ctx, Result, ctx, two_factor};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::session::Device;
use rapport_domain::{AppError, Permission, UserId};
use rapport_store::{Store, passwords, sessions};
use serde_json::json;

/// How long a link that sets a password works.
const RESET_HOURS: i64 = 24;

/// Changes the password of the person who acts, who still knows it. All their other sessions end.
pub async fn change(
    ctx: &Ctx,
    session: &CurrentSession,
    current: String,
    new: String,
    repeated: &str,
) -> Result<()> {
    ctx.require(Permission::WorkspaceRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    auth::check_password(&new)?;
    if new != repeated {
        return Err(AppError::invalid("repeated", "The two are not the same."));
    }
    check_own(ctx, user, current).await?;
    let hash = hash_password(new).await?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    passwords::set(&mut tx, ctx.workspace, user, &hash).await?;
    passwords::drop_reset(&mut tx, ctx.workspace, user).await?;
    sessions::end_all(&mut tx, ctx.workspace, user, Some(&session.0)).await?;
    tx.commit_audited(Action::PasswordChanged, user, json!({})).await
}

/// Whether whoever acts knows their password, typed into the field `current`.
pub(crate) async fn check_own(ctx: &Ctx, user: UserId, current: String) -> Result<()> {
    let stored = ctx.store.password_hash(ctx.workspace, user).await?;
    match auth::verify(current, stored.ok_or(AppError::NotFound)?).await? {
        true => Ok(()),
        false => Err(AppError::invalid("current", "This is not your password.")),
    }
}

/// Makes a link by which somebody sets their password, once, within a day; answers its path. Any
/// link before stops working. Their password and sessions stay until it is used.
pub async fn make_reset(ctx: &Ctx, user: UserId) -> Result<String> {
    let token = random_token();
    let expires_at = ctx.now + TimeDelta::hours(RESET_HOURS);
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let person = person(ctx, &mut tx, user).await?;
    if person.disabled {
        return Err(AppError::invalid("person", "Reactivate them first."));
    }
    passwords::put_reset(&mut tx, ctx.workspace, user, &hash_token(&token), expires_at).await?;
    let detail = json!({"email": person.email});
    tx.commit_audited(Action::PasswordResetMade, user, detail).await?;
    Ok(format!("/reset/{token}"))
}

/// The same by address, for whoever runs the server.
pub async fn make_reset_for(store: &Store, email: &str) -> Result<String> {
    let found = store.credentials(email.trim()).await?;
    let found = found
        .ok_or_else(|| AppError::invalid("email", "Nobody who can log in has this address."))?;
    let ctx = Ctx::for_operator(store.clone(), found.workspace);
    make_reset(&ctx, found.user).await
}

/// The address whose password a link sets. Changes nothing.
pub async fn open_reset(store: &Store, token: &str) -> Result<String> {
    Ok(find(store, token).await?.email)
}

async fn find(store: &Store, token: &str) -> Result<rapport_store::passwords::Reset> {
    let found = store.password_reset(&hash_token(token), ctx::now()).await?;
    found.ok_or_else(|| {
        let text = "This link was used, replaced by a newer one, or is older than a day. Ask an admin for a new one.";
        AppError::Conflict(text.into())
    })
}

/// Sets the password by a link, ends all sessions of that person, and lets them in, or on to their
/// second factor: a mailbox that somebody else reads is no phone.
pub async fn reset(store: &Store, token: &str, password: String, from: &Device) -> Result<Entered> {
    let found = find(store, token).await?;
    auth::admit_password(store, found.workspace, found.user).await?;
    auth::check_password(&password)?;
    let hash = hash_password(password).await?;
    // The link has proven what a password would.
    let ctx = Ctx::for_system(store.clone(), found.workspace, "Password reset");
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if !passwords::take_reset(&mut tx, &hash_token(token), ctx.now).await? {
        drop(tx);
        find(store, token).await?;
        return Err(AppError::Unavailable);
    }
    passwords::set(&mut tx, found.workspace, found.user, &hash).await?;
    sessions::end_all(&mut tx, found.workspace, found.user, None).await?;
    tx.commit_audited(Action::PasswordReset, found.user, json!({"email": found.email})).await?;
    two_factor::enter(store, found.workspace, found.user, from).await
}
