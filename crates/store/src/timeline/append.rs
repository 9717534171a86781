//! Writing events, and with them what has to be added to the kept counts.

use super::NewEvent;
use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::timeline::Stream;
use rapport_domain::{Cursor, EventId, Uuid, WorkspaceId};
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};

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

/// Writes events of what was done here, and moves each customer's last activity. Takes their
/// rows' locks in the order of the ids, so that two never wait for each other. An unknown
/// customer refuses the whole batch. Otherwise as [`receive`].
pub async fn append(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    events: &[NewEvent],
) -> Result<Vec<Appended>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    touch_customers(tx, workspace, now, events).await?;
    receive(tx, workspace, now, events).await
}

/// Writes events, drops duplicates, and leaves what they add to counts, days and last activity
/// for [`Store::count_batches`](crate::Store::count_batches). Answers one [`Appended`] an event,
/// in their order. `now` is when they were received. Takes no customer's lock: whoever found
/// the customers did so in a transaction of [`begin_unfolded`](super::begin_unfolded).
pub async fn receive(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    events: &[impl Borrow<NewEvent>],
) -> Result<Vec<Appended>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let events: &[&NewEvent] = &events.iter().map(Borrow::borrow).collect::<Vec<_>>();
    let id_of = |e: &NewEvent| {
        let before = e.received.as_ref().and_then(|r| r.before);
        before.map_or_else(EventId::generate, |(id, _)| id).0
    };
    let ids: Vec<Uuid> = events.iter().map(|e| id_of(e)).collect();
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

async fn touch_customers(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    events: &[NewEvent],
) -> Result<()> {
    let mut latest: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for event in events {
        let Stream::Customer(customer) = event.stream else { continue };
        let at = latest.entry(customer.0).or_insert(event.occurred_at);
        *at = event.occurred_at.max(*at);
    }
    let (customers, latest): (Vec<Uuid>, Vec<DateTime<Utc>>) =
        latest.into_iter().map(|(customer, at)| (customer, at.min(now))).unzip();
    let found = sqlx::query_scalar!(
        r#"with locked as materialized (
            select id from customers where workspace_id = $1 and id = any($2)
            order by id for no key update
        ), touched as (
            update customers c set last_activity_at = t.at
            from locked join unnest($2::uuid[], $3::timestamptz[]) as t (id, at) on t.id = locked.id
            where c.workspace_id = $1 and c.id = locked.id and c.last_activity_at < t.at
        )
        select count(*) as "n!" from locked"#,
        workspace.0,
        &customers,
        &latest,
    )
    .fetch_one(&mut **tx)
    .await?;
    if usize::try_from(found).ok() == Some(customers.len()) {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// One statement for the rows, and one row for all that they add to the counts.
async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    events: &[&NewEvent],
    ids: &[Uuid],
) -> Result<HashSet<Uuid>> {
    fn column<'a, T>(events: &[&'a NewEvent], get: impl Fn(&'a NewEvent) -> T) -> Vec<T> {
        events.iter().map(|e| get(e)).collect()
    }
    let received = |e: &NewEvent| {
        let before = e.received.as_ref().and_then(|r| r.before);
        before.map_or(now, |(_, at)| at)
    };
    let new = sqlx::query_scalar!(
        r#"with new as (
            insert into timeline_events (workspace_id, received_at, id, customer_id, occurred_at,
                kind, source, name, title, body, icon, url, actor_name, ticket_id, object_type,
                object_id, payload, dedupe_key, received_as)
            select $1, e.* from unnest($2::timestamptz[], $3::uuid[], $4::uuid[],
                $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                $11::text[], $12::text[], $13::text[], $14::uuid[], $15::text[], $16::text[],
                $17::jsonb[], $18::text[], $19::text[])
                as e (received_at, id, customer_id, occurred_at, kind, source, name, title, body,
                    icon, url, actor_name, ticket_id, object_type, object_id, payload, dedupe_key,
                    received_as)
            order by e.source collate "C", e.dedupe_key collate "C", e.id
            on conflict (workspace_id, source, dedupe_key) where dedupe_key is not null do nothing
            returning id, customer_id, kind, occurred_at
        ), sums as (
            select customer_id, kind, (occurred_at at time zone 'utc')::date as day,
                count(*)::int as n, max(occurred_at) as latest
            from new group by customer_id, kind, day
        ), batch as (
            insert into timeline_batches (workspace_id, customers, kinds, days, n, latest)
            select $1, array_agg(customer_id), array_agg(kind), array_agg(day), array_agg(n),
                array_agg(latest)
            from sums having count(*) > 0
        )
        select id from new"#,
        workspace.0,
        &column(events, received),
        ids,
        &column(events, |e| e.stream.id()),
        &column(events, |e| e.occurred_at),
        &column(events, |e| e.kind.as_str()) as _,
        &column(events, |e| e.source.as_str()) as _,
        &column(events, |e| e.name.as_str()) as _,
        &column(events, |e| e.title.as_str()) as _,
        &column(events, |e| e.body.as_deref()) as _,
        &column(events, |e| e.icon.as_deref()) as _,
        &column(events, |e| e.url.as_deref()) as _,
        &column(events, |e| e.actor_name.as_deref()) as _,
        &column(events, |e| e.ticket_id.map(|t| t.0)) as _,
        &column(events, |e| e.object_type.as_deref()) as _,
        &column(events, |e| e.object_id.as_deref()) as _,
        &column(events, |e| &e.payload) as _,
        &column(events, |e| e.dedupe_key.as_deref()) as _,
        &column(events, |e| e.received.as_ref().map(|r| r.kind.as_str())) as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(new.into_iter().collect())
}

/// Where the events stand that made others duplicates, by source and dedupe key.
async fn existing(
    tx: &mut Tx,
    workspace: WorkspaceId,
    events: &[&NewEvent],
    ids: &[Uuid],
    new: &HashSet<Uuid>,
) -> Result<HashMap<(String, String), Cursor>> {
    let duplicates = || events.iter().zip(ids).filter(|(_, id)| !new.contains(id)).map(|(e, _)| *e);
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
