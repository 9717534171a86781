//! The event log: every received event and what became of it.

use crate::timeline::NewEvent;
use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::timeline::{EventState, LogQuery, LoggedEvent};
use rapport_domain::{Cursor, CustomerId, EventId, Uuid, WorkspaceId, limits};
use serde_json::Value;
use sqlx::types::Json;

/// A row to write.
#[derive(Debug, Clone)]
pub struct NewLogRow {
    pub id: EventId,
    pub state: EventState,
    pub reason: String,
    pub source: String,
    /// `track`, `page` … or `event`.
    pub kind: &'static str,
    pub name: String,
    pub dedupe_key: Option<String>,
    pub customer: Option<CustomerId>,
    pub occurred_at: Option<DateTime<Utc>>,
    /// Whom it names, while nobody is known by that.
    pub whose: Option<Key>,
    /// What linking it later takes.
    pub event: Option<Value>,
}

/// Writes down what was received at `now`. Answers the ids of those written: an unlinked event
/// that waits already is not written again.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    rows: &[NewLogRow],
) -> Result<std::collections::HashSet<Uuid>> {
    if rows.is_empty() {
        return Ok(Default::default());
    }
    fn column<T>(rows: &[NewLogRow], get: impl Fn(&NewLogRow) -> T) -> Vec<T> {
        rows.iter().map(get).collect()
    }
    let written = sqlx::query_scalar!(
        "insert into event_log (workspace_id, received_at, id, state, reason, source, type, name,
            dedupe_key, customer_id, occurred_at, whose_kind, whose_value, event)
        select $1, $2, e.* from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::uuid[], $11::timestamptz[], $12::text[], $13::text[],
            $14::jsonb[]) as e (id, state, reason, source, type, name, dedupe_key, customer_id,
                occurred_at, whose_kind, whose_value, event)
        on conflict do nothing
        returning id",
        workspace.0,
        now,
        &column(rows, |r| r.id.0),
        &column(rows, |r| r.state.as_str().to_string()),
        &column(rows, |r| r.reason.clone()),
        &column(rows, |r| r.source.clone()),
        &column(rows, |r| r.kind.to_string()),
        &column(rows, |r| r.name.clone()),
        &column(rows, |r| r.dedupe_key.clone()) as _,
        &column(rows, |r| r.customer.map(|c| c.0)) as _,
        &column(rows, |r| r.occurred_at) as _,
        &column(rows, |r| r.whose.as_ref().map(|k| k.kind.as_str().to_string())) as _,
        &column(rows, |r| r.whose.as_ref().map(|k| k.value.clone())) as _,
        &column(rows, |r| r.event.clone()) as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(written.into_iter().collect())
}

/// An event that waits for its customer.
#[derive(Debug)]
pub struct Waiting {
    pub id: EventId,
    pub received_at: DateTime<Utc>,
    pub event: NewEvent,
}

/// Up to `limit` events that wait for somebody known by one of `customer`'s identifiers, and
/// locks them; they stand as events of that customer.
pub async fn take_waiting(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let rows = sqlx::query!(
        r#"select l.id as "id: EventId", l.received_at, l.event as "event!: Json<NewEvent>"
        from customer_identifiers i
        join event_log l on l.workspace_id = $1 and l.state = 'unlinked'
            and l.whose_kind = i.kind and l.whose_value = i.value
        where i.workspace_id = $1 and i.customer_id = $2 and l.event is not null
        order by l.received_at, l.id limit $3 for update of l skip locked"#,
        workspace.0,
        customer.0,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let waiting = |id, received_at, event: NewEvent| Waiting {
        id,
        received_at,
        event: NewEvent { customer, ..event },
    };
    Ok(rows.into_iter().map(|r| waiting(r.id, r.received_at, r.event.0)).collect())
}

/// Notes that events found their place: old id, place in the log, id on the timeline.
pub async fn set_linked(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    found: &[(Waiting, EventId)],
) -> Result<()> {
    let ids: Vec<Uuid> = found.iter().map(|(w, _)| w.id.0).collect();
    let at: Vec<DateTime<Utc>> = found.iter().map(|(w, _)| w.received_at).collect();
    let new: Vec<Uuid> = found.iter().map(|(_, id)| id.0).collect();
    sqlx::query!(
        "update event_log l set id = t.new, state = 'linked', reason = '', customer_id = $2,
            whose_kind = null, whose_value = null, event = null
        from unnest($3::uuid[], $4::timestamptz[], $5::uuid[]) as t(id, at, new)
        where l.workspace_id = $1 and l.received_at = t.at and l.id = t.id",
        workspace.0,
        customer.0,
        &ids,
        &at,
        &new,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// One page of the log, newest first, and whether more follows. `customer` narrows it to
    /// one; `q` is an exact name, message id or value that an unlinked event names.
    pub async fn event_log(
        &self,
        workspace: WorkspaceId,
        query: &LogQuery,
        customer: Option<CustomerId>,
        id: Option<EventId>,
    ) -> Result<(Vec<LoggedEvent>, bool)> {
        let before = query.before.unwrap_or(Cursor::new(DateTime::<Utc>::MAX_UTC, Uuid::max()));
        let before_at = before.at.min(far_future());
        let rows = sqlx::query!(
            r#"select l.id as "id: EventId", l.received_at, l.state as "state: EventState",
                l.reason, l.source, l.type as kind, l.name, l.dedupe_key,
                l.customer_id as "customer?: CustomerId", c.name as "customer_name?",
                l.whose_kind as "whose_kind?: IdentifierKind", l.whose_value, l.occurred_at
            from event_log l
            left join customers c on c.workspace_id = l.workspace_id and c.id = l.customer_id
            where l.workspace_id = $1 and (l.received_at, l.id) < ($2, $3)
                and ($4::text is null or l.state = $4)
                and ($5::uuid is null or l.customer_id = $5)
                and ($6::uuid is null or l.id = $6)
                and ($7::text is null or $5 is not null or $6 is not null or l.name = $7
                    or l.dedupe_key = $7 or l.whose_value = $7)
            order by l.received_at desc, l.id desc limit $8"#,
            workspace.0,
            before_at,
            before.id,
            query.state.map(EventState::as_str),
            customer.map(|c| c.0),
            id.map(|i| i.0),
            Some(query.q.as_str()).filter(|q| !q.is_empty()),
            limits::EVENT_LOG_ROWS + 1,
        )
        .fetch_all(self.pool())
        .await?;
        let more = rows.len() > usize::try_from(limits::EVENT_LOG_ROWS).unwrap_or(usize::MAX);
        let page = rows.into_iter().map(|r| LoggedEvent {
            id: r.id,
            received_at: r.received_at,
            state: r.state,
            reason: r.reason,
            source: r.source,
            kind: r.kind,
            name: r.name,
            dedupe_key: r.dedupe_key,
            customer: r.customer.zip(r.customer_name),
            whose: r.whose_kind.zip(r.whose_value).map(|(k, v)| format!("{} {v}", k.as_str())),
            occurred_at: r.occurred_at,
        });
        let limit = usize::try_from(limits::EVENT_LOG_ROWS).unwrap_or(usize::MAX);
        Ok((page.take(limit).collect(), more))
    }

    /// The customer who is now known by what an unlinked event names.
    pub async fn owner_of_waiting(
        &self,
        workspace: WorkspaceId,
        id: EventId,
    ) -> Result<Option<CustomerId>> {
        Ok(sqlx::query_scalar!(
            r#"select i.customer_id as "id: CustomerId" from event_log l
            join customer_identifiers i on i.workspace_id = l.workspace_id
                and i.kind = l.whose_kind and i.value = l.whose_value
            where l.workspace_id = $1 and l.id = $2 and l.state = 'unlinked'"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// Deletes what is older than each workspace keeps, at most `limit` rows; answers how many.
    /// Of all workspaces: this is the server tidying up.
    pub async fn forget_logged_events(&self, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from event_log l using (
                select l.workspace_id, l.received_at, l.id from workspaces w
                cross join lateral (
                    select workspace_id, received_at, id from event_log
                    where workspace_id = w.workspace_id
                        and received_at < now() - make_interval(days => w.event_log_days)
                    order by received_at limit $1
                ) l limit $1
            ) old
            where l.workspace_id = old.workspace_id and l.received_at = old.received_at
                and l.id = old.id",
            limit,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected())
    }
}

fn far_future() -> DateTime<Utc> {
    // Postgres ends before chrono does.
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or_default()
}
