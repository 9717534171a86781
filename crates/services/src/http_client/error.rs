//! Why there is no answer.

use super::address::NoAddress;
use std::error::Error;
use std::time::Duration;

/// What went wrong with a request, as an admin may read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No web address, or one of a network that is not asked.
    #[error("This address may not be asked.")]
    NotAllowed,
    /// No connection: nothing was sent.
    #[error("The other server cannot be reached.")]
    Unreachable,
    /// The connection ended before the answer did.
    #[error("The other server broke off.")]
    Broken,
    #[error("The other server took too long to answer.")]
    TimedOut,
    #[error("The answer is larger than {bytes_max} bytes.")]
    TooLarge { bytes_max: usize },
    /// Too many redirects, or one that this request does not follow.
    #[error("The other server sends us elsewhere.")]
    Redirected,
    /// The host failed too often, and was not asked now.
    #[error("The other server kept failing and is left alone for {} s.", .retry_after.as_secs() + 1)]
    Resting { retry_after: Duration },
    #[error("The other server answered {status}.")]
    Status { status: u16, retry_after: Option<Duration> },
    #[error("The other server answered with {found}.")]
    Unreadable { found: &'static str },
}

impl HttpError {
    /// When it may be worth asking again, where the other side said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Resting { retry_after } => Some(*retry_after),
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// A fault of the host, which counts against it.
    pub(super) fn is_the_hosts(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Broken | Self::TimedOut)
    }

    pub(super) fn from_reqwest(error: reqwest::Error) -> Self {
        tracing::debug!(%error, "another server did not answer");
        let mut source = error.source();
        while let Some(inner) = source {
            if inner.is::<NoAddress>() {
                return Self::NotAllowed;
            }
            source = inner.source();
        }
        if error.is_connect() {
            Self::Unreachable
        } else if error.is_timeout() {
            Self::TimedOut
        } else if error.is_builder() {
            Self::NotAllowed
        } else {
            Self::Broken
        }
    }
}
