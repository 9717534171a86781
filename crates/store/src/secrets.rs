//! Secrets at rest: passwords of mail servers, private keys. The database alone opens none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rapport_domain::AppError;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use std::sync::Arc;

/// The layout: this byte, the key's id, the nonce, the sealed text with its tag.
const LAYOUT: u8 = 1;
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;

/// The keys that seal and open; without any, nothing can be sealed. Cheap to clone.
#[derive(Clone, Default)]
pub struct Keyring {
    keys: Arc<[Key]>,
}

struct Key {
    id: [u8; KEY_ID_BYTES],
    cipher: XChaCha20Poly1305,
}

/// The text holds no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 bytes in base64: head -c 32 /dev/urandom | base64")]
pub struct BadKey;

/// Why a stored secret stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored password or key cannot be opened with the RAPPORT_SECRET_KEY of this server")]
pub struct Locked;

/// Keys in base64, separated by commas. The first seals; those behind it only open what an
/// earlier first one sealed. Empty text is an empty ring.
impl FromStr for Keyring {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let key = |text: &str| {
            let bytes = STANDARD.decode(text).map_err(|_| BadKey)?;
            let bytes = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| BadKey)?;
            let hash = Sha256::digest(bytes);
            let mut id = [0; KEY_ID_BYTES];
            id.copy_from_slice(&hash[..KEY_ID_BYTES]);
            Ok(Key { id, cipher: XChaCha20Poly1305::new(&bytes.into()) })
        };
        let keys = text.split(',').map(str::trim).filter(|k| !k.is_empty()).map(key);
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }
}

impl Keyring {
    /// Seals a secret to its place (`mailbox`, its id and column): moved elsewhere, it does not
    /// open. Without a key it is refused, with `field` for the form.
    pub fn seal(&self, place: &str, field: &str, secret: &str) -> Result<Vec<u8>, AppError> {
        let Some(key) = self.keys.first() else {
            let message = "Secrets cannot be stored yet: start the server with RAPPORT_SECRET_KEY.";
            return Err(AppError::invalid(field, message));
        };
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let aad = [&key.id[..], place.as_bytes()].concat();
        let payload = Payload { msg: secret.as_bytes(), aad: &aad };
        let sealed = key.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| {
            tracing::error!("sealing a secret failed");
            AppError::Unavailable
        })?;
        Ok([&[LAYOUT][..], &key.id, &nonce, &sealed].concat())
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether the key is here with which this was sealed.
    pub fn knows(&self, sealed: &[u8]) -> bool {
        let id = sealed.strip_prefix(&[LAYOUT]).and_then(|rest| rest.get(..KEY_ID_BYTES));
        id.is_some_and(|id| self.keys.iter().any(|key| key.id == id))
    }

    /// Opens what [`Keyring::seal`] made for the same place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<SecretString, Locked> {
        let rest = sealed.strip_prefix(&[LAYOUT]).ok_or(Locked)?;
        let (id, rest) = rest.split_at_checked(KEY_ID_BYTES).ok_or(Locked)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES).ok_or(Locked)?;
        let nonce = <[u8; NONCE_BYTES]>::try_from(nonce).map_err(|_| Locked)?;
        let key = self.keys.iter().find(|k| k.id == id).ok_or(Locked)?;
        let aad = [id, place.as_bytes()].concat();
        let payload = Payload { msg: sealed, aad: &aad };
        let text = key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| Locked)?;
        String::from_utf8(text).map(SecretString::from).map_err(|_| Locked)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({} keys)", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn ring(bytes: &[u8]) -> Keyring {
        let keys: Vec<_> = bytes.iter().map(|b| STANDARD.encode([*b; KEY_BYTES])).collect();
        keys.join(",").parse().unwrap()
    }

    #[test]
    fn a_secret_opens_in_its_place_alone() {
        let sealed = ring(&[1]).seal("mailbox:1:smtp", "password", "hunter2").unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"hunter2"));
        let open = |keys: &[u8], place: &str| {
            ring(keys).open(place, &sealed).map(|s| s.expose_secret().to_string())
        };
        assert_eq!(open(&[1], "mailbox:1:smtp").as_deref(), Ok("hunter2"));
        assert_eq!(open(&[1], "mailbox:2:smtp"), Err(Locked));
        assert_eq!(open(&[2], "mailbox:1:smtp"), Err(Locked));
        assert!(ring(&[2, 1]).knows(&sealed) && !ring(&[2]).knows(&sealed));
        // After a change of keys the old one still opens.
        assert_eq!(open(&[2, 1], "mailbox:1:smtp").as_deref(), Ok("hunter2"));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(ring(&[1]).open("mailbox:1:smtp", &changed).err(), Some(Locked));
        assert_eq!(ring(&[1]).open("mailbox:1:smtp", b"").err(), Some(Locked));
    }

    #[test]
    fn without_a_key_nothing_is_sealed() {
        let error = Keyring::default().seal("p", "smtp_password", "x").unwrap_err();
        assert!(error.field("smtp_password").unwrap().contains("RAPPORT_SECRET_KEY"));
        for bad in ["short", "c2hvcnQ="] {
            assert_eq!(bad.parse::<Keyring>().err(), Some(BadKey));
        }
    }
}
