//! Who a browser's user is: a token that the workspace's own server signed with a secret of
//! ours. JSON Web Tokens with HS256 and nothing else, so that no header chooses the check.

use crate::secrets::Keyring;
use crate::{Ctx, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use rapport_domain::audit::Action;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::{IdentitySecretId, Permission, WorkspaceId};
use rapport_store::Store;
use rapport_store::identity_secrets::{self, IdentitySecret};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

/// How long tokens of an old secret still count after a rotation.
const RETIRE_DAYS: i64 = 7;
/// Longest token that is looked at.
const TOKEN_BYTES: usize = 4_096;
/// How far a server's clock may be ahead of ours.
const LEEWAY_S: i64 = 60;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The external id.
    pub sub: String,
    /// When it ends, in seconds since 1970; required.
    pub exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The person's e-mail, if the server vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Claims {
    /// The identifiers that the token proves, the external id first.
    pub(crate) fn keys(&self) -> Result<Vec<Key>> {
        let mut keys = vec![Key::new(IdentifierKind::ExternalId, "userToken", &self.sub)?];
        if let Some(email) = &self.email {
            keys.push(Key::new(IdentifierKind::Email, "userToken", email)?);
        }
        Ok(keys)
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

fn mac(secret: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.as_bytes()).expect("any length is a key")
}

/// A token, as the workspace's server makes one.
pub fn sign_token(secret: &str, claims: &Claims) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(json!(claims)));
    let signature = mac(secret).chain_update(&signed).finalize().into_bytes();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of a token that one of `secrets` signed and that counts at `now`.
pub(crate) fn verify(secrets: &[SecretString], token: &str, now: DateTime<Utc>) -> Option<Claims> {
    if token.len() > TOKEN_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    let signature = decode(signature)?;
    let good = |secret: &SecretString| {
        mac(secret.expose_secret()).chain_update(signed).verify_slice(&signature).is_ok()
    };
    if header.alg != "HS256" || !secrets.iter().any(good) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&decode(claims)?).ok()?;
    let now = now.timestamp();
    let begun = claims.nbf.is_none_or(|at| at.saturating_sub(LEEWAY_S) <= now);
    (begun && now < claims.exp).then_some(claims)
}

fn place(workspace: WorkspaceId, id: IdentitySecretId) -> String {
    format!("identity_secret {workspace} {id}")
}

/// The workspace's secrets in the clear; those that cannot be opened are left out and logged.
pub(crate) async fn open_secrets(
    store: &Store,
    keys: &Keyring,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Vec<SecretString>> {
    let sealed = store.identity_secrets(workspace, now).await?;
    let open = |s: IdentitySecret| {
        let opened = keys.open(&place(workspace, s.id), &s.secret);
        opened
            .inspect_err(|error| tracing::error!(%error, secret = %s.id, "cannot verify users"))
            .ok()
    };
    Ok(sealed.into_iter().filter_map(open).collect())
}

/// The newest secret in the clear, for the server that signs with it; `None` when there is none
/// that this server can open.
pub async fn reveal_secret(ctx: &Ctx, keys: &Keyring) -> Result<Option<String>> {
    ctx.require(Permission::SettingsWrite)?;
    let open = open_secrets(&ctx.store, keys, ctx.workspace, ctx.now).await?;
    Ok(open.into_iter().next().map(|secret| secret.expose_secret().to_string()))
}

/// Makes a new secret and answers its text. The ones before it count
/// for another week.
pub async fn new_secret(ctx: &Ctx, keys: &Keyring) -> Result<String> {
    ctx.require(Permission::SettingsWrite)?;
    make_secret(ctx, keys).await
}

async fn make_secret(ctx: &Ctx, keys: &Keyring) -> Result<String> {
    let id = IdentitySecretId::generate();
    let secret = format!("rps_{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let sealed = keys.seal(&place(ctx.workspace, id), "secret", &secret)?;
    let new = IdentitySecret { id, secret: sealed, created_at: ctx.now, retires_at: None };
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let retires_at = ctx.now + TimeDelta::days(RETIRE_DAYS);
    identity_secrets::rotate(&mut tx, ctx.workspace, &new, retires_at).await?;
    tx.commit_audited(Action::IdentitySecretCreated, id, json!({})).await?;
    Ok(secret)
}

/// A token for the demo's web shop, with a secret that is made when there is none. Acts as the
/// system; only demo mode calls it, where keys and passwords are well known anyway.
pub async fn demo_token(
    store: &Store,
    keys: &Keyring,
    workspace: WorkspaceId,
    user: &str,
    email: Option<&str>,
) -> Result<String> {
    // The demo's own server makes the secret that an admin would.
    let ctx = Ctx::for_operator(store.clone(), workspace);
    let known = open_secrets(store, keys, workspace, ctx.now).await?;
    let secret = match known.into_iter().next() {
        Some(secret) => secret,
        None => SecretString::from(make_secret(&ctx, keys).await?),
    };
    let exp = (ctx.now + TimeDelta::hours(1)).timestamp();
    let claims = Claims { sub: user.into(), exp, nbf: None, email: email.map(Into::into) };
    claims.keys()?;
    Ok(sign_token(secret.expose_secret(), &claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().expect("a time")
    }

    fn claims() -> Claims {
        let exp = now().timestamp() + 60;
        Claims { sub: "u1".into(), exp, nbf: None, email: Some("a@x.example".into()) }
    }

    fn ring(secret: &str) -> [SecretString; 1] {
        [SecretString::from(secret.to_string())]
    }

    #[test]
    fn a_token_counts_with_its_secret_until_it_ends() {
        let token = sign_token("s", &claims());
        assert_eq!(verify(&ring("s"), &token, now()), Some(claims()));
        assert_eq!(verify(&ring("other"), &token, now()), None);
        assert_eq!(verify(&[], &token, now()), None);
        assert_eq!(verify(&ring("s"), &token, now() + TimeDelta::minutes(2)), None);
        let early = Claims { nbf: Some(now().timestamp() + 300), ..claims() };
        assert_eq!(verify(&ring("s"), &sign_token("s", &early), now()), None);
    }

    #[test]
    fn no_header_and_no_change_talks_its_way_in() {
        let token = sign_token("s", &claims());
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let none =
            format!("{}.{}.", part(r#"{"alg":"none"}"#), part(r#"{"sub":"u1","exp":9999999999}"#));
        let changed = format!(
            "{}.{}.{signature}",
            part(r#"{"alg":"HS256"}"#),
            part(r#"{"sub":"u2","exp":9999999999}"#)
        );
        for bad in ["", ".", "..", "a.b.c", &none, &changed, signed, &format!("{token}x")] {
            assert_eq!(verify(&ring("s"), bad, now()), None, "{bad}");
        }
        // Without an end it is no token.
        let endless = format!("{}.{}", part(r#"{"alg":"HS256"}"#), part(r#"{"sub":"u1"}"#));
        let mac = mac("s").chain_update(&endless).finalize().into_bytes();
        let endless = format!("{endless}.{}", URL_SAFE_NO_PAD.encode(mac));
        assert_eq!(verify(&ring("s"), &endless, now()), None);
    }
}
