//! Server functions of the timeline pane.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::CustomerId;
use rapport_domain::timeline::{Timeline, TimelinePage, TimelineQuery};
use server_fn::codec::Json;

/// A page of the timeline with counts and days.
#[server(input = Json)]
pub async fn open_timeline(
    customer: CustomerId,
    query: TimelineQuery,
) -> Result<Timeline, Failure> {
    crate::api::run(async |ctx| {
        rapport_services::timeline::open_timeline(ctx, customer, &query).await
    })
    .await
}

/// A page of the timeline alone.
#[server(input = Json)]
pub async fn load_timeline(
    customer: CustomerId,
    query: TimelineQuery,
) -> Result<TimelinePage, Failure> {
    crate::api::run(async |ctx| rapport_services::timeline::page(ctx, customer, &query).await).await
}
