//! Reading a stretch of a timeline, at the same cost wherever it lies.

use crate::{Result, Store, StoreError};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rapport_domain::limits::{TIMELINE_EVENTS, TIMELINE_LOOK};
use rapport_domain::timeline::{
    ActivityDay, EventCustomer, EventKind, EventTicket, Overview, Position, STRIP_DAYS,
    SavedFilter, Stream, TicketNow, Timeline, TimelineFilter, TimelineItem, TimelinePage,
    TimelineQuery,
};
use rapport_domain::{Cursor, CustomerId, EventId, FilterId, UserId, Uuid, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;

/// Newer events that a permalink shows above its own.
const CONTEXT_NEWER: u32 = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Older,
    Newer,
    Pin,
}

#[derive(Debug, Deserialize)]
pub(super) struct FilterRow {
    id: Uuid,
    name: String,
    query: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Row {
    place: Place,
    id: Uuid,
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
    recorded: bool,
    /// An account's rows say whose they are.
    #[serde(default)]
    customer: Option<CustomerRow>,
}

#[derive(Debug, Deserialize)]
struct CustomerRow {
    id: Uuid,
    name: String,
}

/// A position as the query takes it: rows before and after a point between two rows.
pub(super) struct Span {
    pub(super) point: Cursor,
    pub(super) older: u32,
    pub(super) newer: u32,
}

impl Span {
    fn new(at: Position, filter: &TimelineFilter, zone: Tz) -> Self {
        let all = TIMELINE_EVENTS;
        let mut span = match at {
            Position::Newest => Self { point: end_of_time(), older: all, newer: 0 },
            Position::Before(cursor) => Self { point: cursor, older: all, newer: 0 },
            Position::After(cursor) => Self { point: cursor, older: 0, newer: all },
            Position::On(day) => Self { point: end_of_day(day, zone), older: all, newer: 0 },
            Position::Event(cursor) => {
                Self { point: just_after(cursor), older: all - CONTEXT_NEWER, newer: CONTEXT_NEWER }
            }
        };
        if let Some(to) = filter.to {
            span.point = span.point.min(end_of_day(to, zone));
        }
        span
    }

    /// From where on, up to the point, what was done to tickets shows by itself: nowhere where it
    /// folds into the tickets' rows, but for the one event that was asked for.
    fn activities_from(&self, query: &TimelineQuery) -> Cursor {
        match query.at {
            _ if !query.folds() => start_of_day(NaiveDate::MIN, Tz::UTC),
            Position::Event(cursor) => cursor,
            _ => self.point,
        }
    }

    /// Events looked at before and after the point. One row more than shown says whether there is
    /// more; and a page always knows whether something lies on its other side, which costs one row.
    fn looks(&self, filter: &TimelineFilter, at_most: u32) -> (i64, i64) {
        let look = |shown: u32| match shown {
            0 => 1,
            _ if filter.searches() => i64::from(at_most),
            shown => i64::from(shown) + 1,
        };
        (look(self.older), look(self.newer))
    }
}

/// What a query asks for, as the statements of both kinds of timelines take it.
pub(super) struct Asked<'a> {
    pub(super) span: Span,
    pub(super) kinds: Vec<&'a str>,
    /// The first day of the activity chart.
    pub(super) first_day: NaiveDate,
    /// The instants that events lie between.
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    /// What they contain, in lower case.
    pub(super) find: String,
    /// How many are looked at before and after the position.
    pub(super) looks: (i64, i64),
    pub(super) activities: Cursor,
    searches: bool,
}

impl<'a> Asked<'a> {
    /// A search looks at `at_most` events.
    pub(super) fn new(query: &'a TimelineQuery, now: DateTime<Utc>, at_most: u32) -> Self {
        let (filter, zone) = (&query.filter, zone(query));
        let span = Span::new(query.at, filter, zone);
        Self {
            kinds: query.kinds().iter().map(|k| k.as_str()).collect(),
            first_day: now.date_naive() - Days::new(STRIP_DAYS - 1),
            from: start_of_day(filter.from.unwrap_or(NaiveDate::MIN), zone).at,
            to: filter.to.map_or(end_of_time(), |to| end_of_day(to, zone)).at,
            find: filter.find.to_lowercase(),
            looks: span.looks(filter, at_most),
            activities: span.activities_from(query),
            searches: filter.searches(),
            span,
        }
    }
}

/// What either statement found.
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    pub(super) tickets: Vec<TicketNow>,
    pub(super) counts: Option<Json<Vec<(EventKind, i64)>>>,
    pub(super) days: Option<Json<Vec<ActivityDay>>>,
    pub(super) filters: Option<Json<Vec<FilterRow>>>,
    /// Where each side's look ended.
    pub(super) older_end: Option<Json<(DateTime<Utc>, Uuid)>>,
    pub(super) newer_end: Option<Json<(DateTime<Utc>, Uuid)>>,
}

impl Found {
    pub(super) fn timeline(self, whose: Stream, asked: &Asked<'_>) -> Timeline {
        let counts = self.counts.map(|c| c.0).unwrap_or_default();
        let days = self.days.map(|d| d.0).unwrap_or_default();
        let filters = self.filters.map(|f| f.0).unwrap_or_default().into_iter();
        let (pins, rows): (Vec<Row>, Vec<Row>) =
            self.rows.into_iter().partition(|r| r.place == Place::Pin);
        let end = |end: Option<Json<(DateTime<Utc>, Uuid)>>| {
            end.filter(|_| asked.searches).map(|e| Cursor::new(e.0.0, e.0.1))
        };
        Timeline {
            whose,
            page: TimelinePage {
                tickets: self.tickets,
                ..page(rows, &asked.span, end(self.older_end), end(self.newer_end))
            },
            overview: Overview { counts, days },
            pins: pins.into_iter().map(Row::into_item).collect(),
            filters: filters
                .map(|f| SavedFilter { id: FilterId(f.id), name: f.name, query: f.query })
                .collect(),
            more_customers: false,
        }
    }
}

impl Store {
    /// The events at `query`'s position; with `overview` also the counts, days, pins, and the
    /// saved filters of `reader`. None of it for a customer that this workspace does not have:
    /// [`StoreError::NotFound`].
    pub async fn timeline(
        &self,
        workspace: WorkspaceId,
        customer: CustomerId,
        query: &TimelineQuery,
        overview: Option<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Timeline> {
        let asked = Asked::new(query, now, TIMELINE_LOOK);
        let found = sqlx::query_file!(
            "queries/timeline_page.sql",
            workspace.0,
            customer.0,
            &asked.kinds as _,
            asked.span.point.at,
            asked.span.point.id,
            i64::from(asked.span.older) + 1,
            i64::from(asked.span.newer) + 1,
            overview.is_some(),
            asked.first_day,
            asked.from,
            asked.to,
            asked.find,
            query.filter.source,
            asked.looks.0,
            asked.looks.1,
            overview.map(|user| user.0),
            asked.activities.at,
            asked.activities.id,
            query.folds(),
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let whose = CustomerId(found.customer).into();
        let found = Found {
            rows: found.rows.0,
            tickets: found.tickets.0,
            counts: found.counts,
            days: found.days,
            filters: found.filters,
            older_end: found.older_end,
            newer_end: found.newer_end,
        };
        Ok(found.timeline(whose, &asked))
    }
}

/// Puts rows in order, drops the extra ones, and notes what they meant. A search that looked at
/// as many as it may goes on where it ended: `older_end`, `newer_end`.
fn page(
    rows: Vec<Row>,
    span: &Span,
    older_end: Option<Cursor>,
    newer_end: Option<Cursor>,
) -> TimelinePage {
    let (mut older, mut newer): (Vec<Row>, Vec<Row>) =
        rows.into_iter().partition(|r| r.place == Place::Older);
    older.sort_unstable_by_key(|r| std::cmp::Reverse((r.occurred_at, r.id)));
    newer.sort_unstable_by_key(|r| (r.occurred_at, r.id));
    let more_older = older.len() > span.older as usize;
    let more_newer = newer.len() > span.newer as usize;
    older.truncate(span.older as usize);
    newer.truncate(span.newer as usize);
    let items: Vec<_> = newer.into_iter().rev().chain(older).map(Row::into_item).collect();
    // With nothing to show, the way on starts at the point itself.
    let end = |item: Option<&TimelineItem>| item.map_or(span.point, TimelineItem::cursor);
    let way_on = |more: bool, shown: u32, item: Option<&TimelineItem>, looked: Option<Cursor>| {
        match looked {
            Some(looked) if !more && shown > 0 => Some(looked),
            looked => (more || looked.is_some()).then(|| end(item)),
        }
    };
    let searched = older_end.filter(|_| !more_older && span.older > 0);
    TimelinePage {
        newer: way_on(more_newer, span.newer, items.first(), newer_end),
        older: way_on(more_older, span.older, items.last(), older_end),
        looked_to: searched.map(|cursor| cursor.at),
        tickets: Vec::new(),
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
            recorded: self.recorded,
            customer: self.customer.map(|c| EventCustomer { id: CustomerId(c.id), name: c.name }),
        }
    }
}

/// A point after every event: they are never further ahead than a day.
fn end_of_time() -> Cursor {
    let day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    Cursor::new(day.and_time(NaiveTime::MIN).and_utc(), Uuid::nil())
}

/// The zone whose days a query means.
fn zone(query: &TimelineQuery) -> Tz {
    query.zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

fn start_of_day(day: NaiveDate, zone: Tz) -> Cursor {
    // Years beyond four digits are nobody's; Postgres ends before chrono does.
    let first = NaiveDate::from_ymd_opt(1, 1, 2).unwrap_or_default();
    let day = day.clamp(first, end_of_time().at.date_naive());
    // Where clocks go forward at midnight, the day begins an hour later.
    let hours = (0..=3).filter_map(|hour| day.and_hms_opt(hour, 0, 0));
    let begins = hours.filter_map(|at| zone.from_local_datetime(&at).earliest()).next();
    let at = begins.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |at| at.to_utc());
    Cursor::new(at, Uuid::nil())
}

fn end_of_day(day: NaiveDate, zone: Tz) -> Cursor {
    start_of_day(day.succ_opt().unwrap_or(day), zone)
}

/// The next possible position: an event stands before it, everything newer after it.
fn just_after(cursor: Cursor) -> Cursor {
    match cursor.id.as_u128().checked_add(1) {
        Some(id) => Cursor::new(cursor.at, Uuid::from_u128(id)),
        None => Cursor::new(cursor.at + TimeDelta::microseconds(1), Uuid::nil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_reader_s_and_may_have_23_or_25_hours() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let hours = |text, zone| {
            (end_of_day(day(text), zone).at - start_of_day(day(text), zone).at).num_hours()
        };
        let la = start_of_day(day("2026-11-17"), Tz::America__Los_Angeles).at;
        assert_eq!(la.to_rfc3339(), "2026-11-17T08:00:00+00:00");
        assert_eq!(hours("2026-10-25", Tz::Europe__Berlin), 25);
        assert_eq!(hours("2026-03-29", Tz::Europe__Berlin), 23);
        assert_eq!(hours("2026-11-17", Tz::UTC), 24);
        // Havana's clocks go forward at midnight: there is no 00:00.
        assert_eq!(hours("2026-03-08", Tz::America__Havana), 23);
        let mut unknown = TimelineQuery::new(&[], Position::Newest);
        unknown.zone = Some("Mars/Olympus".into());
        assert_eq!(zone(&unknown), Tz::UTC);
    }
}
