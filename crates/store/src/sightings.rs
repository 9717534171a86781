//! What browsers said of their users: noted by the transactions that take in events, and a moment
//! later written to the customers, the newest only.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::timeline::{Seen, SeenAt};
use rapport_domain::{CustomerId, Uuid, WorkspaceId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use std::collections::BTreeMap;

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    customer: Uuid,
    at: DateTime<Utc>,
    #[serde(flatten)]
    seen: Seen,
}

/// Notes who was seen; of each customer once.
pub async fn note(
    tx: &mut Tx,
    workspace: WorkspaceId,
    seen: impl IntoIterator<Item = (CustomerId, SeenAt)>,
) -> Result<()> {
    let newest = newest(seen.into_iter().map(|(customer, seen)| (customer.0, seen)));
    if newest.is_empty() {
        return Ok(());
    }
    let notes = newest.into_iter();
    let notes: Vec<Note> =
        notes.map(|(customer, SeenAt { at, seen })| Note { customer, at, seen }).collect();
    sqlx::query!(
        "insert into customer_sightings (workspace_id, seen) values ($1, $2)",
        workspace.0,
        Json(notes) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The newest of each key, completed by what older ones say and it does not.
fn newest<K: Ord>(seen: impl IntoIterator<Item = (K, SeenAt)>) -> BTreeMap<K, SeenAt> {
    let mut all: Vec<(K, SeenAt)> = seen.into_iter().collect();
    all.sort_by_key(|(_, seen)| seen.at);
    let mut newest: BTreeMap<K, SeenAt> = BTreeMap::new();
    for (key, seen) in all {
        let before = newest.remove(&key).map(|b| b.seen).unwrap_or_default();
        newest.insert(key, SeenAt { at: seen.at, seen: before.and_then(seen.seen) });
    }
    newest
}

impl Store {
    /// Writes up to `limit` notes to their customers, of every workspace: this is the server's
    /// own work. Answers how many those were. What is older than what a customer has changes
    /// nothing; who was merged meanwhile is found where they went.
    pub async fn apply_sightings(&self, limit: i64) -> Result<i64> {
        let mut tx = self.pool().begin().await?;
        let taken = sqlx::query!(
            r#"delete from customer_sightings where ctid = any(array(
                select ctid from customer_sightings order by id limit $1 for update skip locked))
            returning workspace_id, seen as "seen: Json<Vec<Note>>""#,
            limit,
        )
        .fetch_all(&mut *tx)
        .await?;
        if taken.is_empty() {
            return Ok(0);
        }
        let count = i64::try_from(taken.len()).unwrap_or(i64::MAX);
        let seen: Vec<((Uuid, Uuid), SeenAt)> = taken
            .into_iter()
            .flat_map(|row| {
                let workspace = row.workspace_id;
                let seen = |note: Note| SeenAt { at: note.at, seen: note.seen };
                row.seen.0.into_iter().map(move |n| ((workspace, n.customer), seen(n)))
            })
            .collect();
        let (workspaces, customers): (Vec<Uuid>, Vec<Uuid>) = seen.iter().map(|(k, _)| *k).unzip();
        // In the order of their keys, and until the end: two that write the same wait in no circle.
        let standing = sqlx::query!(
            r#"with named as (
                select distinct c.workspace_id, c.id, coalesce(c.merged_into, c.id) as stands
                from unnest($1::uuid[], $2::uuid[]) as n (workspace_id, id)
                join customers c on c.workspace_id = n.workspace_id and c.id = n.id
            ), locked as materialized (
                select c.workspace_id, c.id from customers c
                join (select distinct workspace_id, stands from named) n
                    on c.workspace_id = n.workspace_id and c.id = n.stands
                order by c.workspace_id, c.id for no key update of c
            )
            select named.workspace_id, named.id, named.stands as "stands!" from named
            join locked on locked.workspace_id = named.workspace_id and locked.id = named.stands"#,
            &workspaces,
            &customers,
        )
        .fetch_all(&mut *tx)
        .await?;
        let standing: BTreeMap<(Uuid, Uuid), Uuid> =
            standing.into_iter().map(|r| ((r.workspace_id, r.id), r.stands)).collect();
        let newest = newest(seen.into_iter().filter_map(|((workspace, id), seen)| {
            Some(((workspace, *standing.get(&(workspace, id))?), seen))
        }));
        let of = |get: fn(&Seen) -> &Option<String>| -> Vec<Option<String>> {
            newest.values().map(|s| get(&s.seen).clone()).collect()
        };
        sqlx::query!(
            "update customers c set last_seen_at = n.at,
                first_seen_at = coalesce(c.first_seen_at, n.at),
                last_page = coalesce(n.page, c.last_page),
                browser = coalesce(n.browser, c.browser), os = coalesce(n.os, c.os),
                time_zone = case when c.time_zone is not distinct from c.seen_time_zone
                    then coalesce(n.time_zone, c.time_zone) else c.time_zone end,
                language = case when c.language is not distinct from c.seen_language
                    then coalesce(n.language, c.language) else c.language end,
                seen_time_zone = coalesce(n.time_zone, c.seen_time_zone),
                seen_language = coalesce(n.language, c.seen_language)
            from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[],
                $6::text[], $7::text[], $8::text[])
                as n (workspace_id, id, at, page, browser, os, time_zone, language)
            where c.workspace_id = n.workspace_id and c.id = n.id
                and (c.last_seen_at is null or c.last_seen_at < n.at)",
            &newest.keys().map(|(workspace, _)| *workspace).collect::<Vec<_>>(),
            &newest.keys().map(|(_, id)| *id).collect::<Vec<_>>(),
            &newest.values().map(|s| s.at).collect::<Vec<_>>(),
            &of(|s| &s.page) as _,
            &of(|s| &s.browser) as _,
            &of(|s| &s.os) as _,
            &of(|s| &s.time_zone) as _,
            &of(|s| &s.language) as _,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(count)
    }
}
