//! Merging customers and taking it back. A merged customer stays as a row that points to the
//! survivor; their events stay theirs and are read along, until they are folded in.

mod events;

pub use events::move_events;

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::identity::Key;
use rapport_domain::merge::PastMerge;
use rapport_domain::{CustomerId, MergeId, Uuid, WorkspaceId};
use serde_json::Value;

/// Identities whose events one timeline reads side by side, at the most.
pub const UNFOLDED_MAX: i64 = 50;

/// A merge to write down.
#[derive(Debug)]
pub struct NewMerge<'a> {
    pub survivor: CustomerId,
    pub merged: CustomerId,
    pub actor: &'a str,
    pub taken: Value,
    pub undo_until: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
}

/// A merge as it was written down.
#[derive(Debug)]
pub struct Merge {
    pub survivor: CustomerId,
    pub merged: CustomerId,
    pub merged_at: DateTime<Utc>,
    pub taken: Value,
    pub undo_until: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// Locks two customers, in the order of their ids, and answers them when neither was merged
/// meanwhile: two merges of the same people never wait for each other in a circle.
pub async fn lock_pair(
    tx: &mut Tx,
    workspace: WorkspaceId,
    pair: [CustomerId; 2],
) -> Result<Option<[CustomerId; 2]>> {
    let standing = sqlx::query_scalar!(
        r#"select merged_into is null as "standing!" from customers
        where workspace_id = $1 and id = any($2) order by id for update"#,
        workspace.0,
        &pair.map(|c| c.0),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok((standing == vec![true, true]).then_some(pair))
}

/// Locks two customers in the order of their ids, whatever they are now.
pub async fn lock_rows(tx: &mut Tx, workspace: WorkspaceId, pair: [CustomerId; 2]) -> Result<()> {
    sqlx::query!(
        "select 1 as one from customers where workspace_id = $1 and id = any($2)
        order by id for update",
        workspace.0,
        &pair.map(|c| c.0),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// The customer that `id` is now.
pub async fn surviving(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CustomerId,
) -> Result<Option<CustomerId>> {
    Ok(sqlx::query_scalar!(
        r#"select surviving_customer($1, $2) as "id: CustomerId""#,
        workspace.0,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// How many identities' events the survivor's timeline reads beside its own.
pub async fn unfolded(tx: &mut Tx, workspace: WorkspaceId, survivor: CustomerId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from (
            select 1 from customers
            where workspace_id = $1 and merged_into = $2 and folded_at is null limit 100
        ) some_of_them"#,
        workspace.0,
        survivor.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Makes one customer of two that [`lock_pair`] locked: identifiers, tickets, notes and those
/// merged before move; what moved is noted.
pub async fn merge(tx: &mut Tx, workspace: WorkspaceId, new: &NewMerge<'_>) -> Result<MergeId> {
    let id = MergeId::generate();
    sqlx::query!(
        "insert into customer_merges (workspace_id, id, survivor_id, merged_id, merged_at, actor,
            taken, undo_until) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        workspace.0,
        id.0,
        new.survivor.0,
        new.merged.0,
        new.now,
        new.actor,
        new.taken,
        new.undo_until,
    )
    .execute(&mut **tx)
    .await?;
    // Nobody has two primary identifiers of a kind, or two external ids.
    sqlx::query!(
        "with identifiers as (
            update customer_identifiers set customer_id = $4, is_primary = false
            where workspace_id = $1 and customer_id = $3
            returning 'identifier' as kind, kind || ' ' || value as value
        ), tickets as (
            update tickets set customer_id = $4 where workspace_id = $1 and customer_id = $3
            returning 'ticket', id::text
        ), notes as (
            update notes set customer_id = $4 where workspace_id = $1 and customer_id = $3
            returning 'note', id::text
        ), earlier as (
            update customers set merged_into = $4 where workspace_id = $1 and merged_into = $3
            returning 'customer', id::text
        )
        insert into customer_merge_moves (workspace_id, merge_id, kind, value)
        select $1::uuid, $2::uuid, kind, value from identifiers
        union all select $1::uuid, $2::uuid, * from tickets
        union all select $1::uuid, $2::uuid, * from notes
        union all select $1::uuid, $2::uuid, * from earlier",
        workspace.0,
        id.0,
        new.merged.0,
        new.survivor.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "with gone as (
            update customers set merged_into = $3, open_tickets = 0, total_tickets = 0,
                version = version + 1, updated_at = $4
            where workspace_id = $1 and id = $2
            returning last_activity_at, first_seen_at, last_seen_at, last_page, browser, os
        )
        update customers c set version = c.version + 1, updated_at = $4,
            last_activity_at = greatest(c.last_activity_at, gone.last_activity_at),
            first_seen_at = least(c.first_seen_at, gone.first_seen_at),
            last_seen_at = greatest(c.last_seen_at, gone.last_seen_at),
            last_page = case when gone.last_seen_at > coalesce(c.last_seen_at, '-infinity')
                then coalesce(gone.last_page, c.last_page) else c.last_page end,
            browser = case when gone.last_seen_at > coalesce(c.last_seen_at, '-infinity')
                then coalesce(gone.browser, c.browser) else c.browser end,
            os = case when gone.last_seen_at > coalesce(c.last_seen_at, '-infinity')
                then coalesce(gone.os, c.os) else c.os end
        from gone where c.workspace_id = $1 and c.id = $3",
        workspace.0,
        new.merged.0,
        new.survivor.0,
        new.now,
    )
    .execute(&mut **tx)
    .await?;
    recount(tx, workspace, &[new.survivor]).await?;
    Ok(id)
}

/// Counts the tickets of customers anew: after many moved at once that is sure and cheap.
async fn recount(tx: &mut Tx, workspace: WorkspaceId, customers: &[CustomerId]) -> Result<()> {
    let ids: Vec<Uuid> = customers.iter().map(|c| c.0).collect();
    sqlx::query!(
        "update customers c set total_tickets = t.total, open_tickets = t.open from (
            select who.id, count(t.id)::int as total,
                (count(t.id) filter (where t.status <> 'closed'))::int as open
            from unnest($2::uuid[]) as who(id)
            left join tickets t on t.workspace_id = $1 and t.customer_id = who.id
            group by who.id
        ) t where c.workspace_id = $1 and c.id = t.id",
        workspace.0,
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        r#"select refresh_customer($1, id) as "done: ()" from unnest($2::uuid[]) as who(id)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// A merge, locked.
pub async fn get(tx: &mut Tx, workspace: WorkspaceId, id: MergeId) -> Result<Merge> {
    Ok(sqlx::query_as!(
        Merge,
        r#"select survivor_id as "survivor: CustomerId", merged_id as "merged: CustomerId",
            merged_at, taken, undo_until, undone_at
        from customer_merges where workspace_id = $1 and id = $2 for update"#,
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Takes a merge back: `merged` stands by themselves again, with exactly what they brought, as
/// far as `survivor` (who may have been merged on) still has it. Both are locked.
pub async fn undo(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MergeId,
    survivor: CustomerId,
    merged: CustomerId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "with moved as (
            select kind, value from customer_merge_moves where workspace_id = $1 and merge_id = $2
        ), identifiers as (
            update customer_identifiers i set customer_id = $4, is_primary = false
            from moved m where i.workspace_id = $1 and i.customer_id = $3
                and m.kind = 'identifier' and m.value = i.kind || ' ' || i.value
        ), tickets as (
            update tickets t set customer_id = $4 from moved m
            where t.workspace_id = $1 and t.customer_id = $3
                and m.kind = 'ticket' and t.id = m.value::uuid
        ), notes as (
            update notes n set customer_id = $4 from moved m
            where n.workspace_id = $1 and n.customer_id = $3
                and m.kind = 'note' and n.id = m.value::uuid
        ), earlier as (
            update customers c set merged_into = $4 from moved m
            where c.workspace_id = $1 and c.merged_into = $3
                and m.kind = 'customer' and c.id = m.value::uuid
        ), apart as (
            update customers set merged_into = null, version = version + 1, updated_at = $5
            where workspace_id = $1 and id = $4
        )
        update customer_merges set undone_at = $5 where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        survivor.0,
        merged.0,
        now,
    )
    .execute(&mut **tx)
    .await?;
    recount(tx, workspace, &[survivor, merged]).await
}

/// Merges shown on one customer.
const MERGES_SHOWN: i64 = 50;

impl Store {
    /// What was merged into a customer, the latest first.
    pub async fn merges_into(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Vec<PastMerge>> {
        Ok(sqlx::query_as!(
            PastMerge,
            r#"select m.id as "id: MergeId", c.name, m.merged_at, m.actor, m.undone_at,
                (m.undone_at is null and coalesce(m.undo_until >= $3, false)) as "can_undo!"
            from customer_merges m
            join customers c on c.workspace_id = m.workspace_id and c.id = m.merged_id
            where m.workspace_id = $1 and m.survivor_id in (
                select $2::uuid union all
                select id from customers where workspace_id = $1 and merged_into = $2
            )
            order by m.merged_at desc, m.id desc limit $4"#,
            workspace.0,
            customer.0,
            now,
            MERGES_SHOWN,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Gives identifiers of one locked customer to another; answers how many those were.
pub async fn move_identifiers(
    tx: &mut Tx,
    workspace: WorkspaceId,
    from: CustomerId,
    to: CustomerId,
    keys: &[Key],
) -> Result<u64> {
    let (kinds, values): (Vec<String>, Vec<String>) =
        keys.iter().map(|k| (k.kind.as_str().to_string(), k.value.clone())).unzip();
    let done = sqlx::query!(
        "update customer_identifiers i set customer_id = $3, is_primary = false
        from unnest($4::text[], $5::text[]) as k(kind, value)
        where i.workspace_id = $1 and i.customer_id = $2 and i.kind = k.kind and i.value = k.value",
        workspace.0,
        from.0,
        to.0,
        &kinds,
        &values,
    )
    .execute(&mut **tx)
    .await?;
    recount(tx, workspace, &[from, to]).await?;
    Ok(done.rows_affected())
}
