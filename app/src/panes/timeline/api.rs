//! Server functions of the timeline pane.

use crate::Failure;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use rapport_domain::timeline::EventPlace;
use rapport_domain::timeline::{
    EventKind, SavedFilter, Stream, Timeline, TimelinePage, TimelineQuery,
};
use rapport_domain::{Cursor, FilterId};
use server_fn::codec::Json;

/// A page of the timeline with counts and days.
#[server(input = Json)]
pub async fn open_timeline(whose: Stream, query: TimelineQuery) -> Result<Timeline, Failure> {
    crate::api::run(async |ctx| rapport_services::timeline::open_timeline(ctx, whose, &query).await)
        .await
}

/// A page of the timeline alone.
#[server(input = Json)]
pub async fn load_timeline(whose: Stream, query: TimelineQuery) -> Result<TimelinePage, Failure> {
    crate::api::run(async |ctx| rapport_services::timeline::page(ctx, whose, &query).await).await
}

/// Keeps an event on top for everybody, or takes it off.
#[server]
pub async fn pin_event(
    stream: Stream,
    kind: EventKind,
    at: Cursor,
    on: bool,
) -> Result<(), Failure> {
    crate::api::run(async |ctx| {
        rapport_services::timeline::pin(ctx, stream, EventPlace { kind, at }, on).await
    })
    .await
}

/// Saves a filter for the reader alone: `query` is the address's query part. Answers all they have.
#[server]
pub async fn save_filter(name: String, query: String) -> Result<Vec<SavedFilter>, Failure> {
    crate::api::run(async |ctx| {
        let query = TimelineQuery::from_query_string(&query);
        rapport_services::timeline::save_filter(ctx, &name, &query).await
    })
    .await
}

/// Forgets one of the reader's filters; answers those that are left.
#[server]
pub async fn delete_filter(id: FilterId) -> Result<Vec<SavedFilter>, Failure> {
    crate::api::run(async |ctx| rapport_services::timeline::delete_filter(ctx, id).await).await
}
