//! The Segment protocol's use case: people first, then their events in one group commit.

use super::browser::{Claims, verify};
use super::identify::{self, Proven};
use super::item::{Done, Incoming, Label};
use super::{Ingest, Item, browser};
use crate::rules::{self, IdentityRules};
use crate::secrets::Keyring;
use crate::{Actor, Ctx, Result, customers};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::limits::{EVENT_NAME_CHARS, EVENTS_PER_REQUEST};
use rapport_domain::provider;
use rapport_domain::text::excerpt;
use rapport_domain::timeline::{
    Aside, CustomerRef, EventKind, EventResult, Message, MessageType, SDK, SeenAt, keep_aside,
};
use rapport_domain::{AppError, CustomerId, Permission, Uuid};
use rapport_store::timeline::NewEvent;
use secrecy::SecretString;
use serde_json::Value;

const NOBODY: &str = "It names nobody: neither a user nor a browser.";
const UNPROVEN: &str = "A browser's key says who somebody is only with a signed token.";
const KNOWN: &str = "Traits without a signed token change nobody who is known for certain.";

/// Whether the sender's bare word says who somebody is: a server's does, a browser's never, for
/// what that proves it proves by a token.
fn is_believed(ctx: &Ctx) -> bool {
    match ctx.actor {
        Actor::User(_) | Actor::ApiKey { .. } => true,
        Actor::Browser | Actor::Operator | Actor::System { .. } => false,
    }
}

/// One request.
#[derive(Debug, Default)]
pub struct Batch {
    /// Each read by itself: what is no JSON is that one's error.
    pub messages: Vec<Result<Value>>,
    /// What the path says they are; in a batch each says it itself.
    pub kind: Option<MessageType>,
    pub sent_at: Option<DateTime<Utc>>,
    /// The token of the whole request; a message's own goes before it.
    pub token: Option<String>,
}

/// Takes in one request of the Segment protocol. Answers what became of each message, in
/// order, after everything is committed.
pub async fn take_segment(
    ctx: &Ctx,
    ingest: &Ingest,
    keys: &Keyring,
    batch: Batch,
) -> Result<Vec<EventResult>> {
    ctx.require(Permission::EventsWrite)?;
    if batch.messages.len() > EVENTS_PER_REQUEST {
        let message = format!("At most {EVENTS_PER_REQUEST} events fit in one request.");
        return Err(AppError::invalid("batch", message));
    }
    // What identifies people runs on the events' connections as well.
    let ctx = &Ctx { store: ingest.store.clone(), ..ctx.clone() };
    let read = |value: Result<Value>| {
        let label = named(value.as_ref().ok(), batch.kind);
        let message = value.and_then(|v| Message::read(v, batch.kind, batch.sent_at, ctx.now));
        message.map_err(|error| Box::new(Item::refused(label, error)))
    };
    let rules = rules::of(ctx).await?;
    let messages: Vec<_> = batch.messages.into_iter().map(read).collect();
    let mut tokens = Tokens { ctx, keys, secrets: None, known: Vec::new() };
    let mut items = Vec::with_capacity(messages.len());
    for message in messages {
        items.push(match message {
            Err(refused) => *refused,
            Ok(mut message) => {
                known_here(&rules, &mut message);
                let token = message.token.as_deref().or(batch.token.as_deref());
                let claims = tokens.claims(token).await;
                item(ctx, &rules, claims, message).await?
            }
        });
    }
    ingest.submit(ctx, items).await
}

/// Leaves out the ids that this workspace says identify nobody.
fn known_here(rules: &IdentityRules, message: &mut Message) {
    for (field, key) in [("userId", &mut message.user), ("anonymousId", &mut message.anonymous)] {
        let Some(given) = key.take() else { continue };
        *key = rules::apply(rules, given.clone());
        if key.is_none() {
            message.nobody = true;
            let why = "This identifies nobody in this workspace.";
            message.aside.push(Aside::new(field, given.value.into(), why));
        }
    }
}

/// What the log can say of a message that may turn out to be none.
fn named(value: Option<&Value>, kind: Option<MessageType>) -> Label {
    let line = |name: &str| value?.get(name)?.as_str().map(|t| excerpt(t, EVENT_NAME_CHARS));
    let kind = line("type").and_then(|word| word.parse().ok()).or(kind);
    let library = value.and_then(|v| v.pointer("/context/library/name")?.as_str());
    Label {
        source: if library == Some(SDK) {
            provider::BROWSER_SDK.key
        } else {
            provider::SEGMENT.key
        }
        .into(),
        kind: kind.map_or("unknown", MessageType::as_str),
        name: line("event").or_else(|| line("name")).unwrap_or_else(|| "No event".into()),
        // A refused event keeps no key: sent again, mended, it is another.
        dedupe_key: None,
    }
}

/// The tokens of one request: each is verified once.
struct Tokens<'a> {
    ctx: &'a Ctx,
    keys: &'a Keyring,
    secrets: Option<Vec<SecretString>>,
    known: Vec<(String, Result<Claims>)>,
}

impl Tokens<'_> {
    async fn claims(&mut self, token: Option<&str>) -> Result<Option<Claims>> {
        let Some(token) = token else { return Ok(None) };
        if let Some((_, claims)) = self.known.iter().find(|(t, _)| t == token) {
            return claims.clone().map(Some);
        }
        let ctx = self.ctx;
        if self.secrets.is_none() {
            let secrets =
                browser::open_secrets(&ctx.store, self.keys, ctx.workspace, ctx.now).await?;
            self.secrets = Some(secrets);
        }
        let secrets = self.secrets.as_deref().unwrap_or_default();
        let wrong = || AppError::invalid("userToken", "This token is not valid, or no longer is.");
        let claims = verify(secrets, token, ctx.now).ok_or_else(wrong);
        self.known.push((token.into(), claims.clone()));
        claims.map(Some)
    }
}

async fn item(
    ctx: &Ctx,
    rules: &IdentityRules,
    claims: Result<Option<Claims>>,
    message: Message,
) -> Result<Item> {
    let label = Label {
        source: if message.by_sdk { provider::BROWSER_SDK.key } else { provider::SEGMENT.key }
            .into(),
        kind: message.kind.as_str(),
        name: message.name.clone(),
        dedupe_key: message.message_id.clone(),
    };
    let believed = is_believed(ctx);
    let proven = match claims.and_then(|claims| proven(rules, believed, claims, &message)) {
        Ok(proven) => proven,
        Err(error) => return Ok(Item::refused(label, error)),
    };
    // A browser's key alone says that a browser was there.
    let seen = match believed {
        false => Some(message.seen.clone().unwrap_or_default()),
        true => message.seen.clone(),
    };
    let seen = seen.map(|seen| SeenAt { at: message.at.min(ctx.now), seen });
    // A server may say of a company what it says of none of its people.
    let of_account = message.kind == MessageType::Group && believed;
    let done = match message.kind {
        MessageType::Track | MessageType::Page | MessageType::Screen => {
            return Ok(event(&proven, message, seen, label));
        }
        _ if proven.is_nobody() && !of_account => {
            return unproven(ctx, &proven, message, seen, label).await;
        }
        MessageType::Identify => identify::identify(ctx, &proven, &message).await,
        MessageType::Group => identify::group(ctx, &proven, &message).await,
        MessageType::Alias => identify::alias(ctx, &proven, &message).await,
    };
    let done = done
        .map(|done| Done { aside: message.aside.into_iter().chain(done.aside).collect(), ..done });
    settled(done, seen, label)
}

/// Done, refused for what it says, or a failure of ours, which fails the request: it may come
/// again, and setting the same traits twice is harmless.
fn settled(done: Result<Done>, seen: Option<SeenAt>, label: Label) -> Result<Item> {
    match done {
        Ok(done) => Ok(Item::done(label, done, seen)),
        Err(error) if error.status() >= 500 => Err(error),
        Err(error) => Ok(Item::refused(label, error)),
    }
}

/// Whom the message is about for certain.
fn proven(
    rules: &IdentityRules,
    believed: bool,
    claims: Option<Claims>,
    message: &Message,
) -> Result<Proven> {
    let anonymous = message.anonymous.clone();
    let mut keys = match (believed, claims) {
        (_, Some(claims)) => {
            let own = claims.keys()?;
            let other = |user: &Key| own.iter().all(|key| key != user);
            if message.user.as_ref().is_some_and(other) {
                return Err(AppError::invalid("userId", "The token is somebody else's."));
            }
            own
        }
        (true, None) => {
            let traits = (message.kind == MessageType::Identify).then(|| message.traits.keys());
            let traits = traits.into_iter().flatten().filter_map(|key| rules::apply(rules, key));
            message.user.iter().cloned().chain(traits).collect()
        }
        (false, None) => Vec::new(),
    };
    let email = keys.iter().find(|key| key.kind == IdentifierKind::Email).cloned();
    // What changes people goes by the e-mail that their id is, too; their events find both.
    if !message.kind.is_event() {
        keys.extend(customers::email_of_id(&keys));
    }
    Ok(Proven { keys, email, anonymous })
}

/// Identify, group or alias from somebody who proves nothing.
async fn unproven(
    ctx: &Ctx,
    who: &Proven,
    mut message: Message,
    seen: Option<SeenAt>,
    label: Label,
) -> Result<Item> {
    let Some(browser) = who.anonymous.as_ref() else {
        return Ok(Item::ignored(label, if message.nobody { NOBODY } else { UNPROVEN }));
    };
    if message.kind != MessageType::Identify {
        return Ok(Item::ignored(label, UNPROVEN));
    }
    match identify::describe_visitor(ctx, browser, &message).await {
        // What they claim shows on the visitor's timeline, as a claim.
        Ok(Some(aside)) => {
            keep_aside(&mut message.payload, &aside);
            message.aside.extend(aside);
            Ok(event(who, message, seen, label))
        }
        Ok(None) => Ok(Item::ignored(label, KNOWN)),
        Err(error) if error.status() >= 500 => Err(error),
        Err(error) => Ok(Item::refused(label, error)),
    }
}

/// A message that stands on a timeline.
fn event(who: &Proven, message: Message, seen: Option<SeenAt>, label: Label) -> Item {
    let Some(key) = who.keys.first().or(who.anonymous.as_ref()).cloned() else {
        return Item::ignored(label, if message.user.is_some() { UNPROVEN } else { NOBODY });
    };
    let nobody = CustomerId(Uuid::nil());
    let warnings = message.aside.iter().map(Aside::warning).collect();
    let event = NewEvent {
        url: message.url,
        payload: message.payload,
        dedupe_key: message.message_id,
        ..NewEvent::new(nobody, message.at, EventKind::Event, &label.source, &message.name)
    };
    let whose = CustomerRef::by(key);
    let kind = message.kind.as_str();
    let incoming = Incoming { whose, account: None, ticket: None, kind, seen, warnings, event };
    Item::Event(Box::new(incoming))
}
