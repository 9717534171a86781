//! The Segment protocol: one message as a client sends it, read and measured.
//!
//! Clients differ: ids may be numbers or null, browsers and Python put the key into the body,
//! and every one adds keys of its own. What is not understood is kept with the event.

use super::own::{self, Aside};
use super::seen::Seen;
use super::taken::Taken;
use super::traits::Traits;
use super::{storable_payload, within_time};
use crate::error::AppError;
use crate::identity::{IdentifierKind, Key};
use crate::limits::{EVENT_NAME_CHARS, LINE_CHARS, SEGMENT_EVENT_BYTES};
use crate::{json, vocabulary};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// What our own SDK calls itself in `context.library.name`.
pub const SDK: &str = "rapport";
/// A clock that is ahead by no more than this is left alone.
const AHEAD_SECONDS: i64 = 2;
/// One that seems to be behind by less than this as well: so long a transfer may take, and no
/// mistaken zone is smaller.
const BEHIND_SECONDS: i64 = 30 * 60;

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

impl MessageType {
    /// Whether it says what somebody did, and not who they are.
    pub fn is_event(self) -> bool {
        matches!(self, Self::Track | Self::Page | Self::Screen)
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
    /// What could not be read; the payload keeps it too.
    pub aside: Vec<Aside>,
}

impl Message {
    /// Reads one message. `kind` is the path's word; in a batch each message has its own.
    /// `sent_at` is the batch's. An error is this message's alone, and only what says nothing at
    /// all or leads to nobody for certain is one: the rest is set aside.
    pub fn read(
        value: Value,
        kind: Option<MessageType>,
        sent_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, AppError> {
        let Value::Object(fields) = value else {
            return Err(AppError::invalid("event", "An event is an object."));
        };
        let bytes = json::object_bytes(&fields);
        if bytes > SEGMENT_EVENT_BYTES {
            let message = format!("{bytes} bytes are too many; {SEGMENT_EVENT_BYTES} fit.");
            return Err(AppError::invalid("event", message));
        }
        let mut taken = Taken::new(fields);
        // The body's key is a credential, and how it is to travel is our own affair.
        for noise in ["writeKey", "integrations", "channel", "receivedAt", "version"] {
            taken.fields.remove(noise);
        }
        let kind = kind_of(&mut taken, kind)?;
        let user = taken.key("userId", IdentifierKind::ExternalId)?;
        let anonymous = taken.key("anonymousId", IdentifierKind::AnonymousId)?;
        let message_id = taken.word("messageId", LINE_CHARS);
        let group_id = taken.id("groupId")?;
        let previous_id = taken.id("previousId")?;
        let token = taken.text("userToken");
        let sent = taken.time("sentAt").or(sent_at);
        let original = taken.time("originalTimestamp");
        let told = original.or(taken.time("timestamp"));
        let event = taken.line("event", EVENT_NAME_CHARS);
        let page = taken.line("name", EVENT_NAME_CHARS);
        let mut traits = taken.object("traits");
        let properties = taken.object("properties");
        let name = match kind {
            MessageType::Track => event
                .or_else(|| page.clone())
                .ok_or_else(|| AppError::invalid("event", "A track event has a name."))?,
            MessageType::Page => "Page viewed".into(),
            MessageType::Screen => "Screen viewed".into(),
            MessageType::Identify => "Identified".into(),
            MessageType::Group => "Joined a group".into(),
            MessageType::Alias => "Known by another id".into(),
        };
        let url = properties.get("url").and_then(Value::as_str).filter(|u| is_web(u));
        let url = url.map(str::to_string);
        let context = taken.fields.get("context").and_then(Value::as_object);
        let seen = context.and_then(|context| Seen::read(context, &properties));
        let library = context.and_then(|c| c.get("library")?.get("name")?.as_str());
        let by_sdk = library == Some(SDK);
        if kind == MessageType::Identify
            && let Some(more) = context.and_then(|c| c.get("traits")?.as_object())
        {
            // Some clients put all traits there, and some those that were said before.
            for (name, value) in more {
                traits.entry(name).or_insert_with(|| value.clone());
            }
        }
        let Taken { mut fields, aside, nobody } = taken;
        let mut payload = own::senders(properties);
        if let Some(page) = page.filter(|_| kind != MessageType::Track) {
            payload.insert(own::PAGE.into(), page.into());
        }
        if !traits.is_empty() {
            payload.insert(own::TRAITS.into(), Value::Object(traits.clone()));
        }
        // The rest, the context among it: kept, and below what people look at.
        if by_sdk && let Some(context) = fields.remove("context") {
            payload.insert(own::CONTEXT.into(), context);
        }
        if !fields.is_empty() {
            payload.insert(own::SEGMENT.into(), Value::Object(fields));
        }
        let mut payload = storable_payload(Some(Value::Object(payload)))?;
        own::keep_aside(&mut payload, &aside);
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
            aside,
        })
    }
}

/// What the message says it is, else what the path says.
fn kind_of(taken: &mut Taken, path: Option<MessageType>) -> Result<MessageType, AppError> {
    match (taken.text("type"), path) {
        (Some(word), path) => match (word.trim().to_lowercase().parse(), path) {
            (Ok(kind), _) => Ok(kind),
            // The path said it; what the sender calls a type besides is a word of theirs.
            (Err(_), Some(kind)) => {
                taken.fields.insert("type".into(), word.into());
                Ok(kind)
            }
            (Err(e), None) => Err(said("type", &e)),
        },
        (None, Some(kind)) => Ok(kind),
        (None, None) => Err(AppError::invalid("type", "Say what kind of event it is.")),
    }
}

/// The time by our clock: the sender's clock said `told` when it happened and `sent` when it
/// was sent, which was just now.
///
/// A message that took its time is no wrong clock: setting that right would turn the order of
/// events round. Only what is ahead of us, or so far behind that no transfer took so long, is one.
fn clock(
    told: Option<DateTime<Utc>>,
    sent: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    mut payload: Value,
) -> (DateTime<Utc>, Value) {
    let Some(told) = told else { return (now, payload) };
    let skew = sent.map_or(TimeDelta::zero(), |sent| now.signed_duration_since(sent));
    let right = (-AHEAD_SECONDS..BEHIND_SECONDS).contains(&skew.num_seconds());
    let at = if right { told } else { told.checked_add_signed(skew).unwrap_or(now) };
    // What is sent cannot have happened after it arrived, unless no clock was told.
    let at = if sent.is_some() { at.min(now) } else { at };
    if at != told
        && let Some(object) = payload.as_object_mut()
    {
        object.insert(own::OCCURRED_AT_SENT.into(), told.to_rfc3339().into());
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
            "writeKey": "rpk_x", "context": {"ip": "1.2.3.4"}, "foo": [1],
            "properties": {"a": 1, "segment": "SMB", "traits": true, "page": 2}}))
        .expect("a message");
        assert_eq!(message.user.as_ref().map(|k| k.value.as_str()), Some("7"));
        assert_eq!(message.anonymous, None);
        let wanted = json!({"a": 1, "segment": "SMB", "traits": true, "page": 2,
            "$rapport.segment": {"context": {"ip": "1.2.3.4"}, "foo": [1]}});
        assert_eq!(message.payload, wanted);
    }

    #[test]
    fn what_leads_to_nobody_for_certain_is_refused() {
        for wrong in [
            json!({"event": ""}),
            json!({"event": "x", "userId": {"a": 1}}),
            json!({"event": "x", "userId": "u".repeat(201), "anonymousId": "a"}),
            json!({"event": "x", "anonymousId": "u".repeat(201)}),
            json!({"event": "x", "groupId": "u".repeat(201)}),
            json!({"event": "x", "properties": {"a": "x".repeat(40_000)}}),
            json!([]),
        ] {
            assert!(matches!(read(wrong.clone()), Err(AppError::Invalid(_))), "{wrong}");
        }
        let message = read(json!({"event": "x", "userId": "anonymous"})).expect("a message");
        assert_eq!((message.user, message.nobody), (None, true));
        let none = Message::read(json!({"type": "party"}), None, None, now());
        assert!(matches!(none, Err(AppError::Invalid(_))));
    }

    #[test]
    fn one_odd_value_never_costs_the_message() {
        for (odd, aside) in [
            (json!({"event": 7}), None),
            (json!({"properties": []}), None),
            (json!({"properties": [], "context": [], "integrations": [], "traits": []}), None),
            (json!({"userId": []}), None),
            (json!({"userId": false}), Some("userId")),
            (json!({"properties": "text"}), Some("properties")),
            (json!({"properties": [1]}), Some("properties")),
            (json!({"timestamp": "soon"}), Some("timestamp")),
            (json!({"timestamp": 1e308}), Some("timestamp")),
            (json!({"timestamp": ""}), None),
            (json!({"sentAt": {}, "originalTimestamp": false}), Some("originalTimestamp")),
            (json!({"name": "x".repeat(300)}), Some("name")),
            (json!({"event": "x".repeat(300)}), Some("event")),
            (json!({"messageId": "x".repeat(600)}), Some("messageId")),
            (json!({"type": "party"}), None),
        ] {
            let mut sent = json!({"event": "E", "anonymousId": "a"});
            sent.as_object_mut()
                .expect("an object")
                .extend(odd.as_object().cloned().expect("an object"));
            let message = read(sent).expect("a message");
            let fields: Vec<_> = message.aside.iter().map(|a| a.field.as_str()).collect();
            assert_eq!(fields, aside.into_iter().collect::<Vec<_>>(), "{odd}");
            if let Some(field) = aside {
                let kept = &message.payload["$rapport.set_aside"][field]["sent"];
                assert_eq!(*kept, odd[field], "the raw value is kept");
            }
            assert!(message.at <= now());
        }
    }

    #[test]
    fn traits_are_read_from_the_context_too() {
        let read = |value| Message::read(value, Some(MessageType::Identify), None, now());
        let message = read(json!({"userId": "u", "traits": {"name": "Ada"},
            "context": {"traits": {"name": "Old", "email": "ada@x.example"}}}))
        .expect("a message");
        assert_eq!(message.traits.to_input(&[]).input.name.as_deref(), Some("Ada"));
        assert_eq!(message.traits.keys().len(), 1);
    }

    #[test]
    fn a_wrong_clock_is_set_right_and_what_it_said_is_kept() {
        let message = read(json!({"event": "x", "timestamp": "2020-01-01T00:00:00Z",
            "sentAt": "2020-01-01T00:00:05Z"}))
        .expect("a message");
        assert_eq!(message.at, now() - TimeDelta::seconds(5));
        let kept = &message.payload["$rapport.occurred_at_sent"];
        assert_eq!(*kept, "2020-01-01T00:00:00+00:00");
        let future = read(json!({"event": "x", "timestamp": "2999-01-01T00:00:00Z"}));
        assert_eq!(future.expect("a message").at, now() + TimeDelta::hours(24));
        let later = read(json!({"event": "x", "timestamp": "2026-11-24T10:00:09Z",
            "sentAt": "2026-11-24T10:00:00Z"}));
        assert_eq!(later.expect("a message").at, now());
    }

    #[test]
    fn a_slow_transfer_is_no_wrong_clock() {
        for late in [1, 30, 600, 1_700] {
            let told = now() - TimeDelta::seconds(late + 1);
            let sent = now() - TimeDelta::seconds(late);
            let message = read(json!({"event": "x", "timestamp": told, "sentAt": sent}));
            assert_eq!(message.expect("a message").at, told, "{late} s on its way");
        }
        let ahead = now() + TimeDelta::minutes(5);
        let message = read(json!({"event": "x", "timestamp": ahead, "sentAt": ahead}));
        assert_eq!(message.expect("a message").at, now());
    }

    proptest! {
        /// A device's clock is right or wrong by as much as it likes; what it sends waits on the
        /// device, and then on its way.
        #[test]
        fn a_right_clock_is_believed_and_a_wrong_one_set_right(
            ago in 0i64..500_000, waited in 0i64..100_000, on_its_way in 0i64..1_700,
            wrong in prop_oneof![Just(0i64), 3_000i64..900_000_000, -900_000_000i64..-3_000],
        ) {
            let seconds = TimeDelta::seconds;
            let happened = now() - seconds(ago);
            let left = happened + seconds(waited);
            let arrived = left + seconds(on_its_way);
            let told = |real: DateTime<Utc>| Some(real + seconds(wrong));
            let (at, _) = clock(told(happened), told(left), arrived, json!({}));
            if wrong == 0 {
                prop_assert_eq!(at, happened);
            }
            prop_assert!(at <= arrived);
            prop_assert!((at - happened).num_seconds().abs() <= on_its_way, "{} {}", at, happened);
        }

        #[test]
        fn no_text_is_a_panic(name in ".{0,250}", id in ".{0,250}", at in "[0-9TZ:.+-]{0,30}") {
            if let Ok(message) = read(json!({"event": name, "userId": id, "timestamp": at})) {
                prop_assert!(!message.name.contains('\0'));
                prop_assert!(message.at <= now() + TimeDelta::hours(24));
            }
        }
    }
}
