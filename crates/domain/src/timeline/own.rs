//! Our own data in an event's payload: everything else in it is the sender's, under their names.

use crate::error::FieldError;
use serde_json::{Map, Value, json};

/// What begins so is ours, and cannot be sent.
const PREFIX: &str = "$rapport.";
/// Where a moved event keeps the time that was sent.
pub(super) const OCCURRED_AT_SENT: &str = "$rapport.occurred_at_sent";
/// The address of an event's picture.
pub(super) const ICON_URL: &str = "$rapport.icon_url";
/// What the sender calls the page or screen.
pub const PAGE: &str = "$rapport.page";
/// What an identify that proves nothing says of its user.
pub(super) const TRAITS: &str = "$rapport.traits";
/// What our own browser script says of where it runs.
pub(super) const CONTEXT: &str = "$rapport.context";
/// What came along beside properties and traits.
pub(super) const SEGMENT: &str = "$rapport.segment";
/// What could not be read, and why; the event log shows it.
const SET_ASIDE: &str = "$rapport.set_aside";
/// Where a sender's keys are kept that look like ours.
const SENT: &str = "$rapport.sent";

/// Whether a key of a payload is ours.
pub fn is_own(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The sender's keys, those that look like ours kept aside.
pub(super) fn senders(mut payload: Map<String, Value>) -> Map<String, Value> {
    if payload.keys().any(|key| is_own(key)) {
        let (ours, theirs): (Map<_, _>, Map<_, _>) =
            payload.into_iter().partition(|(key, _)| is_own(key));
        payload = theirs;
        payload.insert(SENT.into(), Value::Object(ours));
    }
    payload
}

/// A value that was not understood: the message goes on without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Aside {
    pub field: String,
    pub sent: Value,
    pub why: String,
}

impl Aside {
    pub fn new(field: &str, sent: Value, why: impl Into<String>) -> Self {
        Self { field: field.into(), sent, why: why.into() }
    }

    /// As the sender is told.
    pub fn warning(&self) -> FieldError {
        FieldError { field: self.field.clone(), message: self.why.clone() }
    }
}

/// Keeps what was set aside with the event.
pub fn keep_aside(payload: &mut Value, aside: &[Aside]) {
    let Some(object) = payload.as_object_mut().filter(|_| !aside.is_empty()) else { return };
    let kept = object.entry(SET_ASIDE).or_insert_with(|| json!({}));
    if let Some(kept) = kept.as_object_mut() {
        let entry = |a: &Aside| (a.field.clone(), json!({ "sent": a.sent, "why": a.why }));
        kept.extend(aside.iter().map(entry));
    }
}

/// What was set aside, in words.
pub fn aside_text(warnings: &[FieldError]) -> String {
    let part = |w: &FieldError| match w.field.as_str() {
        "" => w.message.clone(),
        field => format!("{field}: {}", w.message),
    };
    warnings.iter().map(part).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_s_keys_survive_and_cannot_pass_for_ours() {
        let sent = json!({"icon_url": "a", "traits": 1, "$rapport.icon_url": "https://x.example/"});
        let kept = senders(sent.as_object().cloned().expect("an object"));
        let wanted = json!({"icon_url": "a", "traits": 1,
            "$rapport.sent": {"$rapport.icon_url": "https://x.example/"}});
        assert_eq!(Value::Object(kept), wanted);
    }

    #[test]
    fn what_is_set_aside_stays_with_the_event() {
        let mut payload = json!({"a": 1});
        keep_aside(&mut payload, &[]);
        assert_eq!(payload, json!({"a": 1}));
        keep_aside(&mut payload, &[Aside::new("timestamp", json!("soon"), "No time.")]);
        keep_aside(&mut payload, &[Aside::new("name", json!(["x"]), "No text.")]);
        let kept = &payload["$rapport.set_aside"];
        assert_eq!(kept["timestamp"], json!({"sent": "soon", "why": "No time."}));
        assert_eq!(kept["name"]["sent"], json!(["x"]));
    }
}
