//! The body: JSON whatever its media type says, packed or not, and never larger than allowed.

use crate::api::extract;
use crate::api::problem::Problem;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use rapport_domain::limits::{SEGMENT_BATCH_BYTES, SEGMENT_UNPACK_RATIO};
use rapport_domain::{AppError, json, times};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::io::Read;

/// Bodies below this may unpack to anything within the absolute limit.
const RATIO_FROM_BYTES: usize = 64 * 1024;

/// What one request holds.
#[derive(Debug, Default)]
pub struct Sent {
    pub messages: Vec<Result<Value, AppError>>,
    pub write_key: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub token: Option<String>,
}

impl Sent {
    /// Reads a request; `batch` says whether its messages lie in a list.
    pub async fn read(request: Request, batch: bool) -> Result<Self, Problem> {
        let packed = is_packed(request.headers())?;
        let bytes = extract::bytes(request, &(), SEGMENT_BATCH_BYTES).await?;
        if packed { Self::parse(&unpack(&bytes)?, batch) } else { Self::parse(&bytes, batch) }
    }

    /// The body is taken apart without looking into its events, however deep they nest and
    /// whatever numbers they hold: each is then read by itself.
    fn parse(bytes: &[u8], batch: bool) -> Result<Self, Problem> {
        // Broken UTF-8 becomes U+FFFD, half characters too: one of them spoils nothing else.
        let text = String::from_utf8_lossy(bytes);
        let text = json::repair_surrogates(text.trim_start_matches('\u{feff}'));
        // What Python and PHP write for no number is the text of itself, and long ones stay exact.
        let text = json::mend_numbers(&text);
        // A batch as its clients write it is walked through once; anything else again and slower.
        if batch && let Ok(plain) = serde_json::from_str::<PlainBatch>(&text) {
            return Ok(plain.sent());
        }
        let body: Fields = serde_json::from_str(&text)
            .map_err(|_| Problem::malformed("The body is not a JSON object."))?;
        let mut sent = Self {
            write_key: field(&body, "writeKey"),
            token: field(&body, "userToken"),
            sent_at: field::<Value>(&body, "sentAt").and_then(|at| times::read(&at)),
            messages: Vec::new(),
        };
        if !batch {
            sent.messages.push(event(&text));
            return Ok(sent);
        }
        let Some(messages) = field_of::<Vec<&RawValue>>(&body, "batch") else {
            return Err(Problem::malformed("A batch has a list named `batch`."));
        };
        sent.messages = events(&messages, field::<Value>(&body, "context"));
        Ok(sent)
    }
}

/// A batch whose fields all are of the kind that they should be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlainBatch<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    write_key: Option<String>,
    user_token: Option<String>,
    sent_at: Option<Value>,
    context: Option<Value>,
}

impl PlainBatch<'_> {
    fn sent(self) -> Sent {
        Sent {
            messages: events(&self.batch, self.context),
            write_key: self.write_key,
            token: self.user_token,
            sent_at: self.sent_at.as_ref().and_then(times::read),
        }
    }
}

/// Each message read by itself, with the batch's context where it has none.
fn events(messages: &[&RawValue], context: Option<Value>) -> Vec<Result<Value, AppError>> {
    let with = |raw: &&RawValue| event(raw.get()).map(|e| with_context(e, context.as_ref()));
    messages.iter().map(with).collect()
}

type Fields<'a> = HashMap<String, &'a RawValue>;

fn field<T: DeserializeOwned>(body: &Fields, name: &str) -> Option<T> {
    serde_json::from_str(body.get(name)?.get()).ok()
}

fn field_of<'a, T: Deserialize<'a>>(body: &Fields<'a>, name: &str) -> Option<T> {
    serde_json::from_str(body.get(name)?.get()).ok()
}

fn event(text: &str) -> Result<Value, AppError> {
    serde_json::from_str(text)
        .map_err(|_| AppError::invalid("event", "This nests too deeply or holds no JSON number."))
}

/// The message with the batch's context, where it has none of its own.
fn with_context(mut message: Value, context: Option<&Value>) -> Value {
    if let (Some(fields), Some(context)) = (message.as_object_mut(), context) {
        fields.entry("context").or_insert_with(|| context.clone());
    }
    message
}

fn is_packed(headers: &HeaderMap) -> Result<bool, Problem> {
    match headers.get(header::CONTENT_ENCODING).map(|v| v.as_bytes()) {
        None | Some(b"identity" | b"") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => {
            let detail = "Send the body as it is, or packed with gzip.";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Err(Problem::new(status, "media-type", "Unsupported content encoding", detail))
        }
    }
}

/// Unpacks no further than the limit, so that a bomb costs what an honest body costs.
fn unpack(packed: &[u8]) -> Result<Vec<u8>, Problem> {
    let ratio = packed.len().saturating_mul(SEGMENT_UNPACK_RATIO).max(RATIO_FROM_BYTES);
    let limit = ratio.min(SEGMENT_BATCH_BYTES);
    let mut body = Vec::with_capacity(limit.min(packed.len().saturating_mul(8)));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(packed)
        .take(most)
        .read_to_end(&mut body)
        .map_err(|_| Problem::malformed("The body is not gzip."))?;
    if body.len() > limit {
        return Err(Problem::too_large(limit));
    }
    Ok(body)
}
