//! Speaks to the REST API as any other program would.

use anyhow::{Context, bail};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use rapport_domain::Uuid;
use rapport_services::http_client::{self, Auth, HttpClient, HttpError, Method, Reach};
use secrecy::SecretString;
use serde_json::Value;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Requests under way at once.
const PARALLEL: usize = 6;
const API: &str = "/api/v1";
/// Tries of one request, and how long they may take together.
const TRIES: u32 = 6;
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of the longest answer: a page of a list.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// A request to the API.
#[derive(Debug, Clone)]
pub struct Request {
    method: Method,
    path: String,
    media_type: &'static str,
    body: String,
    at: Option<DateTime<Utc>>,
    actor: Option<String>,
}

impl Request {
    pub fn post(path: &str, body: Value) -> Self {
        Self::new(Method::POST, path, "application/json", body.to_string())
    }

    pub fn patch(path: &str, body: Value) -> Self {
        Self::new(Method::PATCH, path, "application/json", body.to_string())
    }

    pub fn mail(path: &str, raw: String) -> Self {
        Self::new(Method::POST, path, "message/rfc822", raw)
    }

    /// What browsers send, who ask nothing of each other first.
    pub fn text(path: &str, body: String) -> Self {
        Self::new(Method::POST, path, "text/plain", body)
    }

    fn new(method: Method, path: &str, media_type: &'static str, body: String) -> Self {
        Self { method, path: path.into(), media_type, body, at: None, actor: None }
    }

    /// When, and by whom, it was done.
    pub fn done_by(self, at: Option<DateTime<Utc>>, actor: Option<&str>) -> Self {
        Self { at, actor: actor.map(String::from), ..self }
    }
}

/// What the API said.
#[derive(Debug)]
pub struct Answer {
    what: String,
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    /// The body of a success, or the problem as an error.
    pub fn done(self) -> anyhow::Result<Value> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        let detail = self.body["detail"].as_str().unwrap_or("no explanation");
        let errors = self.body.get("errors").map(|e| format!(" {e}")).unwrap_or_default();
        bail!("{} was answered {}: {detail}{errors}", self.what, self.status)
    }
}

/// A connection to one server.
#[derive(Debug)]
pub struct Client {
    http: HttpClient,
    base: String,
    key: SecretString,
    sent: AtomicUsize,
    /// Ids by external id, for paths.
    ids: Mutex<HashMap<String, String>>,
    slots: Semaphore,
}

impl Client {
    pub fn new(url: &str, key: &str) -> anyhow::Result<Self> {
        let base = url.trim_end_matches('/').to_string();
        let http = HttpClient::new(Reach::Anywhere)?;
        let (sent, ids) = (AtomicUsize::new(0), Mutex::default());
        Ok(Self { http, base, key: key.into(), sent, ids, slots: Semaphore::new(PARALLEL) })
    }

    /// Requests sent so far.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Keeps the id in an answer under a name that paths use: `{name}`.
    pub fn remember(&self, name: &str, answer: &Value) {
        if let Some(id) = answer["id"].as_str().filter(|_| !name.is_empty()) {
            let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
            ids.insert(name.into(), id.into());
        }
    }

    /// A path with its `{name}` replaced by the id.
    pub fn path(&self, path: &str) -> anyhow::Result<String> {
        let Some((before, rest)) = path.split_once('{') else { return Ok(path.into()) };
        let (name, after) = rest.split_once('}').context("a path has no closing brace")?;
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let id = ids.get(name).with_context(|| format!("{name} was not stored before"))?;
        Ok(format!("{before}{id}{after}"))
    }

    /// Reads something that has to be there.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Request::new(Method::GET, path, "application/json", String::new())).await?.done()
    }

    /// Sends a request, again after a failure that passes. The Idempotency-Key makes that
    /// harmless: what was done is not done twice.
    pub async fn send(&self, request: Request) -> anyhow::Result<Answer> {
        let _slot = self.slots.acquire().await?;
        let what = format!("{} {}", request.method, request.path);
        self.sent.fetch_add(1, Ordering::Relaxed);
        // What browsers and servers send of events lies beside the REST API.
        let api = if request.path.starts_with("/v1/") { "" } else { API };
        let address = format!("{}{api}{}", self.base, request.path);
        let mut asked = http_client::Request::new(request.method.clone(), &address)
            .auth(Auth::Bearer(self.key.clone()))
            .header("idempotency-key", &Uuid::now_v7().to_string())
            .repeatable()
            .tries(TRIES)
            .patience(PATIENCE)
            .bytes_max(ANSWER_BYTES);
        if request.method != Method::GET {
            asked = asked.body(request.media_type, request.body.into_bytes());
        }
        if let Some(at) = request.at {
            asked = asked.header("rapport-at", &at.to_rfc3339());
        }
        if let Some(actor) = &request.actor {
            asked = asked.header("rapport-actor", actor);
        }
        let answer = match self.http.send(&asked).await {
            Ok(answer) => answer,
            Err(error @ HttpError::Unreachable) => {
                let message =
                    format!("no server answers at {}; is `rapport serve` running?", self.base);
                return Err(anyhow::Error::new(error).context(message));
            }
            Err(error) => return Err(anyhow::Error::new(error).context(what)),
        };
        let status = StatusCode::from_u16(answer.status)?;
        let body = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&answer.body).into_owned()));
        Ok(Answer { what, status, body })
    }
}

/// Runs jobs side by side; the first error ends them. Answers how many there were.
pub async fn all<J>(jobs: impl Iterator<Item = J>) -> anyhow::Result<usize>
where
    J: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut set = JoinSet::new();
    jobs.for_each(|job| {
        set.spawn(job);
    });
    let mut done = 0;
    while let Some(result) = set.join_next().await {
        result??;
        done += 1;
    }
    Ok(done)
}

/// The client is shared by all jobs.
pub type Shared = Arc<Client>;
