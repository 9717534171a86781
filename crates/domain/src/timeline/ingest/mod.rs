//! An event as a sender writes it, checked.

use super::own::{self, Aside};
use super::{CustomerRef, EventAccount, EventKind};
use crate::error::{AppError, Problems};
use crate::json;
use crate::limits::{
    EVENT_BODY_CHARS, EVENT_NAME_CHARS, EVENT_PAYLOAD_BYTES, EXTERNAL_ID_CHARS, JSON_DEPTH,
    LINE_CHARS, NAME_CHARS, URL_CHARS,
};
use crate::provider;
use crate::text::{optional_line, required_line};
use crate::times;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How far from now an event may lie; what lies further is moved to the edge.
const OLDEST_DAYS: i64 = 3653;
const NEWEST_HOURS: i64 = 24;

/// An event to add to a customer's timeline, or to an account's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEventInput {
    /// May be left out when the object is a customer or a ticket.
    #[serde(default)]
    pub customer: CustomerRef,
    /// Instead of a customer: it happened to the company, and to none of its people. May be left
    /// out when the object is an account.
    #[serde(default)]
    pub account: Option<EventAccount>,
    /// Unless said otherwise what its source is known for (`sentry`: `error`), else `event`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Who sends it (`sentry`, `hubspot` …); `api` unless said otherwise.
    #[serde(default)]
    pub source: Option<String>,
    /// The machine name, `report_export_clicked`; repeats collapse by it.
    pub name: String,
    /// What people read instead of the name.
    #[serde(default)]
    pub title: Option<String>,
    /// Text below the title: a stack trace, a summary.
    #[serde(default)]
    pub body: Option<String>,
    /// The same, where it may be HTML: what it says is kept as text.
    #[serde(default)]
    pub description: Option<String>,
    /// An icon's name, one character, or the address of a picture.
    #[serde(default)]
    pub icon: Option<String>,
    /// Where the thing can be seen at its source.
    #[serde(default)]
    pub url: Option<String>,
    /// Who did it, when not the customer.
    #[serde(default)]
    pub actor: Option<String>,
    /// Now, unless said otherwise.
    #[serde(default, alias = "occurredAt")]
    pub occurred_at: Option<DateTime<Utc>>,
    /// What it is about: `customer`, `ticket`, `account`, `help_centre`, `session`, `recording` …
    #[serde(default, alias = "objectType")]
    pub object_type: Option<String>,
    /// The object's id, here or at its source.
    #[serde(default, alias = "objectId")]
    pub object_id: Option<String>,
    /// The object's id in your system.
    #[serde(default, alias = "externalId")]
    pub external_id: Option<String>,
    /// An object with whatever belongs to the event.
    #[serde(default)]
    pub payload: Option<Value>,
    /// The same source and key twice is stored once.
    #[serde(default, alias = "dedupeKey")]
    pub dedupe_key: Option<String>,
    /// What could not be read; the payload keeps it too.
    #[serde(skip)]
    pub aside: Vec<Aside>,
}

impl NewEventInput {
    /// Reads one event of a request; an error is this event's alone.
    pub fn from_json(mut value: Value) -> Result<Self, AppError> {
        let mut aside = Vec::new();
        if let Some(fields) = value.as_object_mut() {
            read_odd(fields, &mut aside);
        }
        let read = serde_json::from_value(value)
            .map_err(|e| AppError::invalid("event", format!("This is no event: {e}.")))?;
        Ok(Self { aside, ..read })
    }

    fn object_is(&self, kind: &str) -> bool {
        self.object_type.as_deref().is_some_and(|t| t.trim().eq_ignore_ascii_case(kind))
    }

    /// The ticket it is about, by its number.
    pub fn ticket(&self) -> Option<i64> {
        let is_ticket = self.object_is("ticket") || self.object_is("conversation");
        self.object_id.as_deref().filter(|_| is_ticket)?.trim_start_matches('#').parse().ok()
    }

    /// Makes sure that it names one customer or one account, and normalises how.
    fn name_one(&mut self, problems: &mut Problems) {
        let names_nobody = self.customer.is_empty();
        if names_nobody && self.account.is_none() && self.object_is("account") {
            self.account = self.object_id.as_deref().map(EventAccount::named);
        }
        if let Some(account) = self.account.take() {
            self.account = problems.check(account.checked());
            if !names_nobody {
                let message = "Name a customer or an account, not both: an account's timeline shows its customers' events too.";
                problems.add("account", message);
            }
        } else if !names_nobody || self.ticket().is_none() {
            let customer = std::mem::take(&mut self.customer);
            self.customer = problems.check(customer.checked()).unwrap_or_default();
        }
    }

    /// The event within all limits, with every default filled in, or everything that is wrong.
    pub fn checked(mut self, now: DateTime<Utc>) -> Result<(Self, EventKind), AppError> {
        let mut problems = Problems::default();
        if let Some(value) = self.external_id.take() {
            self.object_id.get_or_insert(value.clone());
            // An event about a customer needs no other way to say whose it is.
            if self.customer.is_empty() && self.object_is("customer") {
                self.customer.external_id = Some(value);
            }
        } else if self.customer.is_empty() && self.object_is("customer") {
            self.customer.id = self.object_id.as_deref().and_then(|id| id.parse().ok());
        }
        self.name_one(&mut problems);
        let kind = match self.kind.as_deref() {
            None | Some("") => None,
            Some(word) => problems.check(
                word.parse().map_err(|e: AppError| AppError::invalid("kind", e.to_string())),
            ),
        };
        let source = optional_line("source", self.source.as_deref(), NAME_CHARS);
        let source = problems.check(source).flatten().unwrap_or_else(|| provider::API.key.into());
        let source = source.to_lowercase();
        if source == provider::RAPPORT.key {
            problems.add("source", "Rapport's own activities cannot be sent.");
        }
        let usual = provider::find(&source).map_or(EventKind::Event, |known| known.kind);
        self.source = Some(source);
        self.name =
            problems.check(required_line("name", &self.name, EVENT_NAME_CHARS)).unwrap_or_default();
        let mut line = |field, value: &mut Option<String>, max| {
            *value = problems.check(optional_line(field, value.as_deref(), max)).flatten();
        };
        line("title", &mut self.title, LINE_CHARS);
        line("actor", &mut self.actor, NAME_CHARS);
        line("object_type", &mut self.object_type, NAME_CHARS);
        line("object_id", &mut self.object_id, EXTERNAL_ID_CHARS);
        line("dedupe_key", &mut self.dedupe_key, LINE_CHARS);
        line("icon", &mut self.icon, URL_CHARS);
        line("url", &mut self.url, URL_CHARS);
        let picture = self.icon.take_if(|i| i.starts_with("https://"));
        self.icon = self.icon.filter(|i| is_icon(i));
        if self
            .url
            .as_deref()
            .is_some_and(|u| !u.starts_with("https://") && !u.starts_with("http://"))
        {
            problems.add("url", "An address starts with https:// or http://.");
        }
        self.body = problems.check(body(self.body.as_deref())).flatten();
        let payload = self.payload.take().map(|payload| match payload {
            Value::Object(fields) => Value::Object(own::senders(fields)),
            other => other,
        });
        let mut payload = problems.check(storable_payload(payload)).unwrap_or_default();
        // Pages load nothing from outside: the server asks there when somebody looks at it.
        if let (Some(picture), Some(object)) = (picture, payload.as_object_mut()) {
            object.insert(own::ICON_URL.into(), picture.into());
        }
        own::keep_aside(&mut payload, &self.aside);
        let (at, payload) = within_time(self.occurred_at.unwrap_or(now), now, payload);
        (self.occurred_at, self.payload) = (Some(at), Some(payload));
        problems.finish()?;
        Ok((self, kind.unwrap_or(usual)))
    }
}

/// Times however they are written, ids that are numbers, and PHP's empty lists for objects.
fn read_odd(fields: &mut Map<String, Value>, aside: &mut Vec<Aside>) {
    for name in ["occurred_at", "occurredAt"] {
        let Some(value) = fields.remove(name) else { continue };
        let empty = value.is_null() || value.as_str().is_some_and(|t| t.trim().is_empty());
        match times::read(&value) {
            Some(time) => drop(fields.insert(name.into(), json!(time))),
            None if empty => {}
            None => {
                let why = "This is no time; 2026-11-24T09:14:00Z is one.";
                aside.push(Aside::new("occurred_at", value, why));
            }
        }
    }
    let ids =
        ["object_id", "objectId", "external_id", "externalId", "dedupe_key", "dedupeKey", "name"];
    for name in ids {
        if let Some(value) = fields.get_mut(name)
            && let Value::Number(number) = value
        {
            *value = crate::json::number_text(number).into();
        }
    }
    for name in ["payload", "customer", "account"] {
        if fields.get(name).is_some_and(|v| v.as_array().is_some_and(Vec::is_empty)) {
            fields.remove(name);
        }
    }
}

/// A sprite's name or one character (a flag or family is several code points).
fn is_icon(icon: &str) -> bool {
    let name = icon.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    name || icon.chars().count() <= 8 && !icon.is_ascii() || icon.len() == 1
}

/// Text with its line breaks and indents: stack traces live from them.
fn body(text: Option<&str>) -> Result<Option<String>, AppError> {
    let text =
        text.map(|t| t.replace('\0', "\u{FFFD}").replace("\r\n", "\n").trim_end().to_string());
    let Some(text) = text.filter(|t| !t.trim().is_empty()) else { return Ok(None) };
    let n = text.chars().count();
    if n > EVENT_BODY_CHARS {
        let message = format!("Body is {n} characters long; at most {EVENT_BODY_CHARS} fit.");
        return Err(AppError::invalid("body", message));
    }
    Ok(Some(text))
}

/// An object that Postgres can store, or what is wrong with `payload`.
pub fn storable_payload(value: Option<Value>) -> Result<Value, AppError> {
    let value = value.unwrap_or(Value::Null);
    let refuse = |message: String| Err(AppError::invalid("payload", message));
    match &value {
        Value::Null => return Ok(json!({})),
        Value::Object(_) => {}
        _ => return refuse("The payload has to be an object.".into()),
    }
    if json::depth(&value) > JSON_DEPTH {
        return refuse(format!("The payload is nested too deeply; {JSON_DEPTH} levels fit."));
    }
    let value = json::storable(value);
    let bytes = json::written_bytes(&value);
    if bytes > EVENT_PAYLOAD_BYTES {
        return refuse(format!(
            "The payload has {bytes} bytes; at most {EVENT_PAYLOAD_BYTES} fit."
        ));
    }
    Ok(value)
}

/// Moves a time that cannot be true to the edge of what can, and keeps the one sent in the payload.
pub fn within_time(
    at: DateTime<Utc>,
    now: DateTime<Utc>,
    mut payload: Value,
) -> (DateTime<Utc>, Value) {
    let oldest = now - TimeDelta::days(OLDEST_DAYS);
    let newest = now + TimeDelta::hours(NEWEST_HOURS);
    let kept = at.clamp(oldest, newest).trunc_subsecs(6);
    if kept != at.trunc_subsecs(6)
        && let Some(object) = payload.as_object_mut()
    {
        object.insert(own::OCCURRED_AT_SENT.into(), at.to_rfc3339().into());
    }
    (kept, payload)
}

#[cfg(test)]
mod tests;
