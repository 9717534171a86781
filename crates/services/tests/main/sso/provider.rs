//! A provider on this machine that says whatever a test wants it to say.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const CLIENT: &str = "rapport";
pub const SECRET: &str = "hush: a secret+of/the client";

/// What it says next, and what it was asked.
pub struct Said {
    /// The issuer in its document.
    pub issuer: String,
    pub keys: Vec<(&'static str, u8)>,
    /// The header of its tokens, and the key that signs them.
    pub header: Value,
    pub signs: u8,
    /// Instead of a signature of its own.
    pub signature: Option<String>,
    pub claims: Value,
    pub userinfo: Value,
    /// Status and body in place of a document or a token.
    pub document: Option<(u16, String)>,
    pub token: Option<(u16, String)>,
    pub asked: Vec<String>,
}

pub struct Provider {
    pub issuer: String,
    said: Arc<Mutex<Said>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new(Said {
            issuer: issuer.clone(),
            keys: vec![("one", 1)],
            header: json!({"alg": "EdDSA", "kid": "one", "typ": "JWT"}),
            signs: 1,
            signature: None,
            claims: Value::Null,
            userinfo: Value::Null,
            document: None,
            token: None,
            asked: Vec::new(),
        }));
        let (shared, own) = (Arc::clone(&said), issuer.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, own.clone(), Arc::clone(&shared)));
            }
        });
        Self { issuer, said }
    }

    pub fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap()
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.said().asked.iter().filter(|asked| asked.contains(path)).count()
    }
}

async fn answer(mut stream: TcpStream, at: String, said: Arc<Mutex<Said>>) {
    let mut request = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        let n = stream.read(&mut bytes).await.unwrap_or(0);
        request.extend_from_slice(&bytes[..n]);
        let text = String::from_utf8_lossy(&request);
        let length = text.lines().find_map(|line| {
            line.to_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
        });
        let end = text.find("\r\n\r\n").map(|at| at + 4 + length.unwrap_or(0));
        if n == 0 || end.is_some_and(|end| request.len() >= end) {
            break;
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let (status, body) = {
        let mut said = said.lock().unwrap();
        let answer = say(&request, &at, &said);
        said.asked.push(request);
        answer
    };
    let text = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

fn say(request: &str, at: &str, said: &Said) -> (u16, String) {
    let path = request.split(' ').nth(1).unwrap_or_default();
    match path {
        "/.well-known/openid-configuration" => said.document.clone().unwrap_or_else(|| {
            let document = json!({
                "issuer": said.issuer,
                "authorization_endpoint": format!("{at}/authorize"),
                "token_endpoint": format!("{at}/token"),
                "userinfo_endpoint": format!("{at}/userinfo"),
                "jwks_uri": format!("{at}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA"],
                "scopes_supported": ["openid", "email", "profile", "groups"],
            });
            (200, document.to_string())
        }),
        "/jwks" => {
            let key = |(kid, seed): &(&str, u8)| {
                let x = URL_SAFE_NO_PAD.encode(pair(*seed).public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": x})
            };
            (200, json!({"keys": said.keys.iter().map(key).collect::<Vec<_>>()}).to_string())
        }
        "/token" => said.token.clone().unwrap_or_else(|| {
            let token = json!({
                "access_token": "at", "token_type": "Bearer", "id_token": token(said),
            });
            (200, token.to_string())
        }),
        "/userinfo" => (200, said.userinfo.to_string()),
        _ => (404, "{}".into()),
    }
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn token(said: &Said) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&said.header), part(&said.claims));
    let signature = said.signature.clone().unwrap_or_else(|| {
        URL_SAFE_NO_PAD.encode(pair(said.signs).sign(signed.as_bytes()).as_ref())
    });
    format!("{signed}.{signature}")
}
