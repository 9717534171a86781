//! Passkeys (WebAuthn): keys on people's devices that let them in without a password. A device asks for a
//! finger, a face or a PIN before it answers, so that a passkey counts as both factors.
//!
//! Adding one asks for the password, so that a session that was left open adds none. What a device is
//! asked is stored here, good for one answer within five minutes, and for the session that began.

mod log_in;
mod party;

pub use log_in::{Answer, Asked, Entered, ask, enter, offered};

use super::{CurrentSession, way_in};
use crate::transaction::Recorded;
use crate::{Ctx, Result, audit, passwords};
use chrono::{DateTime, TimeDelta, Utc};
use party::{Party, WAITS};
use rapport_domain::audit::Action;
use rapport_domain::people::PasskeyRow;
use rapport_domain::session::Viewer;
use rapport_domain::{AppError, PasskeyId, Permission, UserId, limits, text};
use rapport_store::passkeys::{self as store, NewPasskey, PasskeySetup};
use rapport_store::{StoreError, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

/// How long a log-in by single sign-on stands for a password that nobody knows.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// Characters of what a device answers.
const ANSWER_CHARS: usize = 12_000;

/// By what somebody who adds a passkey shows that it is them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Password,
    /// They came by single sign-on a moment ago.
    FreshLogIn,
    /// Their password if they have one; else they have to log in anew.
    PasswordOrLogIn,
}

/// One's own passkeys, and what can be done.
#[derive(Debug)]
pub struct Own {
    pub passkeys: Vec<PasskeyRow>,
    /// The domain of this address; those that were made for another do not work here.
    pub here: Option<String>,
    /// What the device is asked, while one is being added.
    pub setup: Option<Value>,
    pub proof: Proof,
    /// Why none can be added.
    pub refused: Option<String>,
}

/// The passkeys of whoever acts, at this origin.
pub async fn own(ctx: &Ctx, session: &CurrentSession, origin: &str) -> Result<Own> {
    let (user, db) = (me(ctx)?.user, &ctx.store);
    let passkeys = db.passkeys_of(ctx.workspace, user).await?;
    let setup = db.passkey_setup(ctx.workspace, user, &session.0, ctx.now).await?;
    let party = Party::of(origin);
    let refused = match &party {
        Err(error) => Some(error.to_string()),
        Ok(_) if db.password_refused(ctx.workspace, user).await? => Some(ONLY_SSO.into()),
        Ok(_) if passkeys.len() >= limits::PASSKEYS_MAX => Some(ENOUGH.into()),
        Ok(_) => None,
    };
    let proof = proof(ctx, session, user).await?;
    Ok(Own { passkeys, here: party.ok().map(|party| party.id), setup, proof, refused })
}

async fn proof(ctx: &Ctx, session: &CurrentSession, user: UserId) -> Result<Proof> {
    let standing = ctx.store.standing(ctx.workspace, user, &session.0).await?;
    Ok(match standing.filter(|standing| standing.sso) {
        None => Proof::Password,
        Some(standing) if ctx.now - standing.since < FRESH => Proof::FreshLogIn,
        Some(_) => Proof::PasswordOrLogIn,
    })
}

/// Prepares what the device is asked for a new passkey.
pub async fn begin(
    ctx: &Ctx,
    session: &CurrentSession,
    origin: &str,
    password: String,
) -> Result<()> {
    let viewer = me(ctx)?;
    let user = viewer.user;
    let party = Party::of(origin)?;
    if ctx.store.password_refused(ctx.workspace, user).await? {
        return Err(AppError::Conflict(ONLY_SSO.into()));
    }
    if proof(ctx, session, user).await? != Proof::FreshLogIn {
        passwords::check_own(ctx, user, password).await?;
    }
    let known = ctx.store.passkey_credentials(ctx.workspace, user, &party.id).await?;
    let shown = if viewer.name.is_empty() { &viewer.email } else { &viewer.name };
    let (asked, state) = party
        .webauthn
        .start_passkey_registration(user.0, &viewer.email, shown, Some(known))
        .map_err(crate::internal)?;
    let mut options = written(&asked.public_key)?;
    // The device keeps whose it is, so that nobody types an address to log in.
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    let setup = PasskeySetup { options, state: written(&state)?, expires_at: until(ctx.now) };
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if at_most(store::count(&mut tx, ctx.workspace, user).await?) {
        return Err(AppError::Conflict(ENOUGH.into()));
    }
    store::put_setup(&mut tx, ctx.workspace, user, &session.0, &setup).await?;
    tx.commit(Recorded::Own).await
}

/// Adds what the device answered, called `name`.
pub async fn add(
    ctx: &Ctx,
    session: &CurrentSession,
    origin: &str,
    name: &str,
    answer: &str,
) -> Result<()> {
    let user = me(ctx)?.user;
    let party = Party::of(origin)?;
    let name = text::required_line("name", name, limits::PASSKEY_NAME_CHARS)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let state = store::take_setup(&mut tx, ctx.workspace, user, &session.0, ctx.now).await?;
    // It is used up, whatever comes of it.
    tx.commit(Recorded::Own).await?;
    let state = state.ok_or_else(|| AppError::Conflict(TOO_LATE.into()))?;
    let state: PasskeyRegistration = serde_json::from_value(state).map_err(crate::internal)?;
    let answer: RegisterPublicKeyCredential = read(answer)?;
    let passkey = party.webauthn.finish_passkey_registration(&answer, &state).map_err(|error| {
        tracing::warn!(%user, %error, "a new passkey was refused");
        AppError::Conflict(UNCHECKED.into())
    })?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if at_most(store::count(&mut tx, ctx.workspace, user).await?) {
        return Err(AppError::Conflict(ENOUGH.into()));
    }
    let id = PasskeyId::generate();
    let new = NewPasskey {
        workspace: ctx.workspace,
        user,
        id,
        name: &name,
        rp_id: &party.id,
        credential_id: passkey.cred_id().as_ref(),
        credential: written(&passkey)?,
        now: ctx.now,
    };
    match store::insert(&mut tx, &new).await {
        Err(StoreError::Constraint(name)) if name == "passkeys_credential" => {
            return Err(AppError::Conflict("This passkey is added already.".into()));
        }
        other => other?,
    }
    way_in::tell(ctx, &mut tx, user, way_in::Change::PasskeyAdded(name.clone())).await?;
    tx.commit_audited(Action::PasskeyAdded, id, json!({ "name": name })).await?;
    rapport_queue::wake();
    Ok(())
}

/// Calls one of one's own otherwise.
pub async fn rename(ctx: &Ctx, id: PasskeyId, name: &str) -> Result<()> {
    let user = me(ctx)?.user;
    let name = text::required_line("name", name, limits::PASSKEY_NAME_CHARS)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    if !store::rename(&mut tx, ctx.workspace, user, id, &name).await? {
        return Err(AppError::NotFound);
    }
    tx.commit_audited(Action::PasskeyRenamed, id, json!({ "name": name })).await
}

/// Removes one of one's own: from now on it lets nobody in.
pub async fn remove(ctx: &Ctx, id: PasskeyId) -> Result<()> {
    let user = me(ctx)?.user;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let name = store::remove(&mut tx, ctx.workspace, user, id).await?;
    let name = name.ok_or(AppError::NotFound)?;
    way_in::tell(ctx, &mut tx, user, way_in::Change::PasskeyRemoved(name.clone())).await?;
    tx.commit_audited(Action::PasskeyRemoved, id, json!({ "name": name })).await?;
    rapport_queue::wake();
    Ok(())
}

/// Removes all of somebody's, each with its line in the log; answers whether there were any.
pub(super) async fn remove_all(ctx: &Ctx, tx: &mut Tx, user: UserId) -> Result<bool> {
    let removed = store::remove_all(tx, ctx.workspace, user).await?;
    for (id, name) in &removed {
        let detail = json!({ "name": name, "of": user });
        audit::record(ctx, tx, Action::PasskeyRemoved, &id.to_string(), detail).await?;
    }
    Ok(!removed.is_empty())
}

fn me(ctx: &Ctx) -> Result<&Viewer> {
    ctx.require(Permission::WorkspaceRead)?;
    match &ctx.actor {
        crate::Actor::User(viewer) => Ok(viewer),
        _ => Err(AppError::Forbidden),
    }
}

/// Whether there is room for no more.
fn at_most(count: i64) -> bool {
    usize::try_from(count).is_ok_and(|count| count >= limits::PASSKEYS_MAX)
}

fn until(now: DateTime<Utc>) -> DateTime<Utc> {
    now + WAITS
}

fn written(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(crate::internal)
}

/// What a device answered, as the browser wrote it.
fn read<T: DeserializeOwned>(answer: &str) -> Result<T> {
    let unread = || AppError::Conflict(UNCHECKED.into());
    if answer.len() > ANSWER_CHARS {
        return Err(unread());
    }
    serde_json::from_str(answer).map_err(|_| unread())
}

const ENOUGH: &str = "You have ten passkeys. Remove one before you add another.";
const ONLY_SSO: &str = "Your workspace takes single sign-on alone: a passkey would not let you in.";
const TOO_LATE: &str = "That took too long. Begin again.";
const UNCHECKED: &str = "The passkey could not be checked. Try again.";
