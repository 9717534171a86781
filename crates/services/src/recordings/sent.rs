//! A chunk as browsers send it, and what becomes of it.

use bytes::Bytes;
use serde_json::{Map, Value};

/// A chunk as it came.
#[derive(Debug)]
pub struct Sent {
    /// What the browser calls the session, this tab of it, and itself.
    pub session: String,
    pub window: String,
    pub anonymous: String,
    /// The chunk's number in its window, from zero.
    pub seq: i32,
    pub sent_at_ms: Option<i64>,
    /// What the browser says of itself, as beside an event.
    pub context: Map<String, Value>,
    /// As they were sent, and unpacked.
    pub packed: Bytes,
    pub events: Bytes,
}

/// What became of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is safe.
    Stored,
    /// It was already.
    Duplicate,
    /// Nothing of this session is wanted: the recorder stops, and says why to nobody.
    Declined(&'static str),
}
