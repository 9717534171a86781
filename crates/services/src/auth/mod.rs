//! Login, logout, sessions and API keys; what people log in with, and the second factor.

mod credentials;
mod forgotten;
mod letter;
mod new_device;
pub mod passkeys;
pub mod passwords;
pub mod two_factor;
mod way_in;

pub(crate) use credentials::{check_password, hash_password, hash_token, random_token, verify};
pub(crate) use forgotten::MailReset;
pub use forgotten::forgotten;
pub(crate) use new_device::TellOfDevice;
pub(crate) use way_in::TellOfWayIn;

use crate::transaction::begin_unattended;
use crate::{Result, ctx};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::session::{Device, Viewer};
use rapport_domain::{AppError, UserId, WorkspaceId};
use rapport_store::api_keys::ApiKey;
use rapport_store::audit::{self, Entry};
use rapport_store::{Store, StoreError};
use std::sync::LazyLock;

/// How long a session lives; an agent logs in about once a week.
pub const SESSION_DAYS: i64 = 7;
/// Characters of a token.
pub const TOKEN_CHARS: usize = 43;
/// How exactly the last use of a key or session is known.
const USE_NOTED: TimeDelta = TimeDelta::minutes(1);
/// Characters kept of what a program calls itself.
const AGENT_CHARS: usize = 300;
/// Compared against when the e-mail is unknown, so that both answers take the same time.
static DUMMY_HASH: LazyLock<String> = LazyLock::new(|| {
    credentials::hash_now("no one has this password").expect("constant input hashes")
});

/// The session of a request, by the hash of its token.
#[derive(Debug, Clone)]
pub struct CurrentSession(pub(crate) Vec<u8>);

impl CurrentSession {
    /// The one that a token opens.
    pub fn of(token: &str) -> Self {
        Self(hash_token(token))
    }
}

/// From which address a request came.
#[derive(Debug, Clone, Default)]
pub struct FromAddress(pub String);

/// How far a log-in came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// All the way: the session's token.
    Session(String),
    /// To the second factor: the token of a form that asks for a code.
    Code(String),
}

impl Entered {
    /// The token of the session, where there is one.
    pub fn session(self) -> Option<String> {
        match self {
            Self::Session(token) => Some(token),
            Self::Code(_) => None,
        }
    }
}

/// By what somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A password, or a link that sets one, with the code where one is asked for.
    Password,
    SingleSignOn,
    /// A passkey, which counts as both factors.
    Passkey,
}

impl By {
    /// As the log has it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SingleSignOn => "single sign-on",
            Self::Passkey => "passkey",
        }
    }
}

/// Checks e-mail and password; on success lets the person in, or on to their second factor.
pub async fn login(store: &Store, email: &str, password: &str, from: &Device) -> Result<Entered> {
    let found = store.credentials(email.trim()).await?;
    let hash = found.as_ref().map_or_else(|| DUMMY_HASH.clone(), |c| c.password_hash.clone());
    let matches = verify(password.to_string(), hash).await?;
    let user = match (found, matches) {
        (Some(user), true) => user,
        (found, _) => {
            // Of an address that is nobody's no workspace has a log.
            if let Some(of) = found {
                refused(store, of.workspace, of.user, "password", from).await?;
            }
            return Err(AppError::invalid("password", "E-mail or password is wrong."));
        }
    };
    let entered = two_factor::enter(store, user.workspace, user.user, from).await?;
    tracing::info!(user = %user.user, "login");
    Ok(entered)
}

/// Writes down that somebody who may be anybody tried to log in as a person; how often that can be is
/// bounded before. Nobody did it as far as is known, so that it stands under the server's name.
pub(crate) async fn refused(
    store: &Store,
    workspace: WorkspaceId,
    user: UserId,
    wrong: &str,
    from: &Device,
) -> Result<()> {
    let from = measured(from);
    let mut tx = begin_unattended(store).await?;
    let entry = Entry {
        at: ctx::now(),
        actor_kind: "system",
        actor_id: None,
        action: Action::LogInRefused,
        object: &user.to_string(),
        detail: serde_json::json!({ "wrong": wrong, "device": from.agent }),
        address: &from.address,
    };
    audit::record(&mut tx, workspace, &entry).await?;
    Ok(tx.commit().await.map_err(StoreError::from)?)
}

/// Stores a session of somebody who proved who they are, and answers its token.
pub(crate) async fn start_session(
    store: &Store,
    workspace: WorkspaceId,
    user: UserId,
    from: &Device,
    by: By,
) -> Result<String> {
    // Here at the latest: every way in ends here.
    if by != By::SingleSignOn {
        admit_password(store, workspace, user).await?;
    }
    let token = random_token();
    let expires = ctx::now() + TimeDelta::days(SESSION_DAYS);
    let from = measured(from);
    store.insert_session(workspace, user, &hash_token(&token), expires, &from).await?;
    let mut tx = begin_unattended(store).await?;
    new_device::meet(&mut tx, workspace, user, &from).await?;
    let entry = Entry {
        at: ctx::now(),
        actor_kind: "user",
        actor_id: Some(user.0),
        action: Action::LoggedIn,
        object: &user.to_string(),
        detail: serde_json::json!({ "device": from.agent, "by": by.as_str() }),
        address: &from.address,
    };
    audit::record(&mut tx, workspace, &entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    rapport_queue::wake();
    Ok(token)
}

/// Refuses a password where the workspace takes none from this person.
pub(crate) async fn admit_password(db: &Store, workspace: WorkspaceId, user: UserId) -> Result<()> {
    match db.password_refused(workspace, user).await? {
        true => Err(passwords_refused()),
        false => Ok(()),
    }
}

/// What whoever is refused reads.
pub(crate) fn passwords_refused() -> AppError {
    let text = "Your workspace does not allow passwords. Log in with single sign-on.";
    AppError::Conflict(text.into())
}

/// A secret of a browser's own, for a cookie.
pub fn new_token() -> String {
    random_token()
}

/// A new mark by which a browser is known again.
pub fn new_mark() -> String {
    random_token()
}

fn measured(from: &Device) -> Device {
    let agent = from.agent.chars().take(AGENT_CHARS).collect();
    Device { agent, ..from.clone() }
}

/// The person behind a session token.
pub async fn viewer(store: &Store, token: &str) -> Result<Option<Viewer>> {
    if token.is_empty() || token.len() > 100 {
        return Ok(None);
    }
    let (hash, now) = (hash_token(token), ctx::now());
    let Some((viewer, seen)) = store.viewer(&hash, now).await? else { return Ok(None) };
    if now - seen >= USE_NOTED
        && let Err(error) = store.session_seen(&hash, now).await
    {
        tracing::warn!(%error, "a session could not be noted as seen");
    }
    Ok(Some(viewer))
}

/// Ends a session; an unknown token is no error.
pub async fn logout(store: &Store, token: &str) -> Result<()> {
    Ok(store.delete_session(&hash_token(token)).await?)
}

/// The API key behind a bearer token.
pub async fn api_key(store: &Store, token: &str) -> Result<Option<ApiKey>> {
    if token.is_empty() || token.len() > 200 {
        return Ok(None);
    }
    Ok(store.api_key(&hash_token(token), ctx::now()).await?)
}

/// Notes from where a key was used last, once a minute at the most. That it cannot be noted
/// refuses nobody.
pub async fn key_used(store: &Store, key: &ApiKey, from: &Device) {
    let now = ctx::now();
    if key.last_used_at.is_some_and(|at| now - at < USE_NOTED) {
        return;
    }
    let from = measured(from);
    if let Err(error) = store.api_key_used(key, &from, now).await {
        tracing::warn!(%error, key = %key.id, "the use of a key could not be noted");
    }
}
