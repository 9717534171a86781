//! Who calls the API: the workspace behind a secret key, no faster than its quota, and nothing but what
//! its scopes allow.

use super::problem::Problem;
use super::scopes;
use crate::middleware::real_ip::device;
use crate::state::AppState;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::{HeaderMap, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rapport_domain::api_key::KeyKind;
use rapport_domain::{ApiKeyId, AppError};
use rapport_services::auth::FromAddress;
use rapport_services::{Ctx, auth};
use rapport_store::api_keys::ApiKey;
use std::net::SocketAddr;
use std::num::NonZeroU32;

/// Requests a second that one key may make for ever, and at once after a rest:
/// an import at full speed passes, a runaway loop does not starve the agents' pages.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
const BURST: NonZeroU32 = NonZeroU32::new(2_000).expect("not zero");

/// What each key has used of its quota, in memory.
#[derive(Debug)]
pub struct Quotas(DefaultKeyedRateLimiter<ApiKeyId>);

impl Default for Quotas {
    fn default() -> Self {
        Self::new(PER_SECOND, BURST)
    }
}

impl Quotas {
    /// Quotas of `per_second` requests, `burst` of them at once.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        // Keys are few and only valid ones get here: nothing needs to be dropped.
        Self(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst)))
    }

    fn take(&self, key: ApiKeyId) -> Result<(), AppError> {
        self.0.check_key(&key).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let retry_after_s = u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX);
            AppError::RateLimited { retry_after_s }
        })
    }
}

/// Lets requests with a secret key pass and notes the key in the request.
pub async fn guard(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let key = match find_key(&state, request.headers()).await {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let from = device(&state.config, peer, request.headers());
    auth::key_used(&state.store, &key, &from).await;
    request.extensions_mut().insert(FromAddress(from.address));
    let scope = scopes::needed(request.method(), request.uri().path());
    if !scope.is_some_and(|scope| key.scopes.contains(&scope)) {
        return Problem::missing_scope(scope).into_response();
    }
    request.extensions_mut().insert(key);
    next.run(request).await
}

async fn find_key(state: &AppState, headers: &HeaderMap) -> Result<ApiKey, Problem> {
    let token = bearer(headers).ok_or_else(Problem::no_key)?;
    let key = auth::api_key(&state.store, token).await?.ok_or_else(Problem::no_key)?;
    if key.kind != KeyKind::Secret {
        return Err(Problem::public_key());
    }
    state.quotas.take(key.id)?;
    state.usage.count(&key);
    Ok(key)
}

/// The token of `Authorization: Bearer …`; the scheme's case does not matter.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The circumstances of a request that [`guard`] let pass.
#[derive(Debug)]
pub struct Caller(pub Ctx);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = parts.extensions.get::<ApiKey>().ok_or_else(Problem::no_key)?;
        let from = parts.extensions.get::<FromAddress>().cloned().unwrap_or_default();
        let mut ctx = Ctx::for_api_key(state.store.clone(), key).asked_from(from.0);
        if let Some(at) = text(&parts.headers, "Rapport-At")? {
            let wrong = |_| {
                AppError::invalid(
                    "Rapport-At",
                    "This is not a time; 2026-11-24T09:14:00Z would be one.",
                )
            };
            ctx = ctx.at(at.parse().map_err(wrong)?)?;
        }
        if let Some(actor) = text(&parts.headers, "Rapport-Actor")? {
            ctx = ctx.in_the_name_of(actor).await?;
        }
        Ok(Self(ctx))
    }
}

/// A header's value as UTF-8.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, AppError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes());
    text.map(Some).map_err(|_| AppError::invalid(name, "This header is not UTF-8."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_tokens_count() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
            bearer(&headers).map(str::to_string)
        };
        assert_eq!(with("Bearer rsk_a").as_deref(), Some("rsk_a"));
        assert_eq!(with("bearer rsk_a").as_deref(), Some("rsk_a"));
        assert_eq!(with("Basic cnNrX2E="), None);
        assert_eq!(with("rsk_a"), None);
    }

    #[test]
    fn one_key_cannot_use_up_another_s_quota() {
        let quotas = Quotas::new(NonZeroU32::MIN, NonZeroU32::new(3).expect("not zero"));
        let [a, b] = [ApiKeyId::generate(), ApiKeyId::generate()];
        assert_eq!((0..10).filter(|_| quotas.take(a).is_ok()).count(), 3);
        assert!(quotas.take(b).is_ok());
        assert_eq!(quotas.take(a), Err(AppError::RateLimited { retry_after_s: 1 }));
    }
}
