//! The Segment protocol: one message as a client sends it, read and measured.
//!
//! Clients differ: ids may be numbers or null, browsers and Python put the key into the body,
//! and every one adds keys of its own. What is not understood is kept with the event.

use super::seen::Seen;
use super::traits::{Traits, read_time};
use super::{storable_payload, within_time};
use crate::error::AppError;
use crate::identity::{IdentifierKind, Key, opaque_id};
use crate::limits::{EVENT_NAME_CHARS, LINE_CHARS, SEGMENT_EVENT_BYTES};
use crate::{text, vocabulary};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

/// What our own SDK calls itself in `context.library.name`.
pub const SDK: &str = "rapport";
/// A clock that is off by less than this is left alone.
const SKEW_SECONDS: i64 = 2;

vocabulary! {
    /// What a message says.
    MessageType {
        Identify => "identify", "Identify";
        Track => "track", "Track";
        Page => "page", "Page";
        Screen => "screen", "Screen";
        Group => "group", "Group";
        Alias => "alias", "Alias";
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub kind: MessageType,
    pub message_id: Option<String>,
    /// When it happened, by our clock.
    pub at: DateTime<Utc>,
    /// The sender's id of the person.
    pub user: Option<Key>,
    pub anonymous: Option<Key>,
    pub group_id: Option<String>,
    pub previous_id: Option<String>,
    /// What shows on the timeline.
    pub name: String,
    /// The page's address.
    pub url: Option<String>,
    pub traits: Traits,
    /// Properties, context, and whatever else came along.
    pub payload: Value,
    /// Proof of who the user is.
    pub token: Option<String>,
    /// What its browser said of itself.
    pub seen: Option<Seen>,
    /// Sent by our own SDK, by its own word.
    pub by_sdk: bool,
    /// An id that identifies nobody was left out.
    pub nobody: bool,
}

impl Message {
    /// Reads one message. `kind` is the path's word; in a batch each message has its own.
    /// `sent_at` is the batch's. An error is this message's alone.
    pub fn read(
        value: Value,
        kind: Option<MessageType>,
        sent_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let Value::Object(mut fields) = value else {
            return Err(AppError::invalid("event", "An event is an object."));
        };
        let bytes = Value::Object(fields.clone()).to_string().len();
        if bytes > SEGMENT_EVENT_BYTES {
            let message = format!("{bytes} bytes are too many; {SEGMENT_EVENT_BYTES} fit.");
            return Err(AppError::invalid("event", message));
        }
        // The body's key is a credential, and how it is to travel is our own affair.
        for noise in ["writeKey", "integrations", "channel", "receivedAt", "version"] {
            fields.remove(noise);
        }
        let kind = match (take_text(&mut fields, "type")?, kind) {
            (Some(word), _) => word.parse().map_err(|e: AppError| said("type", &e))?,
            (None, Some(kind)) => kind,
            (None, None) => return Err(AppError::invalid("type", "Say what kind of event it is.")),
        };
        let mut nobody = false;
        let mut key = |field: &str, kind, fields: &mut Map<String, Value>| {
            let value = take_id(fields, field)?;
            let value =
                value.and_then(|v| opaque_id(field, &v).inspect_err(|_| nobody = true).ok());
            Ok::<_, AppError>(value.map(|value| Key { kind, value }))
        };
        let user = key("userId", IdentifierKind::ExternalId, &mut fields)?;
        let anonymous = key("anonymousId", IdentifierKind::AnonymousId, &mut fields)?;
        let line = |value: Option<String>, field: &str, max| {
            text::optional_line(field, value.as_deref(), max)
        };
        let message_id = line(take_id(&mut fields, "messageId")?, "messageId", LINE_CHARS)?;
        let group_id = line(take_id(&mut fields, "groupId")?, "groupId", LINE_CHARS)?;
        let previous_id = line(take_id(&mut fields, "previousId")?, "previousId", LINE_CHARS)?;
        let token = take_text(&mut fields, "userToken")?;
        let sent = take_time(&mut fields, "sentAt")?.or(sent_at);
        let original = take_time(&mut fields, "originalTimestamp")?;
        let stamp = take_time(&mut fields, "timestamp")?;
        let event = line(take_text(&mut fields, "event")?, "event", EVENT_NAME_CHARS)?;
        let page = line(take_text(&mut fields, "name")?, "name", EVENT_NAME_CHARS)?;
        let traits = take_object(&mut fields, "traits")?;
        let properties = take_object(&mut fields, "properties")?;
        let name = match kind {
            MessageType::Track => {
                event.ok_or_else(|| AppError::invalid("event", "A track event has a name."))?
            }
            MessageType::Page => "Page viewed".into(),
            MessageType::Screen => "Screen viewed".into(),
            MessageType::Identify => "Identified".into(),
            MessageType::Group => "Joined a group".into(),
            MessageType::Alias => "Known by another id".into(),
        };
        let url = properties.get("url").and_then(Value::as_str).filter(|u| is_web(u));
        let url = url.map(str::to_string);
        let context = fields.get("context").and_then(Value::as_object);
        let seen = context.and_then(|context| Seen::read(context, &properties));
        let library = context.and_then(|c| c.get("library")?.get("name")?.as_str());
        let by_sdk = library == Some(SDK);
        let mut payload = properties;
        if let Some(page) = page {
            payload.entry("page").or_insert(page.into());
        }
        if !traits.is_empty() {
            payload.insert("traits".into(), Value::Object(traits.clone()));
        }
        // The rest, the context among it: kept, and below what people look at.
        if by_sdk && let Some(context) = fields.remove("context") {
            payload.entry("context").or_insert(context);
        }
        if !fields.is_empty() {
            payload.insert("segment".into(), Value::Object(fields));
        }
        let payload = storable_payload(Some(Value::Object(payload)))?;
        let told = original.or(stamp);
        let (at, payload) = clock(told, sent, now, payload);
        Ok(Self {
            kind,
            message_id,
            at,
            user,
            anonymous,
            group_id,
            previous_id,
            name,
            url,
            traits: Traits::new(traits),
            payload,
            token,
            seen,
            by_sdk,
            nobody,
        })
    }
}

/// The time by our clock: the sender's clock said `told` when it happened and `sent` when it
/// was sent, which was just now.
fn clock(
    told: Option<DateTime<Utc>>,
    sent: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    mut payload: Value,
) -> (DateTime<Utc>, Value) {
    let Some(told) = told else { return (now, payload) };
    let skew = sent.map_or(TimeDelta::zero(), |sent| now.signed_duration_since(sent));
    let at = if skew.num_seconds().abs() <= SKEW_SECONDS {
        told
    } else {
        told.checked_add_signed(skew).unwrap_or(now)
    };
    // What is sent cannot have happened after it arrived, unless no clock was told.
    let at = if sent.is_some() { at.min(now) } else { at };
    if at != told
        && let Some(object) = payload.as_object_mut()
    {
        object.insert("_occurred_at_sent".into(), told.to_rfc3339().into());
    }
    within_time(at, now, payload)
}

fn said(field: &str, error: &AppError) -> AppError {
    AppError::invalid(field, error.to_string())
}

fn is_web(url: &str) -> bool {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    scheme && url.chars().count() <= crate::limits::URL_CHARS && !url.contains(char::is_control)
}

fn take_text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, AppError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(AppError::invalid(name, "This has to be text.")),
    }
}

/// An id: text, or a number as some clients send it. Empty is none.
fn take_id(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, AppError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|t| !t.trim().is_empty())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(AppError::invalid(name, "An id is text or a number.")),
    }
}

fn take_object(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Map<String, Value>, AppError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(AppError::invalid(name, "This has to be an object.")),
    }
}

fn take_time(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<DateTime<Utc>>, AppError> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match read_time(&value) {
            Some(time) => Ok(Some(time)),
            None => Err(AppError::invalid(name, "This is no time; 2026-11-24T09:14:00Z is one.")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn now() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().expect("a time")
    }

    fn read(value: Value) -> Result<Message, AppError> {
        Message::read(value, Some(MessageType::Track), None, now())
    }

    #[test]
    fn unknown_keys_are_kept_and_the_key_is_not() {
        let message = read(json!({"event": "Bought", "userId": 7, "anonymousId": null,
            "writeKey": "rpk_x", "context": {"ip": "1.2.3.4"}, "foo": [1], "properties": {"a": 1}}))
        .expect("a message");
        assert_eq!(message.user.as_ref().map(|k| k.value.as_str()), Some("7"));
        assert_eq!(message.anonymous, None);
        let wanted = json!({"a": 1, "segment": {"context": {"ip": "1.2.3.4"}, "foo": [1]}});
        assert_eq!(message.payload, wanted);
    }

    #[test]
    fn wrong_types_are_said_and_nobody_is_nobody() {
        for wrong in [
            json!({"event": 7}),
            json!({"event": "x", "userId": {"a": 1}}),
            json!({"event": "x", "properties": []}),
            json!({"event": "x", "timestamp": "soon"}),
            json!({"event": "x", "timestamp": 1e308}),
            json!({"type": "party"}),
            json!({"event": "x", "properties": {"a": "x".repeat(40_000)}}),
            json!([]),
        ] {
            assert!(matches!(read(wrong.clone()), Err(AppError::Invalid(_))), "{wrong}");
        }
        let message = read(json!({"event": "x", "userId": "anonymous"})).expect("a message");
        assert_eq!((message.user, message.nobody), (None, true));
    }

    #[test]
    fn a_wrong_clock_is_set_right_and_what_it_said_is_kept() {
        let message = read(json!({"event": "x", "timestamp": "2020-01-01T00:00:00Z",
            "sentAt": "2020-01-01T00:00:05Z"}))
        .expect("a message");
        assert_eq!(message.at, now() - TimeDelta::seconds(5));
        assert_eq!(message.payload["_occurred_at_sent"], "2020-01-01T00:00:00+00:00");
        let future = read(json!({"event": "x", "timestamp": "2999-01-01T00:00:00Z"}));
        assert_eq!(future.expect("a message").at, now() + TimeDelta::hours(24));
        let later = read(json!({"event": "x", "timestamp": "2026-11-24T10:00:09Z",
            "sentAt": "2026-11-24T10:00:00Z"}));
        assert_eq!(later.expect("a message").at, now());
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(name in ".{0,250}", id in ".{0,250}", at in "[0-9TZ:.+-]{0,30}") {
            if let Ok(message) = read(json!({"event": name, "userId": id, "timestamp": at})) {
                prop_assert!(!message.name.contains('\0'));
                prop_assert!(message.at <= now() + TimeDelta::hours(24));
            }
        }
    }
}
