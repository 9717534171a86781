//! What is asked of another server.

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::time::Duration;

/// Unless a request says otherwise.
const PATIENCE: Duration = Duration::from_secs(20);
const TRIES: u32 = 3;
const BYTES_MAX: usize = 1024 * 1024;

/// Who asks. A request with it follows no redirect.
#[derive(Debug, Clone)]
pub enum Auth {
    /// `Authorization: Bearer …`.
    Bearer(SecretString),
    Basic {
        user: String,
        password: SecretString,
    },
    /// The whole value of `Authorization`.
    Whole(SecretString),
}

/// A request, with what it may cost.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: Method,
    /// `None` where the address was none.
    pub(super) url: Option<Url>,
    headers: Vec<(HeaderName, HeaderValue)>,
    auth: Option<Auth>,
    body: Vec<u8>,
    pub(super) bytes_max: usize,
    pub(super) patience: Duration,
    pub(super) tries: u32,
    repeatable: bool,
}

impl Request {
    pub fn get(address: &str) -> Self {
        Self::new(Method::GET, address)
    }

    pub fn post(address: &str) -> Self {
        Self::new(Method::POST, address)
    }

    /// An address that is none fails when it is sent.
    pub fn new(method: Method, address: &str) -> Self {
        let repeatable = method.is_idempotent();
        Self {
            method,
            url: Url::parse(address).ok(),
            headers: Vec::new(),
            auth: None,
            body: Vec::new(),
            bytes_max: BYTES_MAX,
            patience: PATIENCE,
            tries: TRIES,
            repeatable,
        }
    }

    /// A header; a value that cannot stand in one is left out.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    pub fn body(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.headers.push((CONTENT_TYPE, HeaderValue::from_static(media_type)));
        self.body = body;
        self
    }

    /// A body whose type a header of its own says.
    pub(crate) fn raw_body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// A body of JSON. What cannot be written as JSON is sent as `null`.
    pub fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_else(|_| b"null".to_vec());
        self.body("application/json", body)
    }

    /// Bytes of the longest answer that is read.
    pub fn bytes_max(mut self, bytes_max: usize) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// How long all tries together may take.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How often it is sent at the most.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries;
        self
    }

    /// Sent twice it does the same as once, for instance because it carries a key that says so. A `GET`
    /// is so by itself.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    pub(super) fn follows(&self) -> bool {
        self.method == Method::GET && self.auth.is_none()
    }

    pub(super) fn host(&self) -> String {
        self.url.as_ref().map_or_else(String::new, host_of)
    }

    pub(super) fn build(&self, client: &Client, url: &Url) -> RequestBuilder {
        let mut request = client.request(self.method.clone(), url.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = match &self.auth {
            None => request,
            Some(Auth::Bearer(token)) => request.bearer_auth(token.expose_secret()),
            Some(Auth::Basic { user, password }) => {
                request.basic_auth(user, Some(password.expose_secret()))
            }
            Some(Auth::Whole(value)) => {
                request.header(reqwest::header::AUTHORIZATION, value.expose_secret())
            }
        };
        if self.body.is_empty() { request } else { request.body(self.body.clone()) }
    }
}

/// Host and port, which share their fate.
pub(super) fn host_of(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}
