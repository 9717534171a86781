//! A message that one browser alone can read (RFC 8291), and whose server sends it (RFC 8292).
//!
//! With the primitives of the library that does TLS here already: the crates made for this bring
//! an HTTP client, OpenSSL or a second set of curves along.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

/// The longest text: with what goes around it a message has at most 4,096 bytes.
pub(super) const TEXT_BYTES: usize = 3_000;
const SALT_BYTES: usize = 16;
const RECORD_BYTES: u32 = 4_096;
/// What follows the text in the last record.
const LAST: u8 = 2;
/// How long a signature holds: no more than a day.
const SIGNED_S: i64 = 12 * 3_600;

/// What a browser said when it subscribed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipient<'a> {
    /// Its public key, 65 bytes uncompressed.
    pub key: &'a [u8],
    /// Its secret, 16 bytes.
    pub auth: &'a [u8],
}

/// Seals `text`. Fails for a key that is no point of the curve.
pub(super) fn seal(to: Recipient<'_>, text: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let rng = SystemRandom::new();
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &rng)?;
    let own_public = own.compute_public_key()?;
    let salt: [u8; SALT_BYTES] = rand::random();
    let theirs = UnparsedPublicKey::new(&ECDH_P256, to.key);
    let (key, nonce) =
        agree_ephemeral(own, &theirs, |secret| keys(secret, to, own_public.as_ref(), &salt))??;
    let mut record = [text, &[LAST]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    let own_public = own_public.as_ref();
    let id_bytes = u8::try_from(own_public.len()).map_err(|_| Unspecified)?;
    let head = [&salt[..], &RECORD_BYTES.to_be_bytes(), &[id_bytes], own_public].concat();
    Ok([head, record].concat())
}

/// Key and nonce of the one record.
pub(super) fn keys(
    secret: &[u8],
    to: Recipient<'_>,
    sender: &[u8],
    salt: &[u8],
) -> Result<([u8; 16], [u8; 12]), Unspecified> {
    let shared = Salt::new(HKDF_SHA256, to.auth).extract(secret);
    let shared: [u8; 32] = expand(&shared, &[&b"WebPush: info\0"[..], to.key, sender])?;
    let record = Salt::new(HKDF_SHA256, salt).extract(&shared);
    let key = expand(&record, &[&b"Content-Encoding: aes128gcm\0"[..]])?;
    Ok((key, expand(&record, &[&b"Content-Encoding: nonce\0"[..]])?))
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(prk: &Prk, info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut out = [0; N];
    prk.expand(info, Bytes(N))?.fill(&mut out)?;
    Ok(out)
}

/// The key by which push services know this server.
pub(super) struct Sender(EcdsaKeyPair);

impl Sender {
    /// A new key, as it is stored.
    pub fn generate() -> Result<Vec<u8>, Unspecified> {
        let key =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
        Ok(key.as_ref().to_vec())
    }

    /// From what is stored.
    pub fn open(stored: &[u8]) -> Result<Self, Unspecified> {
        let rng = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, stored, &rng);
        Ok(Self(key.map_err(|_| Unspecified)?))
    }

    /// What browsers are told when they subscribe.
    pub fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The `Authorization` of a message to the push service at `origin`; `contact` says who to
    /// turn to when something goes wrong.
    pub fn authorization(
        &self,
        origin: &str,
        contact: &str,
        now_s: i64,
    ) -> Result<String, Unspecified> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let claims = part(json!({ "aud": origin, "exp": now_s + SIGNED_S, "sub": contact }));
        let signed = format!("{head}.{claims}");
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes())?;
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        let key = URL_SAFE_NO_PAD.encode(self.public());
        Ok(format!("vapid t={signed}.{signature}, k={key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifier};

    fn unhex(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64")
    }

    /// The example of RFC 8291, appendix A.
    #[test]
    fn the_keys_are_those_of_the_standard() {
        let secret = unhex("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let key = unhex(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        );
        let sender = unhex(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let (auth, salt) = (unhex("BTBZMqHH6r4Tts7J_aSIgg"), unhex("DGv6ra1nlYgDCS1FRnbzlw"));
        let to = Recipient { key: &key, auth: &auth };
        let (key, nonce) = keys(&secret, to, &sender, &salt).expect("keys");
        assert_eq!(URL_SAFE_NO_PAD.encode(key), "oIhVW04MRdy2XN9CiKLxTg");
        assert_eq!(URL_SAFE_NO_PAD.encode(nonce), "4h_95klXJ5E_qnoN");
    }

    #[test]
    fn only_the_browser_reads_it() {
        let rng = SystemRandom::new();
        let browser = EphemeralPrivateKey::generate(&ECDH_P256, &rng).expect("a key");
        let public = browser.compute_public_key().expect("a key");
        let auth = [7; 16];
        let to = Recipient { key: public.as_ref(), auth: &auth };
        let sealed = seal(to, b"Sam named you").expect("sealed");
        assert!(!sealed.windows(3).any(|w| w == b"Sam"));
        let (salt, rest) = sealed.split_at(SALT_BYTES);
        assert_eq!(rest[..5], [0, 0, 16, 0, 65]);
        let (sender, record) = rest[5..].split_at(65);
        let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
        let found = agree_ephemeral(browser, &theirs, |secret| keys(secret, to, sender, salt));
        let (key, nonce) = found.expect("agreed").expect("keys");
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key"));
        let mut record = record.to_vec();
        let opened = key
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
            .expect("opened");
        assert_eq!(*opened, *b"Sam named you\x02");
        assert!(seal(Recipient { key: &[4; 65], auth: &auth }, b"x").is_err(), "no point");
    }

    #[test]
    fn the_signature_is_the_senders() {
        let sender = Sender::open(&Sender::generate().expect("a key")).expect("the same");
        let header = sender.authorization("https://push.example", "mailto:a@acme.example", 1_000);
        let header = header.expect("signed");
        let (token, key) =
            header.strip_prefix("vapid t=").and_then(|s| s.split_once(", k=")).expect("two parts");
        assert_eq!(unhex(key), sender.public());
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let verifier = Verifier::new(&ECDSA_P256_SHA256_FIXED, sender.public());
        verifier.verify(signed.as_bytes(), &unhex(signature)).expect("it holds");
        let claims = String::from_utf8(unhex(signed.split_once('.').expect("claims").1));
        assert!(claims.expect("text").contains("https://push.example"));
    }
}
