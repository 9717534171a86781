//! Writing events, and with them the kept counts that pages read instead of counting.

use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::timeline::EventKind;
use rapport_domain::{Cursor, CustomerId, EventId, TicketId, Uuid, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// An event to write. Start from [`NewEvent::new`] or [`NewEvent::activity`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    pub customer: CustomerId,
    pub occurred_at: DateTime<Utc>,
    pub kind: EventKind,
    pub source: String,
    /// The machine name; repeats collapse by it.
    pub name: String,
    /// What people read; empty means the name.
    pub title: String,
    pub body: Option<String>,
    pub icon: Option<String>,
    pub url: Option<String>,
    pub actor_name: Option<String>,
    pub ticket_id: Option<TicketId>,
    pub object_type: Option<String>,
    pub object_id: Option<String>,
    pub payload: Value,
    /// A second event of the same source with the same key is dropped.
    pub dedupe_key: Option<String>,
}

impl NewEvent {
    /// An event with nothing but what each one has.
    pub fn new(
        customer: CustomerId,
        occurred_at: DateTime<Utc>,
        kind: EventKind,
        source: &str,
        name: &str,
    ) -> Self {
        Self {
            customer,
            occurred_at,
            kind,
            source: source.into(),
            name: name.into(),
            title: String::new(),
            body: None,
            icon: None,
            url: None,
            actor_name: None,
            ticket_id: None,
            object_type: None,
            object_id: None,
            payload: Value::Object(serde_json::Map::new()),
            dedupe_key: None,
        }
    }

    /// What somebody did here: `ticket.status_changed`, `customer.account_linked` …
    pub fn activity(customer: CustomerId, at: DateTime<Utc>, name: &str, actor: &str) -> Self {
        let event = Self::new(customer, at, EventKind::Activity, "rapport", name);
        Self { actor_name: Some(actor.into()), ..event }
    }

    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    pub fn ticket(self, ticket: TicketId) -> Self {
        Self { ticket_id: Some(ticket), ..self }
    }

    pub fn payload(self, payload: Value) -> Self {
        Self { payload, ..self }
    }
}

/// An event as it stands after writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Of the event that was there already, when this one was a duplicate.
    pub id: EventId,
    /// The event's permanent address.
    pub cursor: Cursor,
    /// False when an event with this source and dedupe key existed.
    pub new: bool,
}

/// Writes events in the order given, drops duplicates, and keeps counts, days and each
/// customer's last activity. Answers one [`Appended`] an event. `now` is when they were
/// received. An unknown customer refuses the whole batch.
pub async fn append(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    events: &[NewEvent],
) -> Result<Vec<Appended>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    lock_customers(tx, workspace, events).await?;
    let ids: Vec<Uuid> = events.iter().map(|_| EventId::generate().0).collect();
    let new = insert(tx, workspace, now, events, &ids).await?;
    let mut appended = Vec::with_capacity(events.len());
    let existing = if new.len() < events.len() {
        existing(tx, workspace, events, &ids, &new).await?
    } else {
        HashMap::new()
    };
    for (event, id) in events.iter().zip(&ids) {
        if new.contains(id) {
            let cursor = Cursor::new(event.occurred_at, *id);
            appended.push(Appended { id: EventId(*id), cursor, new: true });
        } else {
            let key = (event.source.clone(), event.dedupe_key.clone().unwrap_or_default());
            let cursor = *existing.get(&key).ok_or(StoreError::NotFound)?;
            appended.push(Appended { id: EventId(cursor.id), cursor, new: false });
        }
    }
    Ok(appended)
}

/// Locks the customers in the order of their ids. Every append starts with this, so two of
/// them never wait for each other, whichever counts and keys they share.
async fn lock_customers(tx: &mut Tx, workspace: WorkspaceId, events: &[NewEvent]) -> Result<()> {
    let mut customers: Vec<Uuid> = events.iter().map(|e| e.customer.0).collect();
    customers.sort_unstable();
    customers.dedup();
    let found = sqlx::query_scalar!(
        "select id from customers where workspace_id = $1 and id = any($2)
        order by id for no key update",
        workspace.0,
        &customers,
    )
    .fetch_all(&mut **tx)
    .await?;
    if found.len() == customers.len() { Ok(()) } else { Err(StoreError::NotFound) }
}

/// One statement for the rows and all that is derived from those that are new.
async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    events: &[NewEvent],
    ids: &[Uuid],
) -> Result<std::collections::HashSet<Uuid>> {
    fn column<T>(events: &[NewEvent], get: impl Fn(&NewEvent) -> T) -> Vec<T> {
        events.iter().map(get).collect()
    }
    let new = sqlx::query_scalar!(
        r#"with new as (
            insert into timeline_events (workspace_id, received_at, id, customer_id, occurred_at,
                kind, source, name, title, body, icon, url, actor_name, ticket_id, object_type,
                object_id, payload, dedupe_key)
            select $1, $2, e.* from unnest($3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                $13::text[], $14::uuid[], $15::text[], $16::text[], $17::jsonb[], $18::text[])
                as e (id, customer_id, occurred_at, kind, source, name, title, body, icon, url,
                    actor_name, ticket_id, object_type, object_id, payload, dedupe_key)
            order by e.source, e.dedupe_key, e.id
            on conflict (workspace_id, source, dedupe_key) where dedupe_key is not null do nothing
            returning id, customer_id, kind, occurred_at
        ), counts as (
            insert into timeline_counts as c (workspace_id, customer_id, kind, n)
            select $1, customer_id, kind, count(*) from new group by customer_id, kind
            order by customer_id, kind
            on conflict (workspace_id, customer_id, kind) do update set n = c.n + excluded.n
        ), days as (
            insert into timeline_days as d (workspace_id, customer_id, day, n, errors)
            select $1, customer_id, (occurred_at at time zone 'utc')::date as day, count(*),
                count(*) filter (where kind = 'error')
            from new group by customer_id, day order by customer_id, day
            on conflict (workspace_id, customer_id, day)
            do update set n = d.n + excluded.n, errors = d.errors + excluded.errors
        ), touched as (
            update customers c set last_activity_at = least(t.at, $2)
            from (select customer_id, max(occurred_at) as at from new group by customer_id) t
            where c.workspace_id = $1 and c.id = t.customer_id
                and c.last_activity_at < least(t.at, $2)
        )
        select id from new"#,
        workspace.0,
        now,
        ids,
        &column(events, |e| e.customer.0),
        &column(events, |e| e.occurred_at),
        &column(events, |e| e.kind.as_str().to_string()),
        &column(events, |e| e.source.clone()),
        &column(events, |e| e.name.clone()),
        &column(events, |e| e.title.clone()),
        &column(events, |e| e.body.clone()) as _,
        &column(events, |e| e.icon.clone()) as _,
        &column(events, |e| e.url.clone()) as _,
        &column(events, |e| e.actor_name.clone()) as _,
        &column(events, |e| e.ticket_id.map(|t| t.0)) as _,
        &column(events, |e| e.object_type.clone()) as _,
        &column(events, |e| e.object_id.clone()) as _,
        &column(events, |e| e.payload.clone()),
        &column(events, |e| e.dedupe_key.clone()) as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(new.into_iter().collect())
}

/// Where the events stand that made others duplicates, by source and dedupe key.
async fn existing(
    tx: &mut Tx,
    workspace: WorkspaceId,
    events: &[NewEvent],
    ids: &[Uuid],
    new: &std::collections::HashSet<Uuid>,
) -> Result<HashMap<(String, String), Cursor>> {
    let duplicates = || events.iter().zip(ids).filter(|(_, id)| !new.contains(id)).map(|(e, _)| e);
    let sources: Vec<String> = duplicates().map(|e| e.source.clone()).collect();
    let keys: Vec<String> = duplicates().filter_map(|e| e.dedupe_key.clone()).collect();
    let rows = sqlx::query!(
        r#"select e.source, e.dedupe_key as "dedupe_key!", e.occurred_at, e.id
        from unnest($2::text[], $3::text[]) as d (source, dedupe_key)
        join timeline_events e on e.workspace_id = $1 and e.source = d.source
            and e.dedupe_key = d.dedupe_key and e.dedupe_key is not null"#,
        workspace.0,
        &sources,
        &keys,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| ((r.source, r.dedupe_key), Cursor::new(r.occurred_at, r.id)))
        .collect())
}
