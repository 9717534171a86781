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
use serde_json::{Map, Value};

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
        let mut taken = Taken::new(object_of(value)?);
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
        let stated = original.or(taken.time("timestamp"));
        let event = taken.line("event", EVENT_NAME_CHARS);
        let page = taken.line("name", EVENT_NAME_CHARS);
        let mut traits = taken.object("traits");
        let properties = taken.object("properties");
        let name = name_of(kind, event, page.as_deref())?;
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
        let Taken { fields, aside, nobody } = taken;
        let mut payload = own::senders(properties);
        if let Some(page) = page.filter(|_| kind != MessageType::Track) {
            payload.insert(own::PAGE.into(), page.into());
        }
        keep_rest(&mut payload, &traits, fields, by_sdk);
        let mut payload = storable_payload(Some(Value::Object(payload)))?;
        own::keep_aside(&mut payload, &aside);
        let (at, payload) = clock(stated, sent, now, payload);
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
/// The message as an object that is not too large.
fn object_of(value: Value) -> Result<Map<String, Value>, AppError> {
    let Value::Object(fields) = value else {
        return Err(AppError::invalid("event", "An event is an object."));
    };
    let bytes = json::object_bytes(&fields);
    if bytes > SEGMENT_EVENT_BYTES {
        let message = format!("{bytes} bytes are too many; {SEGMENT_EVENT_BYTES} fit.");
        return Err(AppError::invalid("event", message));
    }
    Ok(fields)
}

/// The event's name: what a track says, or what such a message means.
fn name_of(
    kind: MessageType,
    event: Option<String>,
    page: Option<&str>,
) -> Result<String, AppError> {
    let name = match kind {
        MessageType::Track => {
            let refused = event.or_else(|| page.map(String::from));
            return refused.ok_or_else(|| AppError::invalid("event", "A track event has a name."));
        }
        MessageType::Page => "Page viewed",
        MessageType::Screen => "Screen viewed",
        MessageType::Identify => "Identified",
        MessageType::Group => "Joined a group",
        MessageType::Alias => "Known by another id",
    };
    Ok(name.into())
}

/// What came beside the properties, the context among it: kept, and below what people look at.
fn keep_rest(
    payload: &mut Map<String, Value>,
    traits: &Map<String, Value>,
    mut fields: Map<String, Value>,
    by_sdk: bool,
) {
    if !traits.is_empty() {
        payload.insert(own::TRAITS.into(), Value::Object(traits.clone()));
    }
    if by_sdk && let Some(context) = fields.remove("context") {
        payload.insert(own::CONTEXT.into(), context);
    }
    if !fields.is_empty() {
        payload.insert(own::SEGMENT.into(), Value::Object(fields));
    }
}

fn kind_of(taken: &mut Taken, path: Option<MessageType>) -> Result<MessageType, AppError> {
    match (taken.text("type"), path) {
        (Some(word), path) => match (word.trim().to_lowercase().parse(), path) {
            (Ok(kind), _) => Ok(kind),
            // The path said it; what the sender calls a type besides is a word of theirs.
            (Err(_), Some(kind)) => {
                taken.fields.insert("type".into(), word.into());
                Ok(kind)
            }
            (Err(e), None) => Err(refused("type", &e)),
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
    stated: Option<DateTime<Utc>>,
    sent: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    mut payload: Value,
) -> (DateTime<Utc>, Value) {
    let Some(stated) = stated else { return (now, payload) };
    let skew = sent.map_or(TimeDelta::zero(), |sent| now.signed_duration_since(sent));
    let right = (-AHEAD_SECONDS..BEHIND_SECONDS).contains(&skew.num_seconds());
    let at = if right { stated } else { stated.checked_add_signed(skew).unwrap_or(now) };
    // What is sent cannot have happened after it arrived, unless no clock was told.
    let at = if sent.is_some() { at.min(now) } else { at };
    if at != stated
        && let Some(object) = payload.as_object_mut()
    {
        object.insert(own::OCCURRED_AT_SENT.into(), stated.to_rfc3339().into());
    }
    within_time(at, now, payload)
}

fn refused(field: &str, error: &AppError) -> AppError {
    AppError::invalid(field, error.to_string())
}

fn is_web(url: &str) -> bool {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    scheme && url.chars().count() <= crate::limits::URL_CHARS && !url.contains(char::is_control)
}

#[cfg(test)]
mod tests;
