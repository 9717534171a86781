//! Reading a stretch of a timeline, at the same cost wherever it lies.

use crate::{Result, Store, StoreError};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use rapport_domain::limits::TIMELINE_EVENTS;
use rapport_domain::timeline::{
    ActivityDay, EventKind, EventTicket, Overview, Position, STRIP_DAYS, Timeline, TimelineItem,
    TimelinePage, TimelineQuery,
};
use rapport_domain::{Cursor, CustomerId, EventId, Uuid, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;

/// Newer events that a permalink shows above its own.
const CONTEXT_NEWER: u32 = 15;

#[derive(Debug, Deserialize)]
pub(super) struct Row {
    older: bool,
    pub(super) id: Uuid,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    kind: EventKind,
    source: String,
    name: String,
    title: String,
    body: Option<String>,
    icon: Option<String>,
    url: Option<String>,
    actor_name: Option<String>,
    ticket: Option<EventTicket>,
    object_type: Option<String>,
    object_id: Option<String>,
    payload: Value,
}

/// A position as the query takes it: rows before and after a point between two rows.
pub(super) struct Span {
    pub(super) point: Cursor,
    pub(super) older: u32,
    pub(super) newer: u32,
}

impl Span {
    pub(super) fn new(at: Position) -> Self {
        let all = TIMELINE_EVENTS;
        match at {
            Position::Newest => Self { point: end_of_time(), older: all, newer: 0 },
            Position::Before(cursor) => Self { point: cursor, older: all, newer: 0 },
            Position::After(cursor) => Self { point: cursor, older: 0, newer: all },
            Position::On(day) => Self { point: end_of_day(day), older: all, newer: 0 },
            Position::Event(cursor) => {
                Self { point: just_after(cursor), older: all - CONTEXT_NEWER, newer: CONTEXT_NEWER }
            }
        }
    }
}

impl Store {
    /// The events at `query`'s position; with `overview` also the counts and days. None of it
    /// for a customer that this workspace does not have: [`StoreError::NotFound`].
    pub async fn timeline(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        query: &TimelineQuery,
        overview: bool,
        now: DateTime<Utc>,
    ) -> Result<Timeline> {
        let span = Span::new(query.at);
        let kinds: Vec<String> = query.kinds().iter().map(|k| k.as_str().to_string()).collect();
        let first_day = now.date_naive() - Days::new(STRIP_DAYS - 1);
        // One row more than shown says whether there is more; and a page always knows whether
        // something lies on its other side, which costs one row.
        let found = sqlx::query_file!(
            "queries/timeline_page.sql",
            workspace.0,
            customer.0,
            &kinds,
            span.point.at,
            span.point.id,
            i64::from(span.older) + 1,
            i64::from(span.newer) + 1,
            overview,
            first_day,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let counts = found.counts.map(|c| c.0).unwrap_or_default();
        let days = found.days.map(|d| d.0).unwrap_or_default();
        Ok(Timeline {
            customer: CustomerId(found.customer),
            page: page(found.rows.0, &span),
            overview: Overview { counts, days },
        })
    }
}

/// Puts rows in order, drops the extra ones, and notes what they meant.
pub(super) fn page(rows: Vec<Row>, span: &Span) -> TimelinePage {
    let (mut older, mut newer): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|r| r.older);
    older.sort_unstable_by_key(|r| std::cmp::Reverse((r.occurred_at, r.id)));
    newer.sort_unstable_by_key(|r| (r.occurred_at, r.id));
    let more_older = older.len() > span.older as usize;
    let more_newer = newer.len() > span.newer as usize;
    older.truncate(span.older as usize);
    newer.truncate(span.newer as usize);
    let items: Vec<_> = newer.into_iter().rev().chain(older).map(Row::into_item).collect();
    // With nothing to show, the way on starts at the point itself.
    let end = |item: Option<&TimelineItem>| item.map_or(span.point, TimelineItem::cursor);
    TimelinePage {
        newer: more_newer.then(|| end(items.first())),
        older: more_older.then(|| end(items.last())),
        items,
    }
}

impl Row {
    fn into_item(self) -> TimelineItem {
        TimelineItem {
            id: EventId(self.id),
            occurred_at: self.occurred_at,
            received_at: self.received_at,
            kind: self.kind,
            source: self.source,
            name: self.name,
            title: self.title,
            body: self.body,
            icon: self.icon,
            url: self.url,
            actor_name: self.actor_name,
            ticket: self.ticket,
            object_type: self.object_type,
            object_id: self.object_id,
            payload: self.payload,
        }
    }
}

/// A point after every event: they are never further ahead than a day.
fn end_of_time() -> Cursor {
    let day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    Cursor::new(day.and_time(NaiveTime::MIN).and_utc(), Uuid::nil())
}

fn end_of_day(day: NaiveDate) -> Cursor {
    // Years beyond four digits are nobody's; Postgres ends before chrono does.
    let last = end_of_time().at.date_naive();
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default();
    let next = day.clamp(first, last).succ_opt().unwrap_or(last);
    Cursor::new(next.and_time(NaiveTime::MIN).and_utc(), Uuid::nil())
}

/// The next possible position: an event stands before it, everything newer after it.
fn just_after(cursor: Cursor) -> Cursor {
    match cursor.id.as_u128().checked_add(1) {
        Some(id) => Cursor::new(cursor.at, Uuid::from_u128(id)),
        None => Cursor::new(cursor.at + TimeDelta::microseconds(1), Uuid::nil()),
    }
}
