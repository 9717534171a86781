//! What is wrong with a provider, in words that an admin can do something with.

use crate::http_client::HttpError;
use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, RequestTokenError, SignatureVerificationError, StandardErrorResponse,
};
use rapport_domain::{AppError, text};

/// Characters of a provider's own words that are shown.
const SHOWN: usize = 120;

/// What is wrong with a provider, or with what it answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error(
        "This server may not ask {0}: the address lies in a private network. Whoever runs the \
        server can name that network in RAPPORT_OUTBOUND_NETWORKS."
    )]
    Private(String),
    #[error("No answer from {0}. {1}")]
    NoAnswer(String, String),
    #[error(
        "There is no provider at this issuer: {0} answered {1}. Compare the issuer with the one \
        that your provider shows."
    )]
    NoProvider(String, u16),
    #[error("{0} answers with something that no provider says. Compare the issuer.")]
    NotReadable(String),
    #[error("The provider calls itself “{0}”. Write exactly that as the issuer.")]
    OtherIssuer(String),
    #[error("The provider names no address for tokens, so nobody can log in by it.")]
    NoTokens,
    #[error("The provider uses an address without TLS: {0}")]
    NoTls(String),
    #[error("The provider publishes no key with which its signatures could be checked.")]
    NoKeys,
    #[error("The provider does not know this client ID with this client secret.")]
    BadClient,
    #[error("The provider refused the redirect address. Enter it there exactly as shown here.")]
    BadRedirect,
    #[error("The provider answered “{0}”.")]
    Refused(String),
    #[error("The provider’s answer cannot be believed: {0}.")]
    Unbelievable(&'static str),
}

impl Trouble {
    /// A question to `address` that came to nothing.
    pub(super) fn at(address: &str, error: HttpError) -> Self {
        let shown = text::excerpt(address, 200);
        match error {
            HttpError::NotAllowed => Self::Private(shown),
            HttpError::Status { status, .. } if status < 500 => Self::NoProvider(shown, status),
            HttpError::Unreadable { .. } | HttpError::TooLarge { .. } => Self::NotReadable(shown),
            other => Self::NoAnswer(shown, other.to_string()),
        }
    }

    /// What came of asking for a token.
    pub(super) fn of_token(
        address: &str,
        error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>,
    ) -> Self {
        match error {
            RequestTokenError::ServerResponse(text) => match text.error() {
                CoreErrorResponseType::InvalidClient
                | CoreErrorResponseType::UnauthorizedClient => Self::BadClient,
                other => {
                    let about = text.error_description().map_or("", String::as_str);
                    if about.to_lowercase().contains("redirect") {
                        return Self::BadRedirect;
                    }
                    Self::Refused(word(other.as_ref()))
                }
            },
            RequestTokenError::Request(error) => Self::at(address, error),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Self::NotReadable(text::excerpt(address, 200))
            }
        }
    }

    /// Whoever logs in can do nothing about it: their admin, or the provider's, can.
    pub(super) fn for_visitor(&self) -> AppError {
        tracing::warn!(trouble = %self, "a log-in by single sign-on failed");
        let text = match self {
            Self::NoAnswer(..) | Self::Private(_) => {
                "The provider cannot be reached at the moment. Try again in a minute.".to_string()
            }
            Self::Unbelievable(why) => {
                format!("The provider’s answer cannot be believed: {why}. Log in again.")
            }
            _ => {
                "Single sign-on is not set up right. An admin finds out what is wrong by its test button.".into()
            }
        };
        AppError::Conflict(text)
    }
}

/// Why a token is not believed.
pub(super) fn unbelievable(error: &ClaimsVerificationError) -> Trouble {
    tracing::warn!(%error, "an ID token was refused");
    use ClaimsVerificationError as E;
    Trouble::Unbelievable(match error {
        E::Expired(_) => "it is too old, or the clocks differ",
        E::InvalidAudience(_) => "it is meant for somebody else",
        E::InvalidIssuer(_) => "it comes from another provider",
        E::InvalidNonce(_) => "it belongs to another log-in",
        E::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            "it is signed with a key that the provider does not publish"
        }
        E::SignatureVerification(_) => "its signature is not valid",
        _ => "it cannot be read",
    })
}

/// A word of a protocol, as far as it is one.
pub(super) fn word(text: &str) -> String {
    let plain = |c: &char| c.is_ascii_graphic();
    text.chars().filter(plain).take(SHOWN).collect()
}
