//! The people of a workspace: their roles, who may still log in, and who is invited.

mod chosen_role;
mod hand_over;
mod invite;
mod mail;

pub(crate) use chosen_role::{Chosen, chosen};
pub use hand_over::HandOver;
pub use invite::{accept, invitations, invite, open, resend, revoke};
pub(crate) use mail::SendInvitation;

pub use rapport_store::invitations::Invited;

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::people::People;
use rapport_domain::{AppError, Permission, PermissionSet, Role, UserId, limits};
use rapport_store::people::{LockedPerson, lock_person};
use rapport_store::{StoreError, Tx, passwords, people, sessions};
use serde_json::json;

/// People whose name or address contains `find`, a page of them: the first, or the one behind `after`.
pub async fn list(ctx: &Ctx, find: &str, after: Option<UserId>) -> Result<People> {
    ctx.require(Permission::PeopleManage)?;
    let find: String = find.trim().chars().take(limits::SEARCH_CHARS).collect();
    Ok(ctx.store.people_of(ctx.workspace, &find, after, limits::PEOPLE_ROWS).await?)
}

/// Whether invitations can leave by mail.
pub async fn can_mail(ctx: &Ctx) -> Result<bool> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    Ok(rapport_store::mailboxes::answering(&mut tx, ctx.workspace, None, None).await?.is_some())
}

/// Gives somebody another role. It counts from their next click on; their streams look again.
pub async fn set_role(ctx: &Ctx, user: UserId, role: Role) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let person = person(ctx, &mut tx, user).await?;
    if person.role == role && person.permissions == role.permissions() {
        return Ok(());
    }
    within(ctx, "role", role.permissions())?;
    people::set_role(&mut tx, ctx.workspace, user, role).await.map_err(last_admin)?;
    let detail = json!({"email": person.email, "was": person.role_name, "role": role.label()});
    tx.commit_audited(Action::PersonRoleChanged, user, detail).await
}

/// Locks somebody out: their sessions end in the same transaction, their streams within a second.
/// What they did stays, and so do the tickets that are theirs.
pub async fn deactivate(ctx: &Ctx, user: UserId) -> Result<()> {
    leave(ctx, user, HandOver::Keep).await.map(|_| ())
}

/// The same, and hands over their open tickets; answers how many. Whoever is to take them is asked
/// for first, so that nothing is half done.
pub async fn leave(ctx: &Ctx, user: UserId, hand: HandOver) -> Result<u32> {
    ctx.require(Permission::PeopleManage)?;
    hand_over::check(ctx, user, hand).await?;
    lock_out(ctx, user).await?;
    hand_over::run(ctx, user, hand).await
}

async fn lock_out(ctx: &Ctx, user: UserId) -> Result<()> {
    if ctx.user() == Some(user) {
        let text = "You cannot deactivate yourself. Another admin can.";
        return Err(AppError::invalid("person", text));
    }
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let person = person(ctx, &mut tx, user).await?;
    if person.disabled {
        return Ok(());
    }
    let (workspace, at) = (ctx.workspace, ctx.now);
    people::set_disabled(&mut tx, workspace, user, Some(at)).await.map_err(last_admin)?;
    sessions::end_all(&mut tx, workspace, user, None).await?;
    passwords::drop_reset(&mut tx, workspace, user).await?;
    let detail = json!({"email": person.email});
    tx.commit_audited(Action::PersonDeactivated, user, detail).await
}

/// Lets somebody in again, with the password and role they had.
pub async fn reactivate(ctx: &Ctx, user: UserId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let person = person(ctx, &mut tx, user).await?;
    people::set_disabled(&mut tx, ctx.workspace, user, None).await?;
    let detail = json!({"email": person.email});
    tx.commit_audited(Action::PersonReactivated, user, detail).await
}

/// Somebody whom the one who acts may look after: nobody touches whoever may do more.
pub(crate) async fn person(ctx: &Ctx, tx: &mut Tx, user: UserId) -> Result<LockedPerson> {
    ctx.require(Permission::PeopleManage)?;
    let person = lock_person(tx, ctx.workspace, user).await?.ok_or(AppError::NotFound)?;
    if !ctx.permissions().includes(person.permissions) {
        let text = "They may do more than you: somebody who may do as much can change this.";
        return Err(AppError::invalid("person", text));
    }
    Ok(person)
}

/// Refuses to give what the one who acts does not have. `field` is where it was chosen.
pub(crate) fn within(ctx: &Ctx, field: &'static str, permissions: PermissionSet) -> Result<()> {
    if ctx.permissions().includes(permissions) {
        return Ok(());
    }
    Err(AppError::invalid(field, "You can give only what you may do yourself."))
}

/// The database decides: two admins who demote each other at once both pass every check before.
pub(crate) fn last_admin(error: StoreError) -> AppError {
    let text = if error.is_constraint("users_last_admin") {
        "This is the last admin. Make somebody else an admin first."
    } else if error.is_constraint("users_last_way_in") {
        "This is the only admin who keeps a password, and passwords are refused. Let another one \
         keep theirs under Single sign-on first."
    } else {
        return error.into();
    };
    AppError::invalid("person", text)
}
