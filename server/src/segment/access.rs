//! Whose events: the write key, wherever a client puts it, and how much may come with it.

use crate::api::problem::Problem;
use crate::middleware::real_ip::{device_at, subscriber};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rapport_domain::Permission;
use rapport_domain::api_key::KeyKind;
use rapport_domain::{ApiKeyId, AppError};
use rapport_services::auth;
use rapport_services::key_usage::KeyUsage;
use rapport_store::Store;
use rapport_store::api_keys::ApiKey;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Requests a second from one browser's address, and at once after a rest.
const BROWSER_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const BROWSER_BURST: NonZeroU32 = NonZeroU32::new(500).expect("not zero");
/// The same of one secret key: the queue holds back a faster one anyway.
const SERVER_PER_SECOND: NonZeroU32 = NonZeroU32::new(20_000).expect("not zero");
/// Addresses kept before those that have rested are dropped.
const ADDRESSES_MAX: usize = 50_000;
/// How long a key is believed without asking again, which is how long a revoked one lives on.
const KEY_AGE: Duration = Duration::from_secs(4);
const KEYS_MAX: usize = 10_000;

/// The key as a header gives it.
#[derive(Debug, PartialEq, Eq)]
pub struct Access(Option<String>);

impl Access {
    /// Basic with the key as user name, or Bearer.
    pub fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let Some((scheme, rest)) = value.and_then(|v| v.split_once(' ')) else {
            return Self(None);
        };
        let rest = rest.trim();
        let key = if scheme.eq_ignore_ascii_case("bearer") {
            Some(rest.to_string())
        } else if scheme.eq_ignore_ascii_case("basic") {
            let text = STANDARD.decode(rest).ok().and_then(|b| String::from_utf8(b).ok());
            text.map(|t| t.split_once(':').map_or(t.clone(), |(user, _)| user.to_string()))
        } else {
            None
        };
        Self(key.filter(|k| !k.is_empty()))
    }

    /// The header's key, else the body's.
    pub fn or_in_body<'a>(&'a self, body: Option<&'a str>) -> Result<&'a str, Problem> {
        self.0.as_deref().or(body).filter(|k| !k.is_empty()).ok_or_else(Problem::no_key)
    }
}

/// Keys that were looked up a moment ago: a flood of single events asks the database once.
#[derive(Debug, Default)]
pub struct Keys(Mutex<HashMap<String, (Instant, ApiKey)>>);

impl Keys {
    /// The key, unless it is unknown or revoked.
    async fn find(
        &self,
        store: &Store,
        text: &str,
        ip: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Option<ApiKey>, AppError> {
        let known = {
            let keys = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            keys.get(text).filter(|(at, _)| at.elapsed() < KEY_AGE).map(|(_, key)| key.clone())
        };
        if known.is_some() {
            return Ok(known);
        }
        // The age counts from the question: what was revoked since is not believed any longer.
        let asked = Instant::now();
        let found = auth::api_key(store, text).await?;
        if let Some(key) = &found {
            auth::key_used(store, key, &device_at(ip, headers)).await;
        }
        let mut keys = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if keys.len() >= KEYS_MAX {
            keys.clear();
        }
        match &found {
            // Only valid keys are kept: guesses fill no memory.
            Some(key) => drop(keys.insert(text.into(), (asked, key.clone()))),
            None => drop(keys.remove(text)),
        }
        Ok(found)
    }
}

/// A server's key needs the scope; a browser's is used by the pages it is for. What says nothing of
/// where it comes from is no browser, and nothing would keep it from saying anything.
fn may_send(key: &ApiKey, headers: &HeaderMap) -> Result<(), Problem> {
    let scope = Permission::EventsWrite;
    if key.kind == KeyKind::Secret {
        let allowed = key.scopes.contains(&scope);
        return if allowed { Ok(()) } else { Err(Problem::missing_scope(Some(scope))) };
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let named = |allowed: &String| allowed.as_bytes() == origin.as_bytes();
    if key.allowed_origins.is_empty() || key.allowed_origins.iter().any(named) {
        return Ok(());
    }
    Err(Problem::foreign_origin())
}

/// Who may pass, and how often.
#[derive(Debug)]
pub struct Gate {
    keys: Keys,
    browsers: DefaultKeyedRateLimiter<(ApiKeyId, IpAddr)>,
    servers: DefaultKeyedRateLimiter<ApiKeyId>,
    usage: KeyUsage,
}

impl Gate {
    /// One that counts what each key is used.
    pub fn new(usage: KeyUsage) -> Self {
        let browser = Quota::per_second(BROWSER_PER_SECOND).allow_burst(BROWSER_BURST);
        Self {
            keys: Keys::default(),
            browsers: RateLimiter::keyed(browser),
            servers: RateLimiter::keyed(Quota::per_second(SERVER_PER_SECOND)),
            usage,
        }
    }

    /// The same for what a page alone asks: a secret key in a browser is a mistake that must not
    /// seem to work.
    pub async fn admit_browser(
        &self,
        store: &Store,
        text: &str,
        ip: IpAddr,
        headers: &HeaderMap,
    ) -> Result<ApiKey, Problem> {
        let key = self.admit(store, text, ip, headers).await?;
        if key.kind == KeyKind::Secret { Err(Problem::no_key()) } else { Ok(key) }
    }

    /// The key, if it is one and has not used up its quota.
    pub async fn admit(
        &self,
        store: &Store,
        text: &str,
        ip: IpAddr,
        headers: &HeaderMap,
    ) -> Result<ApiKey, Problem> {
        let key = self.keys.find(store, text, ip, headers).await?.ok_or_else(Problem::no_key)?;
        may_send(&key, headers)?;
        let refused = if key.kind == KeyKind::Secret {
            self.servers.check_key(&key.id).err()
        } else {
            if self.browsers.len() > ADDRESSES_MAX {
                self.browsers.retain_recent();
            }
            self.browsers.check_key(&(key.id, subscriber(ip))).err()
        };
        match refused {
            None => {
                self.usage.count(&key);
                Ok(key)
            }
            Some(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let retry_after_s = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
                Err(AppError::RateLimited { retry_after_s }.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
        Access::of(&headers).0
    }

    #[test]
    fn the_key_is_found_wherever_clients_put_it() {
        assert_eq!(of("Basic cnBrX2E6"), Some("rpk_a".into()));
        assert_eq!(of("basic cnBrX2E="), Some("rpk_a".into()));
        assert_eq!(of("Bearer rsk_a"), Some("rsk_a".into()));
        for none in ["Basic !!!", "Basic", "Basic Og==", "Digest x"] {
            assert_eq!(of(none), None, "{none}");
        }
        let access = Access(None);
        assert_eq!(access.or_in_body(Some("rpk_b")).ok(), Some("rpk_b"));
        assert!(access.or_in_body(None).is_err());
    }
}
