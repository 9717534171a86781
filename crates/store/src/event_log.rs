//! The event log: every received event and what became of it. Those that are on a timeline are
//! read from there; what is not has a row of its own.

use crate::timeline::NewEvent;
use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::timeline::{EventState, LogQuery, LoggedEvent, Stream};
use rapport_domain::{AccountId, Cursor, CustomerId, EventId, Uuid, WorkspaceId, limits};
use serde_json::Value;
use sqlx::types::Json;

/// Received events that one search looks through.
const LOOK: i64 = 20_000;

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
        event: NewEvent { stream: customer.into(), ..event },
    };
    Ok(rows.into_iter().map(|r| waiting(r.id, r.received_at, r.event.0)).collect())
}

/// Events that wait for `from` wait for `to` from now on: the two are one, as somebody said who
/// may. Answers whether there were any.
pub async fn wait_for(tx: &mut Tx, workspace: WorkspaceId, from: &Key, to: &Key) -> Result<bool> {
    let done = sqlx::query!(
        "update event_log set whose_kind = $4, whose_value = $5
        where workspace_id = $1 and state = 'unlinked' and whose_kind = $2 and whose_value = $3",
        workspace.0,
        from.kind.as_str(),
        from.value,
        to.kind.as_str(),
        to.value,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes what found its place on a timeline out of the log's own table.
pub async fn delete_linked(tx: &mut Tx, workspace: WorkspaceId, found: &[Waiting]) -> Result<()> {
    let ids: Vec<Uuid> = found.iter().map(|w| w.id.0).collect();
    let at: Vec<DateTime<Utc>> = found.iter().map(|w| w.received_at).collect();
    sqlx::query!(
        "delete from event_log l using unnest($2::uuid[], $3::timestamptz[]) as t (id, at)
        where l.workspace_id = $1 and l.received_at = t.at and l.id = t.id",
        workspace.0,
        &ids,
        &at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One page of the log, newest first.
#[derive(Debug)]
pub struct LogRows {
    pub rows: Vec<LoggedEvent>,
    /// Where the next page starts, when there may be more.
    pub next: Option<Cursor>,
    /// How far back was looked, when that ended the search.
    pub looked_to: Option<DateTime<Utc>>,
}

impl Store {
    /// One page of the log. A search looks through a bounded number of received events, so its
    /// cost does not depend on how many there are: `whose` are those of somebody, and `q` is
    /// a part of a name, a message id, or a value that an unlinked event names.
    pub async fn event_log(
        &self,
        workspace: WorkspaceId,
        query: &LogQuery,
        whose: Option<Stream>,
    ) -> Result<LogRows> {
        let before = query.before.unwrap_or(Cursor::new(DateTime::<Utc>::MAX_UTC, Uuid::max()));
        let q = query.q.to_lowercase();
        let page = limits::EVENT_LOG_ROWS;
        let look = if q.is_empty() { page + 1 } else { LOOK };
        let states: Vec<&str> = match query.state {
            Some(state) => vec![state.as_str()],
            None => EventState::ALL.iter().map(|s| s.as_str()).collect(),
        };
        let rows = sqlx::query_file!(
            "queries/event_log.sql",
            workspace.0,
            before.at.min(far_future()),
            before.id,
            &states as _,
            look,
            whose.map(Stream::id),
            q,
            page + 1,
        )
        .fetch_all(self.pool())
        .await?;
        let looked = rows.first().and_then(|r| {
            let all = r.looked == look && !q.is_empty();
            all.then_some(Cursor::new(r.last_at?, r.last_id?))
        });
        let found: Vec<LoggedEvent> = rows
            .into_iter()
            .filter_map(|r| {
                Some(LoggedEvent {
                    id: r.id?,
                    received_at: r.received_at?,
                    state: r.state?,
                    reason: r.reason?,
                    source: r.source?,
                    kind: r.kind?,
                    name: r.name?,
                    dedupe_key: r.dedupe_key,
                    stream: r
                        .customer
                        .map(Stream::Customer)
                        .or(r.account.map(Stream::Account))
                        .zip(r.stream_name),
                    whose: r
                        .whose_kind
                        .zip(r.whose_value)
                        .map(|(k, v)| format!("{} {v}", k.as_str())),
                    occurred_at: r.occurred_at,
                })
            })
            .collect();
        let limit = usize::try_from(page).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        let rows: Vec<LoggedEvent> = found.into_iter().take(limit).collect();
        let next = if more { rows.last().map(LoggedEvent::cursor) } else { looked };
        let looked_to = looked.filter(|_| !more).map(|c| c.at);
        Ok(LogRows { rows, next, looked_to })
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
