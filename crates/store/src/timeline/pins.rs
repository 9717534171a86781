//! What agents keep on top of a timeline.

use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::limits::PINS_MAX;
use rapport_domain::timeline::{EventPlace, Stream};
use rapport_domain::{UserId, WorkspaceId};

/// Pins an event that stands in a stream: an account's own, or a customer's by their own id or one
/// that was merged into them; pinning it again changes nothing. Answers false when there are [`PINS_MAX`] already, and
/// [`StoreError::NotFound`] when there is no such event.
pub async fn pin(
    tx: &mut Tx,
    workspace: WorkspaceId,
    stream: impl Into<Stream>,
    event: EventPlace,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let stream = stream.into().id();
    // The stream's lock: two at once do not both find room.
    let pins = sqlx::query_scalar!(
        r#"with who as materialized (
            select id from customers where workspace_id = $1 and id = surviving_customer($1, $2)
            for no key update
        ), company as materialized (
            select id from accounts where workspace_id = $1 and id = $2 for no key update
        ), ids as (
            select id from who union all select id from company
            union all select c.id from who join customers c
                on c.workspace_id = $1 and c.merged_into = who.id
        )
        select count(*) as "n!" from timeline_pins p
        join timeline_events e on e.workspace_id = $1 and e.customer_id = p.customer_id
            and e.kind = p.kind and e.occurred_at = p.occurred_at and e.id = p.event_id
        where p.workspace_id = $1 and p.customer_id in (select id from ids) and p.event_id <> $3"#,
        workspace.0,
        stream,
        event.at.id,
    )
    .fetch_one(&mut **tx)
    .await?;
    if pins >= PINS_MAX {
        return Ok(false);
    }
    let done = sqlx::query!(
        "insert into timeline_pins (workspace_id, customer_id, kind, occurred_at, event_id,
            pinned_by, pinned_at)
        select $1, e.customer_id, e.kind, e.occurred_at, e.id, $6, $7 from timeline_events e
        where e.workspace_id = $1 and e.kind = $3 and e.occurred_at = $4 and e.id = $5
            and e.customer_id in (
                select surviving_customer($1, $2)
                union all select id from accounts where workspace_id = $1 and id = $2
                union all select id from customers
                    where workspace_id = $1 and merged_into = surviving_customer($1, $2)
            )
        on conflict (workspace_id, customer_id, event_id) do update set kind = excluded.kind",
        workspace.0,
        stream,
        event.kind.as_str(),
        event.at.at,
        event.at.id,
        by.map(|user| user.0),
        now,
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(true) }
}

/// Takes an event off the top; one that is not there is no error.
pub async fn unpin(
    tx: &mut Tx,
    workspace: WorkspaceId,
    stream: impl Into<Stream>,
    event: EventPlace,
) -> Result<()> {
    let stream = stream.into().id();
    sqlx::query!(
        "delete from timeline_pins where workspace_id = $1 and event_id = $3 and customer_id in (
            select surviving_customer($1, $2)
            union all select id from accounts where workspace_id = $1 and id = $2
            union all select id from customers
                where workspace_id = $1 and merged_into = surviving_customer($1, $2)
        )",
        workspace.0,
        stream,
        event.at.id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
