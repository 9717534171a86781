//! Logging in with a passkey, alone or in place of the code that is asked for after a password.

use super::party::Party;
use super::{read, until, written};
use crate::auth::{self, By, hash_token, random_token};
use crate::transaction::begin_unattended;
use crate::{Result, ctx};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rapport_domain::session::Device;
use rapport_domain::{AppError, UserId, WorkspaceId};
use rapport_store::passkeys::log_in::{self as store, FoundPasskey, PasskeyChallenge};
use rapport_store::{Store, StoreError, Tx, two_factor};
use serde::Serialize;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError,
};

/// What a browser asks of a device.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// Names the question, for the form that brings the answer.
    pub token: String,
    pub options: Value,
}

/// What a browser brings back.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The browser's cookie.
    pub browser: &'a str,
    /// [`Asked::token`].
    pub token: &'a str,
    /// The token of the form that asks for a code, where a password was right before.
    pub waiting: Option<&'a str>,
    /// What the device answered.
    pub credential: &'a str,
}

/// Who came in.
#[derive(Debug)]
pub struct Entered {
    /// The session's token.
    pub session: String,
    pub email: String,
}

/// Whether the login page offers passkeys; to whoever waits for a code, whether they have one.
pub async fn offered(db: &Store, origin: &str, waiting: Option<&str>) -> Result<bool> {
    let Ok(party) = Party::of(origin) else { return Ok(false) };
    let Some(token) = waiting else { return Ok(db.has_passkeys().await?) };
    let Some((workspace, user)) = waits(db, token).await? else { return Ok(false) };
    Ok(!db.passkey_credentials(workspace, user, &party.id).await?.is_empty())
}

/// What to ask a device: for any passkey of this server, or for one of whoever waits for a code.
pub async fn ask(db: &Store, origin: &str, browser: &str, waiting: Option<&str>) -> Result<Asked> {
    let party = Party::of(origin)?;
    let of = match waiting {
        None => None,
        Some(token) => Some(waits(db, token).await?.ok_or_else(over)?),
    };
    let (asked, state) =
        party.webauthn.start_discoverable_authentication().map_err(crate::internal)?;
    let mut options = written(&asked.public_key)?;
    if let Some((workspace, user)) = of {
        let theirs = db.passkey_credentials(workspace, user, &party.id).await?;
        if theirs.is_empty() {
            return Err(AppError::NotFound);
        }
        let theirs = theirs.iter().map(|id| URL_SAFE_NO_PAD.encode(id));
        options["allowCredentials"] =
            theirs.map(|id| json!({ "type": "public-key", "id": id })).collect();
    }
    let token = random_token();
    let challenge = PasskeyChallenge { of, state: written(&state)? };
    let (named, from) = (hash_token(&token), hash_token(browser));
    db.insert_passkey_challenge(&challenge, &named, &from, until(ctx::now())).await?;
    Ok(Asked { token, options })
}

/// Lets in whose passkey answered.
pub async fn enter(
    db: &Store,
    origin: &str,
    answer: &Answer<'_>,
    from: &Device,
) -> Result<Entered> {
    let party = Party::of(origin)?;
    let (token, browser) = (hash_token(answer.token), hash_token(answer.browser));
    let challenge = db.take_passkey_challenge(&token, &browser, ctx::now()).await?;
    let challenge = challenge.ok_or_else(over)?;
    let credential: PublicKeyCredential = read(answer.credential)?;
    let mut tx = begin_unattended(db).await?;
    let found = store::lock_by_credential(&mut tx, credential.get_credential_id()).await?;
    let Some(found) = found else {
        drop(tx);
        if let Some((workspace, user)) = challenge.of {
            auth::refused(db, workspace, user, "passkey", from).await?;
        }
        return Err(AppError::Conflict(UNKNOWN.into()));
    };
    if let Err(refusal) = check(&party, &mut tx, &challenge, &credential, &found).await? {
        drop(tx);
        tracing::warn!(user = %found.user, wrong = refusal.wrong, "a passkey was refused");
        // Whoever is asked for a code is refused, not the owner of what they brought.
        let (workspace, user) = challenge.of.unwrap_or((found.workspace, found.user));
        auth::refused(db, workspace, user, refusal.wrong, from).await?;
        return Err(AppError::Conflict(refusal.text.into()));
    }
    if let Some(waiting) = answer.waiting {
        two_factor::end_challenge(&mut tx, &hash_token(waiting)).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    let (workspace, user) = (found.workspace, found.user);
    let session = auth::start_session(db, workspace, user, from, By::Passkey).await?;
    Ok(Entered { session, email: found.email })
}

/// Why a passkey lets nobody in: for the log, and for whoever holds it.
struct Refusal {
    wrong: &'static str,
    text: &'static str,
}

/// Whether the answer is right: the owner's, to this question, at this domain, with a count that went
/// on. Then it is noted as used. The outer error is ours.
async fn check(
    party: &Party,
    tx: &mut Tx,
    challenge: &PasskeyChallenge,
    credential: &PublicKeyCredential,
    found: &FoundPasskey,
) -> Result<std::result::Result<(), Refusal>> {
    let refuse = |text| Ok(Err(Refusal { wrong: "passkey", text }));
    // A device says whose it is, unless it was asked for one of somebody's.
    let said = match (credential.get_user_unique_id(), challenge.of) {
        (Some(said), _) => said == found.user.0.as_bytes(),
        (None, of) => of.is_some(),
    };
    let wanted = challenge.of.is_none_or(|of| of == (found.workspace, found.user));
    if !said || !wanted {
        return refuse(UNKNOWN);
    }
    if found.rp_id != party.id {
        return refuse(UNCHECKED);
    }
    let state = serde_json::from_value::<DiscoverableAuthentication>(challenge.state.clone());
    let state = state.map_err(crate::internal)?;
    let stored = serde_json::from_value::<Passkey>(found.credential.clone());
    let mut stored = stored.map_err(crate::internal)?;
    let checked = party.webauthn.finish_discoverable_authentication_v2(credential, state, &stored);
    match checked {
        Ok(result) => {
            stored.update_credential(&result);
            let (workspace, id, now) = (found.workspace, found.id, ctx::now());
            store::used(tx, workspace, id, &written(&stored)?, now).await?;
            Ok(Ok(()))
        }
        Err(WebauthnError::CredentialPossibleCompromise) => {
            Ok(Err(Refusal { wrong: "passkey counter", text: COPIED }))
        }
        Err(error) => {
            tracing::info!(%error, "what a passkey answered does not hold");
            refuse(UNCHECKED)
        }
    }
}

/// Who waits for a code behind a form's token.
async fn waits(db: &Store, token: &str) -> Result<Option<(WorkspaceId, UserId)>> {
    let found = db.challenge(&hash_token(token), ctx::now()).await?;
    Ok(found.map(|(workspace, user, _)| (workspace, user)))
}

fn over() -> AppError {
    AppError::Conflict("That took too long. Try again.".into())
}

const UNKNOWN: &str = "This passkey is not known here, or not any more. Log in another way.";
const UNCHECKED: &str = "The passkey could not be checked. Try again, or log in another way.";
const COPIED: &str = "This passkey was refused: it counts backwards, as a copy of it would. Log in another way, and replace it under My account.";
