//! For whom a passkey is made: the domain at which people reach this server. A device answers to it alone.

use crate::Result;
use rapport_domain::AppError;
use std::time::Duration;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

/// How long a device may take; a setup or a log-in waits no longer.
pub(super) const WAITS: Duration = Duration::from_mins(5);

/// This server as devices know it.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) webauthn: Webauthn,
    /// The domain.
    pub(super) id: String,
}

impl Party {
    /// The one at this origin, such as `https://support.example.com`; browsers make passkeys over https, and
    /// for localhost.
    pub(super) fn of(origin: &str) -> Result<Self> {
        let refused = |text: &str| AppError::Conflict(text.into());
        let url: Url = origin.parse().map_err(|_| refused(NOWHERE))?;
        let id = match (url.scheme(), url.domain()) {
            ("https", Some(domain)) => domain.to_string(),
            ("http", Some(domain)) if is_local(domain) => domain.to_string(),
            ("http", None) if origin.contains("://127.") || origin.contains("://[::1]") => {
                return Err(refused(LOOPBACK));
            }
            ("https", None) => return Err(refused(NUMBER)),
            ("http", _) => return Err(refused(PLAIN)),
            _ => return Err(refused(NOWHERE)),
        };
        let webauthn = WebauthnBuilder::new(&id, &url)
            .and_then(|builder| builder.rp_name("Rapport").timeout(WAITS).build())
            .map_err(crate::internal)?;
        Ok(Self { webauthn, id })
    }
}

fn is_local(domain: &str) -> bool {
    domain == "localhost" || domain.ends_with(".localhost")
}

const NOWHERE: &str =
    "Passkeys need to know the address of this server. Whoever runs it can set RAPPORT_PUBLIC_URL.";
const LOOPBACK: &str =
    "Browsers make passkeys for names alone. Open this page at “localhost” instead of the number.";
const NUMBER: &str = "Browsers make passkeys for names alone, and this address is a number. Whoever runs this server can give it a domain.";
const PLAIN: &str = "Browsers make passkeys over https alone. Whoever runs this server can put TLS in front of it and set RAPPORT_PUBLIC_URL.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_is_made_for_the_domain_and_where_that_cannot_be_a_sentence_says_why() {
        for (origin, id) in [
            ("https://support.example.com", "support.example.com"),
            ("https://support.example.com:8443", "support.example.com"),
            ("http://localhost:3000", "localhost"),
            ("http://rapport.localhost", "rapport.localhost"),
        ] {
            assert_eq!(Party::of(origin).unwrap().id, id);
        }
        for (origin, why) in [
            ("http://127.0.0.1:3000", LOOPBACK),
            ("http://[::1]:3000", LOOPBACK),
            ("http://support.example.com", PLAIN),
            ("http://192.168.1.4:3000", PLAIN),
            ("http://localhost.example.com", PLAIN),
            ("https://203.0.113.4", NUMBER),
            ("ftp://support.example.com", NOWHERE),
            ("support.example.com", NOWHERE),
            ("http://", NOWHERE),
        ] {
            assert_eq!(Party::of(origin).unwrap_err(), AppError::Conflict(why.into()), "{origin}");
        }
    }
}
