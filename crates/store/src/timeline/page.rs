//! Reading a stretch of a timeline, at the same cost wherever it lies.

use super::span::{Span, end_of_day, end_of_time, start_of_day, zone};
use crate::{Result, Store, StoreError};
use chrono::{DateTime, Days, NaiveDate, Utc};
use rapport_domain::limits::TIMELINE_LOOK;
use rapport_domain::timeline::{
    ACTIVITY_DAYS, ActivityDay, EventCustomer, EventKind, EventTicket, HiddenNames, Overview,
    SavedFilter, Stream, TicketNow, Timeline, TimelineItem, TimelinePage, TimelineQuery,
};
use rapport_domain::{Cursor, CustomerId, EventId, FilterId, UserId, Uuid, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;

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
            first_day: now.date_naive() - Days::new(ACTIVITY_DAYS - 1),
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
    pub(super) whose: Uuid,
    pub(super) more_customers: bool,
    /// What events call sensitive fields.
    pub(super) hidden: Vec<String>,
    pub(super) rows: Json<Vec<Row>>,
    pub(super) tickets: Json<Vec<TicketNow>>,
    pub(super) counts: Option<Json<Vec<(EventKind, i64)>>>,
    pub(super) days: Option<Json<Vec<ActivityDay>>>,
    pub(super) filters: Option<Json<Vec<FilterRow>>>,
    /// Where each side's look ended.
    pub(super) older_end: Option<Json<(DateTime<Utc>, Uuid)>>,
    pub(super) newer_end: Option<Json<(DateTime<Utc>, Uuid)>>,
}

impl Found {
    /// The timeline of the one whose id the statement answered.
    pub(super) fn timeline(self, whose: fn(Uuid) -> Stream, asked: &Asked<'_>) -> Timeline {
        let counts = self.counts.map(|c| c.0).unwrap_or_default();
        let days = self.days.map(|d| d.0).unwrap_or_default();
        let filters = self.filters.map(|f| f.0).unwrap_or_default().into_iter();
        let (pins, rows): (Vec<Row>, Vec<Row>) =
            self.rows.0.into_iter().partition(|r| r.place == Place::Pin);
        let end = |end: Option<Json<(DateTime<Utc>, Uuid)>>| {
            end.filter(|_| asked.searches).map(|e| Cursor::new(e.0.0, e.0.1))
        };
        let hidden = HiddenNames::new(&self.hidden);
        let mut page = TimelinePage {
            tickets: self.tickets.0,
            ..page(rows, &asked.span, end(self.older_end), end(self.newer_end))
        };
        let mut pins: Vec<_> = pins.into_iter().map(Row::into_item).collect();
        page.items.iter_mut().chain(&mut pins).for_each(|item| hidden.hide_in(item));
        Timeline {
            whose: whose(self.whose),
            page,
            overview: Overview { counts, days },
            pins,
            filters: filters
                .map(|f| SavedFilter { id: FilterId(f.id), name: f.name, query: f.query })
                .collect(),
            more_customers: self.more_customers,
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
        let found = sqlx::query_file_as!(
            Found,
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
        Ok(found.timeline(|id| CustomerId(id).into(), &asked))
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
