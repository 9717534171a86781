//! The way to the provider and back. Nothing is believed that this browser did not ask for, and
//! nothing twice.

use super::admit::{Proven, admit};
use super::check::redirect_url;
use super::person::{Person, groups_in};
use super::provider::{MoreClaims, Providers, SsoClient, client};
use super::secret_of;
use super::trouble::{Trouble, unbelievable, word};
use crate::auth::{hash_token, random_token};
use crate::{Result, ctx};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreGenderClaim, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, CsrfToken, IdTokenClaims, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, Scope, SignatureVerificationError,
    TokenResponse,
};
use rapport_domain::session::Device;
use rapport_domain::sso::SsoRules;
use rapport_domain::{AppError, WorkspaceId};
use rapport_store::Store;
use rapport_store::sso::{SsoLogin, SsoSettings};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

/// How long somebody may take at the provider.
const WAITS: TimeDelta = TimeDelta::minutes(10);
/// How far the provider's clock may be from ours.
const CLOCKS: TimeDelta = TimeDelta::minutes(2);
/// Characters of the longest code and state that are taken back.
const BACK_CHARS: usize = 4_000;
/// With these a provider signs alone; `none` and what both sides could sign are not among them.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Claims = IdTokenClaims<MoreClaims, CoreGenderClaim>;

/// What came back from the provider, with what this browser keeps.
#[derive(Debug, Clone, Default)]
pub struct Back {
    pub state: String,
    pub code: Option<String>,
    pub error: Option<String>,
    /// Who says that it answers, where it says so (RFC 9207).
    pub iss: Option<String>,
    /// The browser's cookie.
    pub browser: String,
    /// Our address, as the provider knows it.
    pub redirect: String,
}

/// The address at the provider to which this browser is sent. `browser` is a secret of its own that
/// comes back in a cookie, `next` the page that was wanted.
pub async fn begin(
    db: &Store,
    providers: &Providers,
    workspace: WorkspaceId,
    redirect: &str,
    browser: &str,
    next: &str,
) -> Result<String> {
    let settings = db.sso_settings(workspace).await?.ok_or(AppError::NotFound)?;
    let rules = &settings.rules;
    let metadata = providers.known(&rules.issuer).await.map_err(|t| t.for_visitor())?;
    let us = us(db, workspace, &settings, &metadata, redirect)?;
    let state = random_token();
    let nonce = derived("nonce", browser, &state);
    let verifier = PkceCodeVerifier::new(derived("pkce", browser, &state));
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let (sent, asked) = (state.clone(), nonce);
    let mut request = us
        .authorize_url(flow, move || CsrfToken::new(sent), move || Nonce::new(asked))
        .add_scope(Scope::new("email".into()))
        .add_scope(Scope::new("profile".into()))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    // Some hand groups out for a scope of that name, and refuse scopes that they do not know.
    let groups = Scope::new(rules.groups_claim.clone());
    if metadata.scopes_supported().is_some_and(|scopes| scopes.contains(&groups)) {
        request = request.add_scope(groups);
    }
    let (address, _, _) = request.url();
    let login = SsoLogin { workspace, next: next.into() };
    let expires_at = ctx::now() + WAITS;
    db.insert_sso_login(&login, &hash_token(&state), &hash_token(browser), expires_at).await?;
    Ok(address.into())
}

/// Lets in whoever comes back. Answers the page that they wanted, and their session's token.
pub async fn finish(
    db: &Store,
    providers: &Providers,
    back: &Back,
    from: &Device,
) -> (String, Result<String>) {
    let taken = take(db, back).await;
    match taken {
        Ok(login) => {
            let entered = enter(db, providers, &login, back, from).await;
            (login.next, entered)
        }
        Err(error) => (String::new(), Err(error)),
    }
}

async fn take(db: &Store, back: &Back) -> Result<SsoLogin> {
    let short = back.state.len() <= BACK_CHARS && back.browser.len() <= BACK_CHARS;
    let (state, browser) = (hash_token(&back.state), hash_token(&back.browser));
    let found = match short {
        true => db.take_sso_login(&state, &browser, ctx::now()).await?,
        false => None,
    };
    found.ok_or_else(|| {
        let text = "This log-in was begun in another browser, was finished already, or took longer than ten minutes. Log in again.";
        AppError::Conflict(text.into())
    })
}

async fn enter(
    db: &Store,
    providers: &Providers,
    login: &SsoLogin,
    back: &Back,
    from: &Device,
) -> Result<String> {
    let settings = db.sso_settings(login.workspace).await?;
    let settings = settings.ok_or_else(|| {
        AppError::Conflict("Single sign-on was turned off meanwhile. Ask an admin.".into())
    })?;
    let rules = &settings.rules;
    if let Some(error) = &back.error {
        return Err(refused_there(error));
    }
    if back.iss.as_ref().is_some_and(|iss| *iss != rules.issuer) {
        return Err(Trouble::Unbelievable("it comes from another provider").for_visitor());
    }
    let code = back.code.as_ref().filter(|code| code.len() <= BACK_CHARS);
    let code = code.ok_or_else(|| Trouble::Unbelievable("it is not complete").for_visitor())?;
    let proven = prove(db, providers, login.workspace, &settings, back, code).await;
    let proven = proven?.map_err(|trouble| trouble.for_visitor())?;
    admit(db, login.workspace, rules, &proven, from).await
}

/// Changes the code for a token, and reads from it who came. The outer error is ours.
async fn prove(
    db: &Store,
    providers: &Providers,
    workspace: WorkspaceId,
    settings: &SsoSettings,
    back: &Back,
    code: &str,
) -> Result<std::result::Result<Proven, Trouble>> {
    let issuer = &settings.rules.issuer;
    let metadata = match providers.known(issuer).await {
        Ok(metadata) => metadata,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let us = us(db, workspace, settings, &metadata, &back.redirect)?;
    let Ok(request) = us.exchange_code(AuthorizationCode::new(code.into())) else {
        return Ok(Err(Trouble::NoTokens));
    };
    let verifier = PkceCodeVerifier::new(derived("pkce", &back.browser, &back.state));
    let carry = |request| providers.clone().carry(request);
    let answer = match request.set_pkce_verifier(verifier).request_async(&carry).await {
        Ok(answer) => answer,
        Err(error) => {
            let address = us.token_uri().map(|uri| uri.to_string()).unwrap_or_default();
            return Ok(Err(Trouble::of_token(&address, error)));
        }
    };
    let Some(token) = answer.id_token() else {
        return Ok(Err(Trouble::Unbelievable("it does not say who you are")));
    };
    let nonce = Nonce::new(derived("nonce", &back.browser, &back.state));
    let verified = match token.claims(&verifier_of(&us), &nonce) {
        // Keys change: they are asked for once more.
        Err(ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        )) => match providers.ask_anew(issuer).await {
            Ok(metadata) => {
                let us = self::us(db, workspace, settings, &metadata, &back.redirect)?;
                token.claims(&verifier_of(&us), &nonce).cloned()
            }
            Err(trouble) => return Ok(Err(trouble)),
        },
        other => other.cloned(),
    };
    let claims = match verified {
        Ok(claims) => claims,
        Err(error) => return Ok(Err(unbelievable(&error))),
    };
    let bearer = answer.access_token().secret().clone();
    Ok(complete(providers, &metadata, &settings.rules, &claims, bearer).await)
}

/// What the token says, with what the provider says beside it where the token leaves something out.
async fn complete(
    providers: &Providers,
    metadata: &CoreProviderMetadata,
    rules: &SsoRules,
    claims: &Claims,
    bearer: String,
) -> std::result::Result<Proven, Trouble> {
    let mut proven = Proven {
        issuer: rules.issuer.clone(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        email_checked: claims.email_verified(),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        groups: groups_in(&rules.groups_claim, &claims.additional_claims().0),
    };
    let complete = proven.email.is_some()
        && proven.name.is_some()
        && (!rules.gives_roles() || proven.groups.is_some());
    let sendable = bearer.chars().all(|c| c.is_ascii_graphic());
    let Some(address) = metadata.userinfo_endpoint().filter(|_| !complete && sendable) else {
        return Ok(proven);
    };
    let more: Person = providers.as_bearer(address, SecretString::from(bearer)).await?;
    // An answer about somebody else would put their address under this subject.
    if more.sub != proven.subject {
        return Err(Trouble::Unbelievable("it tells of somebody else"));
    }
    if proven.email.is_none() {
        proven.email_checked = more.email_checked();
        proven.email = more.email;
    }
    proven.name = proven.name.or(more.name);
    proven.groups = proven.groups.or_else(|| groups_in(&rules.groups_claim, &more.rest));
    Ok(proven)
}

fn us(
    db: &Store,
    workspace: WorkspaceId,
    settings: &SsoSettings,
    metadata: &CoreProviderMetadata,
    redirect: &str,
) -> Result<SsoClient> {
    let secret = secret_of(db, workspace, settings)?;
    Ok(client(metadata, &settings.rules, &secret, redirect_url(redirect)?))
}

fn verifier_of(us: &SsoClient) -> openidconnect::core::CoreIdTokenVerifier<'_> {
    us.id_token_verifier()
        .set_allowed_algs(SIGNED_BY)
        .set_time_fn(|| Utc::now() - CLOCKS)
        .set_issue_time_verifier_fn(|at: DateTime<Utc>| match at <= Utc::now() + CLOCKS {
            true => Ok(()),
            false => Err("issued in the future".into()),
        })
}

/// A value that this browser and this log-in have in common, and nobody else can know.
fn derived(purpose: &str, browser: &str, state: &str) -> String {
    let parts = [purpose, browser, state].join("\0");
    URL_SAFE_NO_PAD.encode(Sha256::digest(parts.as_bytes()))
}

/// What the provider said instead of letting somebody in.
fn refused_there(error: &str) -> AppError {
    tracing::warn!(error = %word(error), "the provider let nobody in");
    let text = match error {
        "access_denied" => "Your provider did not let you in, or you cancelled.".to_string(),
        "login_required" | "interaction_required" | "consent_required" => {
            "Your provider wants you to log in there first. Try again.".into()
        }
        "temporarily_unavailable" | "server_error" => {
            "Your provider has trouble at the moment. Try again in a minute.".into()
        }
        other => format!(
            "Your provider refused with “{}”. An admin can look at how single sign-on is set up.",
            word(other)
        ),
    };
    AppError::Conflict(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_log_in_carries_is_its_own() {
        let all = [
            derived("nonce", "b", "s"),
            derived("pkce", "b", "s"),
            derived("pkce", "bs", ""),
            derived("pkce", "b", "t"),
            derived("pkce", "c", "s"),
        ];
        for (n, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 43);
            assert!(!all[n + 1..].contains(one), "{one}");
        }
    }
}
