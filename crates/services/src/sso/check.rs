//! The test button: asks the provider what can be asked without anybody logging in.

use super::provider::{Providers, client};
use super::trouble::Trouble;
use super::{may_decide, secret_of};
use crate::{Ctx, Result};
use openidconnect::core::CoreErrorResponseType;
use openidconnect::{AuthorizationCode, PkceCodeVerifier, RedirectUrl, RequestTokenError};
use rapport_domain::AppError;

/// Whether the provider answers, is who it should be, and knows our client: an error says in words
/// what is wrong. Whether it knows `redirect` shows the first log-in.
pub async fn test(ctx: &Ctx, providers: &Providers, redirect: &str) -> Result<()> {
    may_decide(ctx)?;
    let settings = ctx.store.sso_settings(ctx.workspace).await?.ok_or(AppError::NotFound)?;
    let secret = secret_of(&ctx.store, ctx.workspace, &settings)?;
    let redirect = redirect_url(redirect)?;
    let refused = |trouble: Trouble| AppError::invalid("test", trouble.to_string());
    let metadata = providers.ask_anew(&settings.rules.issuer).await.map_err(refused)?;
    let us = client(&metadata, &settings.rules, &secret, redirect);
    // A code that nobody was given: who we are is looked at first.
    let code = AuthorizationCode::new("rapport-test".into());
    let verifier = PkceCodeVerifier::new("a".repeat(43));
    let carry = |request| providers.clone().carry(request);
    let asked = us.exchange_code(code).map_err(|_| refused(Trouble::NoTokens))?;
    let answer = asked.set_pkce_verifier(verifier).request_async(&carry).await;
    match answer {
        Ok(_) => Err(refused(Trouble::Unbelievable("it gives a token for any code"))),
        Err(RequestTokenError::ServerResponse(metadata))
            if matches!(metadata.error(), CoreErrorResponseType::InvalidGrant) =>
        {
            Ok(())
        }
        Err(error) => {
            let address = us.token_uri().map(|uri| uri.to_string()).unwrap_or_default();
            Err(refused(Trouble::of_token(&address, error)))
        }
    }
}

pub(super) fn redirect_url(redirect: &str) -> Result<RedirectUrl> {
    RedirectUrl::new(redirect.into()).map_err(crate::internal)
}
