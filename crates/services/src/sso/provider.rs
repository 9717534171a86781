//! Providers: what they say of themselves, kept for a while, and their keys.

use super::trouble::Trouble;
use crate::http_client::{Auth, HttpClient, HttpError, Method, Request};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJsonWebKeyType, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, Client, ClientId, ClientSecret, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields, JsonWebKey,
    JsonWebKeySet, RedirectUrl, StandardErrorResponse, StandardTokenResponse, http,
};
use rapport_domain::sso::SsoRules;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long it is believed what a provider said of itself.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// Providers that are remembered.
const KNOWN_MAX: usize = 64;
/// Somebody waits for the page: one question takes no longer than this.
const PATIENCE: Duration = Duration::from_secs(8);
const BYTES_MAX: usize = 512 * 1024;

/// What a token says beside what every token says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct MoreClaims(pub HashMap<String, serde_json::Value>);
impl openidconnect::AdditionalClaims for MoreClaims {}

type TokenFields = IdTokenFields<
    MoreClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

/// A client of one provider.
pub(super) type SsoClient = Client<
    MoreClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<TokenFields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Providers as they were last heard of, and the way to them. Cheap to clone; clones share both.
#[derive(Debug, Clone)]
pub struct Providers {
    http: HttpClient,
    known: Arc<Mutex<HashMap<String, Known>>>,
}

#[derive(Debug, Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    at: Instant,
}

impl Providers {
    /// `http` asks the addresses that admins write down.
    pub fn new(http: HttpClient) -> Self {
        Self { http, known: Arc::default() }
    }

    /// What a provider says of itself, keys included: no older than some minutes.
    pub(super) async fn known(&self, issuer: &str) -> Result<Arc<CoreProviderMetadata>, Trouble> {
        let known = self.known.lock().ok().and_then(|known| known.get(issuer).cloned());
        match known {
            Some(known) if known.at.elapsed() < FRESH => Ok(known.metadata),
            _ => self.ask_anew(issuer).await,
        }
    }

    /// The same as it is now, such as after a change of keys.
    pub(super) async fn ask_anew(
        &self,
        issuer: &str,
    ) -> Result<Arc<CoreProviderMetadata>, Trouble> {
        let metadata = Arc::new(self.discover(issuer).await?);
        if let Ok(mut known) = self.known.lock() {
            if known.len() >= KNOWN_MAX && !known.contains_key(issuer) {
                let oldest = known.iter().min_by_key(|(_, known)| known.at);
                let oldest = oldest.map(|(issuer, _)| issuer.clone());
                oldest.and_then(|issuer| known.remove(&issuer));
            }
            let (metadata, at) = (Arc::clone(&metadata), Instant::now());
            known.insert(issuer.to_string(), Known { metadata, at });
        }
        Ok(metadata)
    }

    async fn discover(&self, issuer: &str) -> Result<CoreProviderMetadata, Trouble> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: CoreProviderMetadata = self.json(&address).await?;
        if metadata.issuer().as_str() != issuer {
            return Err(Trouble::OtherIssuer(metadata.issuer().to_string()));
        }
        let token = metadata.token_endpoint().ok_or(Trouble::NoTokens)?;
        let secure = |address: &str| {
            address.starts_with("https://")
                || (issuer.starts_with("http://") && address.starts_with("http://"))
        };
        let mut used = [metadata.authorization_endpoint().as_str(), token.as_str()].to_vec();
        used.extend(metadata.userinfo_endpoint().map(|address| address.as_str()));
        used.push(metadata.jwks_uri().as_str());
        if let Some(plain) = used.iter().find(|address| !secure(address)) {
            return Err(Trouble::NoTls((*plain).to_string()));
        }
        let keys: JsonWebKeySet<CoreJsonWebKey> = self.json(metadata.jwks_uri().as_str()).await?;
        let usable = |key: &CoreJsonWebKey| *key.key_type() != CoreJsonWebKeyType::Symmetric;
        if !keys.keys().iter().any(usable) {
            return Err(Trouble::NoKeys);
        }
        // A key that both sides know would let everybody sign who knows the client's secret.
        let keys = keys.keys().iter().filter(|key| usable(key)).cloned().collect();
        Ok(metadata.set_jwks(JsonWebKeySet::new(keys)))
    }

    async fn json<T: for<'de> Deserialize<'de>>(&self, address: &str) -> Result<T, Trouble> {
        let request = Request::get(address).header("accept", "application/json");
        let answer = self.send(request).await.map_err(|error| Trouble::at(address, error))?;
        match answer.status {
            200 => answer.json().map_err(|error| Trouble::at(address, error)),
            status => Err(Trouble::at(address, HttpError::Status { status, retry_after: None })),
        }
    }

    /// What `GET` answers whoever holds this token.
    pub(super) async fn as_bearer<T: for<'de> Deserialize<'de>>(
        &self,
        address: &str,
        token: SecretString,
    ) -> Result<T, Trouble> {
        let request = Request::get(address).header("accept", "application/json");
        let answer = self.send(request.auth(Auth::Bearer(token))).await;
        let answer = answer.and_then(crate::http_client::Answer::success);
        let metadata = answer.and_then(|answer| answer.json());
        metadata.map_err(|error| Trouble::at(address, error))
    }

    async fn send(&self, request: Request) -> Result<crate::http_client::Answer, HttpError> {
        self.http.send(&request.bytes_max(BYTES_MAX).patience(PATIENCE).tries(2)).await
    }

    /// The way out for the library that speaks OAuth.
    pub(super) async fn carry(self, asked: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method = Method::from_bytes(asked.method().as_str().as_bytes());
        let method = method.map_err(|_| HttpError::NotAllowed)?;
        let text = |name: http::HeaderName| asked.headers().get(name)?.to_str().ok();
        let mut request = Request::new(method, &asked.uri().to_string());
        for (name, written) in
            [("accept", http::header::ACCEPT), ("content-type", http::header::CONTENT_TYPE)]
        {
            if let Some(value) = text(written) {
                request = request.header(name, value);
            }
        }
        if let Some(value) = text(http::header::AUTHORIZATION) {
            request = request.auth(Auth::Whole(SecretString::from(value)));
        }
        let answer = self.send(request.raw_body(asked.body().clone())).await?;
        let mut built = http::Response::builder().status(answer.status);
        if let Some(kind) = answer.header("content-type") {
            built = built.header(http::header::CONTENT_TYPE, kind);
        }
        built.body(answer.body).map_err(|_| HttpError::Unreadable { found: "something else" })
    }
}

/// Us, as this provider knows us.
pub(super) fn client(
    metadata: &CoreProviderMetadata,
    rules: &SsoRules,
    secret: &SecretString,
    redirect: RedirectUrl,
) -> SsoClient {
    let secret = ClientSecret::new(secret.expose_secret().to_string());
    let id = ClientId::new(rules.client_id.clone());
    let methods = metadata.token_endpoint_auth_methods_supported();
    let has = |method| methods.is_some_and(|methods| methods.contains(&method));
    let in_body = has(CoreClientAuthMethod::ClientSecretPost)
        && !has(CoreClientAuthMethod::ClientSecretBasic);
    SsoClient::from_provider_metadata(metadata.clone(), id, Some(secret))
        .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
        .set_redirect_uri(redirect)
}
