//! Login, logout, sessions and API keys.

use crate::transaction::begin_unattended;
use crate::{Result, ctx, two_factor};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::session::{Device, Viewer};
use rapport_domain::{AppError, UserId, WorkspaceId};
use rapport_store::api_keys::ApiKey;
use rapport_store::audit::{self, Entry};
use rapport_store::{Store, StoreError};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// How long a session lives; an agent logs in about once a week.
pub const SESSION_DAYS: i64 = 7;
/// OWASP's floor for argon2id: 19 MiB, 2 passes, 1 lane.
const ARGON_KIB: u32 = 19 * 1024;
const ARGON_PASSES: u32 = 2;
/// Hashing takes a core each: as many at once as the smallest machine has.
static HASHING: Semaphore = Semaphore::const_new(2);
/// How many may wait for their turn: two seconds' worth. Whoever comes then is told to come again.
static WAITING: Semaphore = Semaphore::const_new(64);
/// How exactly the last use of a key or session is known.
const USE_NOTED: TimeDelta = TimeDelta::minutes(1);
/// Characters kept of what a program calls itself.
const AGENT_CHARS: usize = 300;
/// Compared against when the e-mail is unknown, so that both answers take the same time.
static DUMMY_HASH: LazyLock<String> =
    LazyLock::new(|| hash_now("no one has this password").expect("constant input hashes"));

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

/// Checks e-mail and password; on success lets the person in, or on to their second factor.
pub async fn login(store: &Store, email: &str, password: &str, from: &Device) -> Result<Entered> {
    let found = store.credentials(email.trim()).await?;
    let hash = found.as_ref().map_or_else(|| DUMMY_HASH.clone(), |c| c.password_hash.clone());
    let matches = verify(password.to_string(), hash).await?;
    let (Some(user), true) = (found, matches) else {
        return Err(AppError::invalid("password", "E-mail or password is wrong."));
    };
    let entered = two_factor::enter(store, user.workspace, user.user, from).await?;
    tracing::info!(user = %user.user, "login");
    Ok(entered)
}

/// Stores a session of somebody who proved who they are, and answers its token.
pub(crate) async fn start_session(
    store: &Store,
    workspace: WorkspaceId,
    user: UserId,
    from: &Device,
) -> Result<String> {
    let token = random_token();
    let expires = ctx::now() + TimeDelta::days(SESSION_DAYS);
    let from = measured(from);
    store.insert_session(workspace, user, &hash_token(&token), expires, &from).await?;
    let mut tx = begin_unattended(store).await?;
    let entry = Entry {
        at: ctx::now(),
        actor_kind: "user",
        actor_id: Some(user.0),
        action: Action::LoggedIn,
        object: &user.to_string(),
        detail: serde_json::json!({ "device": from.agent }),
        address: &from.address,
    };
    audit::record(&mut tx, workspace, &entry).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(token)
}

fn measured(from: &Device) -> Device {
    let agent = from.agent.chars().take(AGENT_CHARS).collect();
    Device { address: from.address.clone(), agent }
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
    if let Err(error) = store.api_key_used(key.workspace, key.id, &from, now).await {
        tracing::warn!(%error, key = %key.id, "the use of a key could not be noted");
    }
}

/// 256 random bits as URL-safe text.
pub(crate) fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored of a token. The tokens are random, so a plain hash is enough.
pub(crate) fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Hashes a password with argon2id, off the async threads.
pub(crate) async fn hash_password(password: String) -> Result<String> {
    in_turn(&WAITING, &HASHING, move || hash_now(&password)).await?
}

pub(crate) async fn verify(password: String, hash: String) -> Result<bool> {
    let check = move || match PasswordHash::new(&hash) {
        Ok(parsed) => argon().verify_password(password.as_bytes(), &parsed).is_ok(),
        Err(error) => {
            tracing::error!(%error, "stored password hash cannot be read");
            false
        }
    };
    in_turn(&WAITING, &HASHING, check).await
}

/// Runs `work` off the async threads once there is a turn for it. The work itself holds its turn:
/// whoever hangs up meanwhile leaves the line, but what has begun runs to its end.
async fn in_turn<T: Send + 'static>(
    line: &'static Semaphore,
    turns: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let _place = line.try_acquire().map_err(|_| AppError::Unavailable)?;
    let turn = turns.acquire().await.map_err(|_| AppError::Unavailable)?;
    let run = move || {
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(run).await.map_err(crate::internal)
}

fn argon() -> Argon2<'static> {
    let params = Params::new(ARGON_KIB, ARGON_PASSES, 1, None).expect("constant parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> Result<String> {
    match argon().hash_password_with_salt(password.as_bytes(), &rand::random::<[u8; 16]>()) {
        Ok(hash) => Ok(hash.to_string()),
        Err(error) => {
            tracing::error!(%error, "password could not be hashed");
            Err(AppError::Unavailable)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::sync::Mutex;

    #[tokio::test]
    async fn who_hangs_up_frees_no_turn_that_is_still_used_and_the_line_has_an_end() {
        static LINE: Semaphore = Semaphore::const_new(3);
        static TURNS: Semaphore = Semaphore::const_new(1);
        static GATE: Mutex<()> = Mutex::const_new(());
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let work = || {
            MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            drop(GATE.blocking_lock());
            RUNNING.fetch_sub(1, Ordering::SeqCst);
        };
        // Nothing ends before the gate opens, however slow the machine is.
        let shut = GATE.lock().await;
        let begun = tokio::spawn(in_turn(&LINE, &TURNS, work));
        while RUNNING.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        begun.abort();
        assert!(begun.await.is_err_and(|end| end.is_cancelled()));
        for _ in 0..5 {
            let waits = tokio::spawn(in_turn(&LINE, &TURNS, work));
            tokio::task::yield_now().await;
            waits.abort();
            assert!(waits.await.is_err_and(|end| end.is_cancelled()));
        }
        let three: Vec<_> = (0..3).map(|_| tokio::spawn(in_turn(&LINE, &TURNS, work))).collect();
        while LINE.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(in_turn(&LINE, &TURNS, work).await, Err(AppError::Unavailable)));
        drop(shut);
        for one in three {
            one.await.expect("no panic").expect("a turn");
        }
        assert_eq!(MOST.load(Ordering::SeqCst), 1);
    }
}
