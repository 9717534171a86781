//! Inviting somebody, and what happens when they come.

use super::chosen_role::{Chosen, chosen};
use super::{mail, within};
use crate::auth::{By, hash_password};
use crate::link_keys::{self, LinkKey};
use crate::transaction::Recorded;
use crate::{Ctx, Result, audit, auth, ctx};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::error::Problems;
use rapport_domain::own_role::nearest;
use rapport_domain::people::{GivenRole, Invitation, InviteInput};
use rapport_domain::session::Device;
use rapport_domain::{AppError, InvitationId, Permission, UserId, WorkspaceId, limits, text};
use rapport_mail::link_token::{self, Purpose};
use rapport_store::invitations::{self, Invited, NewInvitation};
use rapport_store::users::{self, NewUser};
use rapport_store::{Store, Tx, people, roles};
use serde_json::json;

/// How long a link works.
const DAYS: i64 = 7;

/// Who was invited and has not come yet, each with the path of their link on this server.
pub async fn invitations(ctx: &Ctx) -> Result<Vec<(Invitation, String)>> {
    ctx.require(Permission::PeopleManage)?;
    let open = ctx.store.open_invitations(ctx.workspace).await?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let key = signing_key(&ctx.store, ctx.workspace).await?;
    let with_link = |one: Invitation| {
        let path = join_path_by(&key, ctx.workspace, one.id);
        (one, path)
    };
    Ok(open.into_iter().map(with_link).collect())
}

/// The path of one invitation's link.
pub(super) async fn path_of(
    store: &Store,
    workspace: WorkspaceId,
    id: InvitationId,
) -> Result<String> {
    Ok(join_path_by(&signing_key(store, workspace).await?, workspace, id))
}

fn join_path_by(key: &LinkKey, workspace: WorkspaceId, id: InvitationId) -> String {
    format!("/join/{}", link_token::sign(key, Purpose::Join, workspace, id.0))
}

async fn signing_key(store: &Store, workspace: WorkspaceId) -> Result<LinkKey> {
    let key = link_keys::signing(store, workspace).await?;
    key.ok_or_else(|| {
        let text = "This server can sign no links: set RAPPORT_SECRET_KEY and start it again.";
        AppError::invalid("emails", text)
    })
}

/// Invites all of them, or says whom not and invites nobody. A mail leaves where a mailbox can send.
pub async fn invite(ctx: &Ctx, input: InviteInput) -> Result<()> {
    ctx.require(Permission::PeopleManage)?;
    let emails = input.addresses()?;
    signing_key(&ctx.store, ctx.workspace).await?;
    let expires_at = ctx.now + TimeDelta::days(DAYS);
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let offered = offered(ctx, &mut tx, input.role).await?;
    let mut problems = Problems::default();
    for (email, active) in people::members_among(&mut tx, ctx.workspace, &emails).await? {
        problems.add(
            "emails",
            match active {
                true => format!("{email} is a member already."),
                false => format!("{email} is a member who was deactivated: reactivate them below."),
            },
        );
    }
    problems.finish()?;
    let most = limits::INVITATIONS_MAX;
    let open = invitations::count_open(&mut tx, ctx.workspace).await?;
    if usize::try_from(open).unwrap_or(most) + emails.len() > most {
        let text = format!("At most {most} invitations can be open. Revoke some first.");
        return Err(AppError::invalid("emails", text));
    }
    for email in &emails {
        let id = InvitationId::generate();
        let new = NewInvitation {
            id,
            email,
            role: offered.role,
            own_role: offered.own,
            invited_by: ctx.user(),
            at: ctx.now,
            expires_at,
        };
        invitations::insert(&mut tx, ctx.workspace, &new).await.map_err(|error| {
            if error.is_constraint("invitations_open") {
                let text = format!("{email} is invited already: send it again below.");
                return AppError::invalid("emails", text);
            }
            error.into()
        })?;
        mail::plan(&mut tx, ctx, id, expires_at).await?;
        let detail = json!({"email": email, "role": offered.name});
        audit::record(ctx, &mut tx, Action::InvitationCreated, &id.to_string(), detail).await?;
    }
    tx.commit(Recorded::InLog).await?;
    rapport_queue::wake();
    Ok(())
}

/// The role that was chosen, if the one who acts may give it.
async fn offered(ctx: &Ctx, tx: &mut Tx, role: GivenRole) -> Result<Chosen> {
    ctx.require(Permission::PeopleManage)?;
    let found = chosen(tx, ctx.workspace, role).await?;
    let found = found.ok_or_else(|| AppError::invalid("role", "Choose one of the roles."))?;
    within(ctx, "role", found.permissions)?;
    Ok(found)
}

/// Sends it once more; the same link works for another seven days.
pub async fn resend(ctx: &Ctx, id: InvitationId) -> Result<()> {
    ctx.require(Permission::PeopleManage)?;
    let expires_at = ctx.now + TimeDelta::days(DAYS);
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let renewed = invitations::renew(&mut tx, ctx.workspace, id, expires_at).await?;
    let email = renewed.ok_or_else(gone)?;
    mail::plan(&mut tx, ctx, id, expires_at).await?;
    let detail = json!({"email": email});
    tx.commit_audited(Action::InvitationResent, id, detail).await?;
    rapport_queue::wake();
    Ok(())
}

/// Takes it back: its link says so.
pub async fn revoke(ctx: &Ctx, id: InvitationId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let revoked = invitations::revoke(&mut tx, ctx.workspace, id, ctx.now).await?;
    let email = revoked.ok_or_else(gone)?;
    let detail = json!({"email": email});
    tx.commit_audited(Action::InvitationRevoked, id, detail).await
}

fn gone() -> AppError {
    AppError::invalid("invitation", "This invitation was accepted or revoked meanwhile.")
}

/// The invitation behind a link, or in one sentence why there is none to accept. Changes nothing.
pub async fn open(store: &Store, token: &str) -> Result<Invited> {
    Ok(find(store, token).await?.2)
}

async fn find(store: &Store, token: &str) -> Result<(WorkspaceId, InvitationId, Invited)> {
    let claim = link_token::read(token).ok_or(AppError::NotFound)?;
    let keys = link_keys::verifying(store, claim.workspace).await?;
    let id = keys.iter().find_map(|key| claim.verify(key, Purpose::Join));
    let id = id.map(InvitationId).ok_or(AppError::NotFound)?;
    let found = store.invited(claim.workspace, id).await?.ok_or(AppError::NotFound)?;
    let over = if found.accepted {
        Some("This invitation was used already. Log in with the password you chose then.")
    } else if found.revoked {
        Some("This invitation was taken back. Ask whoever invited you for a new one.")
    } else if found.expires_at <= ctx::now() {
        Some("This invitation has expired. Ask whoever invited you to send it again.")
    } else {
        None
    };
    match over {
        Some(text) => Err(AppError::Conflict(text.into())),
        None => Ok((claim.workspace, id, found)),
    }
}

/// Makes whoever holds the link a member and logs them in; answers the session's token.
pub async fn accept(
    store: &Store,
    token: &str,
    name: &str,
    password: String,
    from: &Device,
) -> Result<String> {
    let (workspace, invitation, invited) = find(store, token).await?;
    if store.only_sso(workspace).await? {
        return Err(auth::passwords_refused());
    }
    let mut problems = Problems::default();
    let name = problems.check(text::required_line("name", name, limits::NAME_CHARS));
    problems.check(auth::check_password(&password));
    problems.finish()?;
    let name = name.unwrap_or_default();
    let hash = hash_password(password).await?;
    let ctx = Ctx::for_system(store.clone(), workspace, "Invitation");
    let user = UserId::generate();
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if !invitations::accept(&mut tx, workspace, invitation, ctx.now).await? {
        drop(tx);
        // Somebody was faster: the link itself says what became of it.
        find(store, token).await?;
        return Err(AppError::Unavailable);
    }
    insert(&mut tx, workspace, user, &name, &invited, &hash).await?;
    if let Some((id, _)) = &invited.own_role {
        // It may do something else by now than when it was offered.
        let role = roles::lock(&mut tx, workspace, *id).await?;
        let nearest = role.map_or(invited.role, |(_, set)| nearest(set));
        roles::give(&mut tx, workspace, user, *id, nearest).await?;
    }
    let role = invited.own_role.as_ref().map_or(invited.role.label(), |(_, name)| name);
    let detail = json!({"email": invited.email, "role": role, "person": user});
    tx.commit_audited(Action::InvitationAccepted, invitation, detail).await?;
    auth::start_session(store, workspace, user, from, By::Password).await
}

async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: UserId,
    name: &str,
    invited: &Invited,
    password_hash: &str,
) -> Result<()> {
    let (email, role) = (invited.email.as_str(), invited.role.as_str());
    let user = NewUser { workspace, id, email, name, role, password_hash };
    users::insert_user(tx, &user).await.map_err(|error| {
        if error.is_constraint("users_email") {
            // A login starts with an address and nothing else: it leads to one workspace.
            let text = "This address has a login on this server already. Ask to be invited with another one.";
            return AppError::Conflict(text.into());
        }
        error.into()
    })
}
