//! What another server answered.

use super::HttpError;
use super::retry;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Bytes that are read of what is said beside a status of failure.
const SAID_BYTES: usize = 8 * 1024;

/// Status, headers and the whole body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Of a failure the first bytes alone.
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer, where its status says that all went well.
    pub fn success(self) -> Result<Self, HttpError> {
        match self.status {
            200..=299 => Ok(self),
            status => Err(HttpError::Status { status, retry_after: self.retry_after() }),
        }
    }

    /// What the body says as JSON. Whatever its headers claim, it is read as that alone.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            tracing::debug!(%error, "another server's JSON cannot be read");
            let found = match self.header(CONTENT_TYPE.as_str()) {
                Some(kind) if kind.starts_with("text/html") => "a web page",
                _ if self.body.is_empty() => "nothing",
                _ => "something else",
            };
            HttpError::Unreadable { found }
        })
    }

    /// A header's value, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long it asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(self.header("retry-after")?, chrono::Utc::now())
    }

    pub(super) fn leads_to(&self) -> Option<&str> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
            .then(|| self.header(LOCATION.as_str()))?
    }
}

/// Reads an answer of at most `bytes_max` bytes.
pub(super) async fn read(
    mut answer: reqwest::Response,
    bytes_max: usize,
) -> Result<Answer, HttpError> {
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    if status.is_redirection() {
        return Ok(Answer { status: status.as_u16(), headers, body });
    }
    let failed = !status.is_success();
    let max = if failed { SAID_BYTES.min(bytes_max) } else { bytes_max };
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if !failed && declared.is_some_and(|declared: usize| declared > max) {
        return Err(HttpError::TooLarge { bytes_max });
    }
    while let Some(chunk) = answer.chunk().await.map_err(HttpError::from_reqwest)? {
        let room = max - body.len();
        if chunk.len() > room {
            if !failed {
                return Err(HttpError::TooLarge { bytes_max });
            }
            body.extend_from_slice(&chunk[..room]);
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: status.as_u16(), headers, body })
}
