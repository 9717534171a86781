//! A chunk's body: one line of JSON that says whose it is, then its events, packed or not. The line
//! is never packed, so that a stranger's bytes are not unpacked; and it stands in the body, so that
//! a page that closes can hand it over by beacon, which has no headers.

use crate::api::problem::Problem;
use axum::body::Bytes;
use flate2::read::{DeflateDecoder, GzDecoder};
use rapport_domain::limits::RECORDING_UNPACKED_BYTES;
use rapport_domain::{AppError, text};
use rapport_services::recordings::Sent;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::Read;

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Packing {
    #[default]
    None,
    Gzip,
    Deflate,
}

/// Who sends what.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub key: String,
    session: String,
    window: String,
    seq: i32,
    anonymous_id: String,
    /// Milliseconds since 1970 by the browser's clock.
    sent_at: Option<i64>,
    #[serde(default)]
    packing: Packing,
    #[serde(default)]
    context: Map<String, Value>,
}

/// A body, taken apart and not unpacked.
#[derive(Debug)]
pub struct Body {
    pub head: Head,
    packed: Bytes,
}

impl Body {
    pub fn read(bytes: Bytes) -> Result<Self, Problem> {
        let malformed =
            || Problem::malformed("A chunk begins with a line of JSON that says whose it is.");
        let end = bytes.iter().take(super::HEAD_BYTES).position(|b| *b == b'\n');
        let end = end.ok_or_else(malformed)?;
        let head: Head = crate::api::extract::parse(&bytes[..end])?;
        if text::clean_line(&head.anonymous_id) != head.anonymous_id {
            return Err(AppError::invalid("anonymousId", "This is no id.").into());
        }
        Ok(Self { head, packed: bytes.slice(end + 1..) })
    }

    /// Unpacks it no further than a chunk may be large.
    pub async fn unpack(self) -> Result<Sent, Problem> {
        let Self { head, packed } = self;
        let work = {
            let packed = packed.clone();
            move || unpacked(head.packing, &packed)
        };
        let events = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())??;
        Ok(Sent {
            session: head.session,
            window: head.window,
            anonymous: head.anonymous_id,
            seq: head.seq,
            sent_at_ms: head.sent_at,
            context: head.context,
            packed,
            events,
        })
    }
}

fn unpacked(packing: Packing, packed: &Bytes) -> Result<Bytes, Problem> {
    match packing {
        Packing::None => Ok(packed.clone()),
        Packing::Gzip => within(GzDecoder::new(packed.as_ref())),
        Packing::Deflate => within(DeflateDecoder::new(packed.as_ref())),
    }
}

fn within(unpacking: impl Read) -> Result<Bytes, Problem> {
    let most = u64::try_from(RECORDING_UNPACKED_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut events = Vec::new();
    unpacking
        .take(most)
        .read_to_end(&mut events)
        .map_err(|_| Problem::malformed("The events are not packed as the chunk says."))?;
    if events.len() > RECORDING_UNPACKED_BYTES {
        return Err(Problem::too_large(RECORDING_UNPACKED_BYTES));
    }
    Ok(events.into())
}
