//! What is stored of passwords and tokens, and how they are compared.

use crate::Result;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rapport_domain::AppError;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// OWASP's floor for argon2id: 19 MiB, 2 passes, 1 lane.
const ARGON_KIB: u32 = 19 * 1024;
const ARGON_PASSES: u32 = 2;
/// Hashing takes a core each: as many at once as the smallest machine has.
static HASHING: Semaphore = Semaphore::const_new(2);
/// How many may wait for their turn: two seconds' worth. Whoever comes then is told to come again.
static WAITING: Semaphore = Semaphore::const_new(64);
/// Shortest password we accept, in characters.
const PASSWORD_CHARS_MIN: usize = 10;
/// Longest: argon2 takes more, a form should not.
const PASSWORD_CHARS_MAX: usize = 200;

/// Refuses a password that is too short or too long.
pub(crate) fn check_password(password: &str) -> Result<()> {
    match password.chars().count() {
        n if n < PASSWORD_CHARS_MIN => Err(AppError::invalid(
            "password",
            format!("Use at least {PASSWORD_CHARS_MIN} characters."),
        )),
        n if n > PASSWORD_CHARS_MAX => Err(AppError::invalid(
            "password",
            format!("Use at most {PASSWORD_CHARS_MAX} characters."),
        )),
        _ => Ok(()),
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

pub(super) fn hash_now(password: &str) -> Result<String> {
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
