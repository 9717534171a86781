//! What identifies customers: look-up, and the only writes to `customer_identifiers`.

use crate::{Result, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key, Owner, Proof};
use rapport_domain::{CustomerId, JobId, WorkspaceId};

fn columns(keys: &[Key]) -> (Vec<String>, Vec<String>) {
    keys.iter().map(|k| (k.kind.as_str().to_string(), k.value.clone())).unzip()
}

/// Makes others who work with the same identifiers wait until this transaction ends, so
/// that two requests about one new person create one customer.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, keys: &[Key]) -> Result<()> {
    let (kinds, values) = columns(keys);
    // In one order everywhere: two requests with the same keys never wait for each other.
    sqlx::query!(
        "select pg_advisory_xact_lock(k) from (
            select distinct hashtextextended($1::text || kind || ':' || value, 0) as k
            from unnest($2::text[], $3::text[]) as t(kind, value) order by k
        ) locks",
        workspace.0.to_string(),
        &kinds,
        &values,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// Whom the known ones among `keys` belong to.
pub async fn owners(tx: &mut Tx, workspace: WorkspaceId, keys: &[Key]) -> Result<Vec<Owner>> {
    let (kinds, values) = columns(keys);
    let rows = sqlx::query!(
        r#"select i.kind as "kind: IdentifierKind", i.value, c.id as "customer: CustomerId",
            c.external_id
        from unnest($2::text[], $3::text[]) as k(kind, value)
        join customer_identifiers i
            on i.workspace_id = $1 and i.kind = k.kind and i.value = k.value
        join customers c
            on c.workspace_id = $1 and c.id = surviving_customer($1, i.customer_id)"#,
        workspace.0,
        &kinds,
        &values,
    )
    .fetch_all(&mut **tx)
    .await?;
    let owner = |kind, value| Key { kind, value };
    Ok(rows
        .into_iter()
        .map(|r| Owner {
            key: owner(r.kind, r.value),
            customer: r.customer,
            external_id: r.external_id,
        })
        .collect())
}

/// Gives `keys` to a customer; those they have keep their place, and become verified if
/// they were not. Nobody else may own one: ask [`owners`] under [`lock`] first.
pub async fn add(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    keys: &[Key],
    proof: Option<Proof>,
    now: DateTime<Utc>,
) -> Result<()> {
    let (kinds, values) = columns(keys);
    sqlx::query!(
        "insert into customer_identifiers as i
            (workspace_id, customer_id, kind, value, verified_at, verified_by, created_at)
        select $1, $2, kind, value, case when $5::text is null then null else $6::timestamptz end,
            $5, $6
        from unnest($3::text[], $4::text[]) as k(kind, value)
        on conflict (workspace_id, kind, value) do update set
            verified_at = coalesce(i.verified_at, excluded.verified_at),
            verified_by = coalesce(i.verified_by, excluded.verified_by)
        where i.customer_id = excluded.customer_id and i.verified_at is null",
        workspace.0,
        customer.0,
        &kinds,
        &values,
        proof.map(Proof::as_str),
        now,
    )
    .execute(&mut **tx)
    .await?;
    link_waiting(tx, workspace, customer, &kinds, &values).await
}

/// The job that links events to a customer who appeared: its kind, and how often it is tried. It is
/// planned here, in one statement with the question whether any wait.
pub const LINK_EVENTS: (&str, i32) = ("link_events", 12);

/// Plans a job where events wait for somebody known by one of these.
async fn link_waiting(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    kinds: &[String],
    values: &[String],
) -> Result<()> {
    sqlx::query!(
        "insert into jobs (workspace_id, id, kind, key, run_at, max_attempts)
        select $1, $2, $6, $3, now(), $7
        where exists (
            select 1 from unnest($4::text[], $5::text[]) as k(kind, value)
            join event_log l on l.workspace_id = $1 and l.state = 'unlinked'
                and l.whose_kind = k.kind and l.whose_value = k.value
        )
        -- a job that runs may have looked already: it counts as not begun, and runs again
        on conflict (workspace_id, kind, key) where dead_at is null
        do update set attempts = 0, leased_until = null, run_at = excluded.run_at",
        workspace.0,
        JobId::generate().0,
        customer.to_string(),
        kinds,
        values,
        LINK_EVENTS.0,
        LINK_EVENTS.1,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes away all of a kind that are not in `keep`.
pub async fn keep_only(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    kind: IdentifierKind,
    keep: &[Key],
) -> Result<()> {
    let (_, values) = columns(keep);
    sqlx::query!(
        "delete from customer_identifiers
        where workspace_id = $1 and customer_id = $2 and kind = $3 and not (value = any($4))",
        workspace.0,
        customer.0,
        kind.as_str(),
        &values,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The one of a kind that gives way to a newer one: the oldest that nobody vouched for, else, if
/// `verified` ones may go, the oldest of those. The primary one stays.
pub async fn to_give_way(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    kind: IdentifierKind,
    verified: bool,
) -> Result<Option<Key>> {
    let value = sqlx::query_scalar!(
        "select value from customer_identifiers
        where workspace_id = $1 and customer_id = $2 and kind = $3 and (verified_at is null or $4)
        order by verified_at is not null, is_primary, created_at, value limit 1",
        workspace.0,
        customer.0,
        kind.as_str(),
        verified,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(value.map(|value| Key { kind, value }))
}

/// Takes an identifier away from a customer.
pub async fn remove(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    key: &Key,
) -> Result<()> {
    sqlx::query!(
        "delete from customer_identifiers
        where workspace_id = $1 and customer_id = $2 and kind = $3 and value = $4",
        workspace.0,
        customer.0,
        key.kind.as_str(),
        key.value,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes `key` the primary one of its kind.
pub async fn set_primary(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    key: &Key,
) -> Result<()> {
    // Two statements: the index that allows one primary a kind checks row by row.
    sqlx::query!(
        "update customer_identifiers set is_primary = false
        where workspace_id = $1 and customer_id = $2 and kind = $3 and is_primary and value <> $4",
        workspace.0,
        customer.0,
        key.kind.as_str(),
        key.value,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update customer_identifiers set is_primary = true
        where workspace_id = $1 and customer_id = $2 and kind = $3 and value = $4",
        workspace.0,
        customer.0,
        key.kind.as_str(),
        key.value,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
