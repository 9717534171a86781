//! The one way out: every request to another server over HTTP goes through [`HttpClient`].
//!
//! It asks public addresses only, unless networks are named to it; the address that was checked is
//! the one that is connected to, on each redirect again. Everything has an end: a request a time-out
//! over all its tries, an answer a size, a host that keeps failing a rest. What went wrong is an
//! [`HttpError`].
//!
//! A client whose addresses strangers choose (pictures, push services) and one whose addresses an admin
//! chooses are two: neither the networks nor the failing hosts of the one concern the other.

mod address;
mod answer;
mod circuit;
mod error;
mod request;
mod retry;

pub use address::Reach;
pub use answer::Answer;
pub use error::HttpError;
pub use request::{Auth, Request};
pub use reqwest::Method;

use circuit::Circuits;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REDIRECTS_MAX: usize = 3;

/// Asks other servers; cheap to clone, and clones share what they know of failing hosts.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    reach: Arc<Reach>,
    circuits: Arc<Circuits>,
}

impl HttpClient {
    /// Which addresses may be asked is decided here, once.
    pub fn new(reach: Reach) -> reqwest::Result<Self> {
        choose_crypto();
        let reach = Arc::new(reach);
        let client = Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .referer(false)
            .user_agent("Rapport")
            .dns_resolver(address::Guarded(Arc::clone(&reach)))
            .build()?;
        Ok(Self { client, reach, circuits: Arc::default() })
    }

    /// Sends `request`, again where that does no harm and may help, and answers what the last try was
    /// answered, whatever its status: see [`Answer::success`].
    pub async fn send(&self, request: &Request) -> Result<Answer, HttpError> {
        let deadline = Instant::now() + request.patience;
        let mut tried = 0;
        loop {
            tried += 1;
            let outcome = self.follow(request, deadline).await;
            let pause = (tried < request.tries).then(|| retry::pause(request, &outcome, tried));
            match pause.flatten() {
                Some(pause) if Instant::now() + pause < deadline => {
                    tracing::debug!(host = %request.host(), ?pause, "asking another server again");
                    sleep(pause).await;
                }
                _ => return outcome,
            }
        }
    }

    /// The picture at `address`, if there is one of at most `bytes_max`: type and bytes. What is said
    /// of its type is not passed on: a stranger said so.
    pub async fn picture(
        &self,
        address: &str,
        bytes_max: usize,
        patience: Duration,
    ) -> Result<(&'static str, Vec<u8>), HttpError> {
        // Somebody looks at the page: a second try is a click away.
        let request = Request::get(address).bytes_max(bytes_max).patience(patience).tries(1);
        let body = self.send(&request).await?.success()?.body;
        let kind = picture_kind(&body).ok_or(HttpError::Unreadable { found: "no picture" })?;
        Ok((kind, body))
    }

    async fn follow(&self, request: &Request, deadline: Instant) -> Result<Answer, HttpError> {
        let mut url = request.url.clone().ok_or(HttpError::NotAllowed)?;
        for _ in 0..=REDIRECTS_MAX {
            if !self.reach.may_ask(&url) {
                return Err(HttpError::NotAllowed);
            }
            let answer = self.ask(request, &url, deadline).await?;
            let Some(to) = answer.leads_to() else { return Ok(answer) };
            // What an answer names must not get a secret, nor make something.
            if !request.follows() {
                return Err(HttpError::Redirected);
            }
            let next = url.join(to).map_err(|_| HttpError::Redirected)?;
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(HttpError::Redirected);
            }
            url = next;
        }
        Err(HttpError::Redirected)
    }

    /// One request to one host, unless it had better be left alone.
    async fn ask(
        &self,
        request: &Request,
        url: &Url,
        deadline: Instant,
    ) -> Result<Answer, HttpError> {
        let host = request::host_of(url);
        self.circuits.admit(&host, Instant::now())?;
        let outcome = self.ask_once(request, url, deadline).await;
        let at_fault = match &outcome {
            Ok(answer) => answer.status >= 500,
            Err(error) => error.is_the_hosts(),
        };
        self.circuits.note(&host, at_fault, Instant::now());
        outcome
    }

    async fn ask_once(
        &self,
        request: &Request,
        url: &Url,
        deadline: Instant,
    ) -> Result<Answer, HttpError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let asked = request.build(&self.client, url).timeout(left);
        let answer = asked.send().await.map_err(HttpError::from_reqwest)?;
        answer::read(answer, request.bytes_max).await
    }
}

/// The type of a picture that cannot hold a script, by its first bytes.
fn picture_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Names the library that does TLS; call it before making a client. The one that the rest of
/// this program has in it already.
pub fn choose_crypto() {
    // Fails when it was chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
