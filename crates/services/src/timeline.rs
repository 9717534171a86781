//! Reading a customer's or an account's timeline, and taking in events from outside.

use crate::http_client::HttpClient;
use crate::ingest::{Incoming, Ingest, Item, Label};
use crate::rules::{self, IdentityRules};
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::limits::{
    EVENT_NAME_CHARS, EVENTS_PER_REQUEST, LINE_CHARS, NAME_CHARS, PINS_MAX, SAVED_FILTERS_MAX,
};
use rapport_domain::text::{self, clean_line, excerpt};
use rapport_domain::timeline::{
    Aside, EventKind, EventPlace, EventResult, NewEventInput, Position, SavedFilter, Stream,
    Timeline, TimelinePage, TimelineQuery,
};
use rapport_domain::{AppError, Cursor, CustomerId, FilterId, Permission, UserId, Uuid};
use rapport_mail::{html_to_text, sanitize};
use rapport_store::saved_filters;
use rapport_store::timeline::{self as store, NewEvent};
use serde_json::Value;
use std::time::Duration;

/// Bytes of an event's picture, which shows at 16 pixels, and how long its host may take: a
/// browser has few connections to us, and they are wanted for other things.
const ICON_BYTES: usize = 256 * 1024;
const ICON_PATIENCE: Duration = Duration::from_secs(3);

/// A stretch of a timeline with the counts and days around it: what the pane opens with. An account's
/// holds its own events, and those of its customers who were active last.
pub async fn open_timeline(
    ctx: &Ctx,
    whose: impl Into<Stream>,
    query: &TimelineQuery,
) -> Result<Timeline> {
    // Servers have no filters of their own.
    let reader = ctx.user().unwrap_or(UserId(Uuid::nil()));
    read_stream(ctx, whose.into(), query, Some(reader)).await
}

/// A stretch of a timeline alone: the way on from one that is open.
pub async fn page(
    ctx: &Ctx,
    whose: impl Into<Stream>,
    query: &TimelineQuery,
) -> Result<TimelinePage> {
    Ok(read_stream(ctx, whose.into(), query, None).await?.page)
}

async fn read_stream(
    ctx: &Ctx,
    whose: Stream,
    query: &TimelineQuery,
    overview: Option<UserId>,
) -> Result<Timeline> {
    ctx.require(Permission::CustomersRead)?;
    let (store, workspace, now) = (&ctx.store, ctx.workspace, ctx.now);
    let found = match whose {
        Stream::Customer(id) => store.timeline(workspace, id, query, overview, now).await?,
        Stream::Account(id) => store.account_timeline(workspace, id, query, overview, now).await?,
    };
    Ok(if ctx.may(Permission::TicketsRead) { found } else { found.without_tickets() })
}

/// Keeps an event on top of its timeline for everybody, or takes it off. A full top and an event
/// that is not there are refused.
pub async fn pin(ctx: &Ctx, stream: Stream, event: EventPlace, on: bool) -> Result<()> {
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    if !on {
        store::unpin(&mut tx, ctx.workspace, stream, event).await?;
    } else if !store::pin(&mut tx, ctx.workspace, stream, event, ctx.user(), ctx.now).await? {
        let message = format!("{PINS_MAX} events are on top already; take one off first.");
        return Err(AppError::Conflict(message));
    }
    tx.commit(Recorded::Own).await
}

/// Saves what narrows a timeline now, for the agent alone; a filter of the same name is replaced.
/// Answers all that they have.
pub async fn save_filter(ctx: &Ctx, name: &str, query: &TimelineQuery) -> Result<Vec<SavedFilter>> {
    ctx.require(Permission::CustomersRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let name = text::required_line("name", name, NAME_CHARS)?;
    if !query.is_filtered() {
        return Err(AppError::invalid("name", "Nothing is filtered: there is nothing to save."));
    }
    let query = query.at(Position::Newest).to_query_string();
    let mut tx = ctx.transaction(Permission::CustomersRead).await?;
    if !saved_filters::save(&mut tx, ctx.workspace, user, &name, &query).await? {
        let message = format!("{SAVED_FILTERS_MAX} filters are saved already; delete one first.");
        return Err(AppError::invalid("name", message));
    }
    let all = saved_filters::list(&mut tx, ctx.workspace, user).await?;
    tx.commit(Recorded::Own).await?;
    Ok(all)
}

/// Forgets a filter of the agent's own; answers those that are left.
pub async fn delete_filter(ctx: &Ctx, id: FilterId) -> Result<Vec<SavedFilter>> {
    ctx.require(Permission::CustomersRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.transaction(Permission::CustomersRead).await?;
    saved_filters::delete(&mut tx, ctx.workspace, user, id).await?;
    let left = saved_filters::list(&mut tx, ctx.workspace, user).await?;
    tx.commit(Recorded::Own).await?;
    Ok(left)
}

/// The picture that an event's sender wants beside it, fetched in the reader's stead: type and
/// bytes. Only the address that the event was stored with is asked.
pub async fn event_picture(
    ctx: &Ctx,
    http: &HttpClient,
    stream: Stream,
    at: Cursor,
) -> Result<(&'static str, Vec<u8>)> {
    ctx.require(Permission::CustomersRead)?;
    let address = ctx.store.event_icon(ctx.workspace, stream, at).await?;
    if !address.starts_with("https://") {
        return Err(AppError::NotFound);
    }
    let picture = http.picture(&address, ICON_BYTES, ICON_PATIENCE).await;
    picture.map_err(|_| AppError::NotFound)
}

/// Takes in events as JSON, each read by itself: one that is no event spoils no other. Answers,
/// in their order, what became of each, after they are stored. Events of somebody who is not
/// known yet wait for them.
pub async fn ingest_json(
    ctx: &Ctx,
    ingest: &Ingest,
    events: Vec<Value>,
) -> Result<Vec<EventResult>> {
    ctx.require(Permission::CustomersWrite)?;
    if events.len() > EVENTS_PER_REQUEST {
        let message = format!(
            "{} events are too many; {EVENTS_PER_REQUEST} fit in one request.",
            events.len()
        );
        return Err(AppError::invalid("events", message));
    }
    let rules = rules::of(ctx).await?;
    let items = events.into_iter().map(|value| item(ctx, &rules, value)).collect();
    ingest.submit(ctx, items).await
}

fn item(ctx: &Ctx, rules: &IdentityRules, value: Value) -> Item {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(clean_line);
    let mut label = Label {
        source: text("source").map_or_else(|| "api".into(), |s| excerpt(&s, NAME_CHARS)),
        kind: "event",
        name: text("name").map(|n| excerpt(&n, EVENT_NAME_CHARS)).unwrap_or_default(),
        dedupe_key: text("dedupe_key").map(|k| excerpt(&k, LINE_CHARS)),
    };
    let read = NewEventInput::from_json(value)
        .and_then(|event| described(event).checked(ctx.now))
        .and_then(|(event, kind)| match event.customer.key() {
            Some(key) if rules::apply(rules, key.clone()).is_none() => {
                let message = format!("“{}” identifies nobody in this workspace.", key.value);
                Err(AppError::invalid("customer", message))
            }
            _ => Ok((event, kind)),
        });
    match read {
        Ok((event, kind)) => Item::Event(Box::new(to_store(event, kind))),
        Err(error) => {
            // A refused event keeps no key: sent again, mended, it is another.
            label.dedupe_key = None;
            Item::refused(label, error)
        }
    }
}

/// The text of a description that may be HTML; a body goes before it.
fn described(mut event: NewEventInput) -> NewEventInput {
    let description = event.description.take().filter(|_| event.body.is_none());
    if let Some(text) = description {
        let is_html = text.contains("</") || text.contains("<br") || text.contains("<p>");
        event.body = Some(if is_html { html_to_text(&sanitize(&text)) } else { text });
    }
    event
}

fn to_store(event: NewEventInput, kind: EventKind) -> Incoming {
    let nobody = CustomerId(Uuid::nil());
    let ticket = event.ticket();
    let at = event.occurred_at.unwrap_or_default();
    let source = event.source.unwrap_or_default();
    let warnings = event.aside.iter().map(Aside::warning).collect();
    let new = NewEvent {
        title: event.title.unwrap_or_default(),
        body: event.body,
        icon: event.icon,
        url: event.url,
        actor_name: event.actor,
        object_type: event.object_type,
        object_id: event.object_id,
        payload: event.payload.unwrap_or_default(),
        dedupe_key: event.dedupe_key,
        ..NewEvent::new(nobody, at, kind, &source, &event.name)
    };
    let (whose, account) = (event.customer, event.account);
    Incoming { whose, account, ticket, kind: "event", seen: None, warnings, event: new }
}
