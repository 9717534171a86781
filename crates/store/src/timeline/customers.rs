//! Whose events a batch holds.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::timeline::{CustomerRef, EventAccount};
use rapport_domain::{AccountId, CustomerId, TicketId, Uuid, WorkspaceId};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// Starts the transaction of whoever finds customers and then writes events of theirs: one who
/// is merged meanwhile is not folded before it has ended.
pub async fn begin_unfolded(store: &Store, workspace: WorkspaceId) -> Result<Tx> {
    // One trip; the workspace is a UUID, so that nothing can be meant but itself.
    let lock = format!(
        "begin; select pg_advisory_xact_lock_shared(hashtextextended('unfolded {}', 0))",
        workspace.0,
    );
    Ok(store.pool().begin_with(AssertSqlSafe(lock)).await?)
}

/// Waits until all who found customers before now have written their events: whoever looks
/// from now on sees what was committed before this.
pub async fn wait_unfolded(tx: &mut Tx, workspace: WorkspaceId) -> Result<()> {
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('unfolded ' || $1::text, 0))
            as "done: ()""#,
        workspace.0.to_string(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Finds the customers that a batch names, all in one query; merged ones lead to the one they
/// were merged into. References that are not in the map are unknown here.
pub async fn resolve_customers(
    tx: &mut Tx,
    workspace: WorkspaceId,
    refs: &[CustomerRef],
) -> Result<HashMap<CustomerRef, CustomerId>> {
    let ids: Vec<Uuid> = refs.iter().filter_map(|r| r.id).map(|id| id.0).collect();
    let (kinds, values): (Vec<String>, Vec<String>) = refs
        .iter()
        .filter_map(CustomerRef::key)
        .map(|key| (key.kind.as_str().to_string(), key.value))
        .unzip();
    let rows = sqlx::query!(
        r#"select null as "kind: IdentifierKind", null as value, c.id as named,
            case when c.merged_into is null then c.id else surviving_customer($1, c.id) end as "id!"
        from customers c where c.workspace_id = $1 and c.id = any($2)
        union all
        select i.kind, i.value, null,
            case when c.merged_into is null then c.id else surviving_customer($1, c.id) end
        from (select distinct kind, value from unnest($3::text[], $4::text[]) as t(kind, value)) k
        join customer_identifiers i
            on i.workspace_id = $1 and i.kind = k.kind and i.value = k.value
        join customers c on c.workspace_id = i.workspace_id and c.id = i.customer_id"#,
        workspace.0,
        &ids,
        &kinds,
        &values,
    )
    .fetch_all(&mut **tx)
    .await?;
    let found = rows.into_iter().map(|r| {
        let key = match (r.kind, r.value, r.named) {
            (Some(kind), Some(value), _) => CustomerRef::by(Key { kind, value }),
            (_, _, named) => CustomerRef { id: named.map(CustomerId), ..CustomerRef::default() },
        };
        (key, CustomerId(r.id))
    });
    Ok(found.collect())
}

/// Finds the accounts that a batch names, all in one query. Those that are not in the map are
/// unknown here.
pub async fn resolve_accounts(
    tx: &mut Tx,
    workspace: WorkspaceId,
    named: &[EventAccount],
) -> Result<HashMap<EventAccount, AccountId>> {
    let ids: Vec<Uuid> = named.iter().filter_map(|a| a.id).map(|id| id.0).collect();
    let external_ids: Vec<String> = named.iter().filter_map(|a| a.external_id.clone()).collect();
    let rows = sqlx::query!(
        r#"select id as "id: AccountId", null as external_id from accounts
        where workspace_id = $1 and id = any($2)
        union all
        select id, external_id from accounts where workspace_id = $1 and external_id = any($3)"#,
        workspace.0,
        &ids,
        &external_ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let found = rows.into_iter().filter_map(|r| {
        let id = r.id?;
        let by_id = r.external_id.is_none().then_some(id);
        Some((EventAccount { id: by_id, external_id: r.external_id }, id))
    });
    Ok(found.collect())
}

/// The customers of tickets, by the tickets' numbers.
pub async fn resolve_tickets(
    tx: &mut Tx,
    workspace: WorkspaceId,
    numbers: &[i64],
) -> Result<HashMap<i64, (TicketId, CustomerId)>> {
    let rows = sqlx::query!(
        r#"select number, id as "id: TicketId", customer_id as "customer: CustomerId"
        from tickets where workspace_id = $1 and number = any($2)"#,
        workspace.0,
        numbers,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.number, (r.id, r.customer))).collect())
}

/// Locks what nobody is known by yet: `new` for ourselves, who create them now, and `waiting`
/// against those who are about to create them, beside others who note the same.
pub async fn lock_unknown(
    tx: &mut Tx,
    workspace: WorkspaceId,
    new: &[Key],
    waiting: &[Key],
) -> Result<()> {
    let (kinds, values): (Vec<String>, Vec<String>) =
        new.iter().chain(waiting).map(|k| (k.kind.as_str().to_string(), k.value.clone())).unzip();
    let ours: Vec<bool> = new.iter().map(|_| true).chain(waiting.iter().map(|_| false)).collect();
    // The same numbers as identifiers::lock takes, in the same order.
    sqlx::query!(
        r#"select case when ours then pg_advisory_xact_lock(k)
            else pg_advisory_xact_lock_shared(k) end as "done: ()"
        from (
            select hashtextextended($1::text || kind || ':' || value, 0) as k, bool_or(ours) as ours
            from unnest($2::text[], $3::text[], $4::bool[]) as t(kind, value, ours)
            group by 1 order by 1
        ) locks"#,
        workspace.0.to_string(),
        &kinds,
        &values,
        &ours,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// One new visitor for each browser in `keys`, which nobody is known by yet: ask under
/// `identifiers::lock`.
pub async fn insert_visitors(
    tx: &mut Tx,
    workspace: WorkspaceId,
    keys: &[Key],
    now: DateTime<Utc>,
) -> Result<HashMap<CustomerRef, CustomerId>> {
    let ids: Vec<Uuid> = keys.iter().map(|_| CustomerId::generate().0).collect();
    let values: Vec<String> = keys.iter().map(|k| k.value.clone()).collect();
    sqlx::query!(
        "with new as (
            select * from unnest($2::uuid[], $3::text[]) as t(id, value)
        ), customers_of as (
            insert into customers (workspace_id, id, kind, name, source, search, first_seen_at,
                last_activity_at, created_at, updated_at)
            select $1, id, 'visitor', 'Visitor', 'web', ' visitor', $4, $4, $4, $4 from new
            returning id
        )
        insert into customer_identifiers (workspace_id, kind, value, customer_id, is_primary,
            created_at)
        select $1, 'anonymous_id', new.value, c.id, true, $4
        from customers_of c join new on new.id = c.id",
        workspace.0,
        &ids,
        &values,
        now,
    )
    .execute(&mut **tx)
    .await?;
    let pairs = keys.iter().zip(ids);
    Ok(pairs.map(|(key, id)| (CustomerRef::by(key.clone()), CustomerId(id))).collect())
}
