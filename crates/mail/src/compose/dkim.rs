//! Signs mails that leave, so that the other side knows they are ours (RFC 6376).

use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

/// What the signature covers. From must be there; a header that is missing is covered as missing.
const SIGNED: [&str; 11] = [
    "From",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
];

/// The text is no private key that can sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no RSA or Ed25519 private key in PEM")]
pub struct BadKey;

/// A private key that signs mail.
pub struct DkimKey(PrivateKeyDer<'static>);

impl DkimKey {
    /// Reads a key in PEM: PKCS#8 (RSA or Ed25519) or PKCS#1 (RSA).
    ///
    /// # Errors
    /// [`BadKey`] when there is no key in it, or it cannot sign: RSA needs 2,048 bits.
    pub fn from_pem(pem: &str) -> Result<Self, BadKey> {
        let key = PrivateKeyDer::from_pem_slice(pem.trim().as_bytes()).map_err(|_| BadKey)?;
        let key = Self(key);
        key.header("example.com", "test", b"From: a@example.com\r\n\r\nx\r\n")?;
        Ok(key)
    }

    /// Puts a signature of `domain` by `selector` in front of a mail.
    pub fn sign(&self, domain: &str, selector: &str, raw: &[u8]) -> Result<Vec<u8>, BadKey> {
        let mut signed = self.header(domain, selector, raw)?.into_bytes();
        signed.extend_from_slice(raw);
        Ok(signed)
    }

    fn header(&self, domain: &str, selector: &str, raw: &[u8]) -> Result<String, BadKey> {
        let signature = match (&self.0, self.ed25519()) {
            (_, Some(key)) => DkimSigner::from_key(key)
                .domain(domain)
                .selector(selector)
                .headers(SIGNED)
                .sign(raw),
            (key, None) => {
                let key = RsaKey::<Sha256>::from_key_der(key.clone_key()).map_err(|_| BadKey)?;
                DkimSigner::from_key(key)
                    .domain(domain)
                    .selector(selector)
                    .headers(SIGNED)
                    .sign(raw)
            }
        };
        Ok(signature.map_err(|_| BadKey)?.to_header())
    }

    fn ed25519(&self) -> Option<Ed25519Key> {
        let PrivateKeyDer::Pkcs8(der) = &self.0 else { return None };
        Ed25519Key::from_pkcs8_maybe_unchecked_der(der.secret_pkcs8_der()).ok()
    }
}

impl std::fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DkimKey(…)")
    }
}
