//! A device that keeps a passkey, in software: it makes one and answers with it, as browsers write that
//! (WebAuthn, "none" attestation, ES256). A test bends what a hostile one would.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const NEW: u8 = 0x40;

/// One passkey on one device.
pub struct Device {
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    /// Whose it is, as the server said when it was made.
    pub owner: Vec<u8>,
    pub origin: String,
    pub rp_id: String,
    pub counter: u32,
    /// Whether it asked for a finger, a face or a PIN.
    pub verifies: bool,
}

impl Device {
    pub fn at(origin: &str, rp_id: &str) -> Self {
        let random = SystemRandom::new();
        let signs = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(signs, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(signs, pkcs8.as_ref(), &random).expect("a key");
        let id = Sha256::digest(key.public_key().as_ref()).to_vec();
        Self {
            key,
            id,
            owner: Vec::new(),
            origin: origin.into(),
            rp_id: rp_id.into(),
            counter: 0,
            verifies: true,
        }
    }

    /// Makes the passkey; answers what the browser sends.
    pub fn make(&mut self, options: &Value) -> String {
        let owner = options["user"]["id"].as_str().expect("whose it is");
        self.owner = URL_SAFE_NO_PAD.decode(owner).expect("base64url");
        let mut data = self.data(NEW);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("a short id").to_be_bytes());
        data.extend(&self.id);
        let point = self.key.public_key().as_ref();
        // COSE: an elliptic curve key for ES256 on P-256, and its point.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(data.len()).expect("short data").to_be_bytes());
        object.extend(&data);
        let response = json!({
            "clientDataJSON": written(&self.client("webauthn.create", options)),
            "attestationObject": written(&object),
            "transports": ["internal", "hybrid"],
        });
        self.said(&response)
    }

    /// Answers with it, a step further each time where it counts; what the browser sends.
    pub fn answer(&mut self, options: &Value) -> String {
        let client = self.client("webauthn.get", options);
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        let response = json!({
            "clientDataJSON": written(&client),
            "authenticatorData": written(&data),
            "signature": written(signature.as_ref()),
            "userHandle": written(&self.owner),
        });
        self.said(&response)
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let client = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin,
            "crossOrigin": false,
        });
        client.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(flags | PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn said(&self, response: &Value) -> String {
        json!({
            "id": written(&self.id), "rawId": written(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": response,
        })
        .to_string()
    }
}

fn written(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
