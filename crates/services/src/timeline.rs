//! Reading a customer's timeline, and taking in events from outside.

use crate::{Ctx, Result};
use rapport_domain::limits::EVENTS_PER_REQUEST;
use rapport_domain::timeline::{
    CustomerRef, EventKind, EventOutcome, EventResult, NewEventInput, Timeline, TimelinePage,
    TimelineQuery,
};
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_store::timeline::{NewEvent, append, resolve_customers};
use serde_json::Value;
use std::collections::HashMap;

/// A stretch of the timeline with the counts and days around it: what the pane opens with.
pub async fn open_timeline(
    ctx: &Ctx,
    customer: CustomerId,
    query: &TimelineQuery,
) -> Result<Timeline> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.timeline(ctx.workspace, customer, query, true, ctx.now).await?)
}

/// A stretch of the timeline alone: the way on from one that is open.
pub async fn page(ctx: &Ctx, customer: CustomerId, query: &TimelineQuery) -> Result<TimelinePage> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.timeline(ctx.workspace, customer, query, false, ctx.now).await?.page)
}

/// Takes in events as JSON, each read by itself: one that is no event spoils no other.
pub async fn ingest_json(ctx: &Ctx, events: Vec<Value>) -> Result<Vec<EventResult>> {
    take_in(ctx, events.into_iter().map(NewEventInput::from_json).collect()).await
}

/// Takes in events and answers, in their order, what became of each, after they are stored.
pub async fn ingest(ctx: &Ctx, events: Vec<NewEventInput>) -> Result<Vec<EventResult>> {
    take_in(ctx, events.into_iter().map(Ok).collect()).await
}

async fn take_in(ctx: &Ctx, events: Vec<Result<NewEventInput>>) -> Result<Vec<EventResult>> {
    ctx.require(Permission::Write)?;
    if events.len() > EVENTS_PER_REQUEST {
        let message = format!(
            "{} events are too many; {EVENTS_PER_REQUEST} fit in one request.",
            events.len()
        );
        return Err(AppError::invalid("events", message));
    }
    let checked: Vec<_> = events.into_iter().map(|event| event?.checked(ctx.now)).collect();
    let refs: Vec<CustomerRef> =
        checked.iter().flatten().map(|(e, _)| e.customer.clone()).collect();
    let mut tx = ctx.store.begin().await?;
    let customers = resolve_customers(&mut tx, ctx.workspace, &refs).await?;
    let resolved: Vec<Result<NewEvent>> = checked
        .into_iter()
        .map(|event| event.and_then(|(e, kind)| to_store(e, kind, &customers)))
        .collect();
    let new: Vec<NewEvent> = resolved.iter().flatten().cloned().collect();
    let mut appended = append(&mut tx, ctx.workspace, ctx.now, &new).await?.into_iter();
    tx.commit().await.map_err(rapport_store::StoreError::from)?;
    let result = |event: Result<NewEvent>| match event {
        Err(error) => EventResult::rejected(error),
        Ok(_) => match appended.next() {
            Some(a) => {
                let status = if a.new { EventOutcome::Created } else { EventOutcome::Duplicate };
                EventResult { status, id: Some(a.id), errors: Vec::new() }
            }
            // The store answers one for each; a missing one is reported, not guessed.
            None => EventResult::rejected(AppError::Unavailable),
        },
    };
    Ok(resolved.into_iter().map(result).collect())
}

fn to_store(
    event: NewEventInput,
    kind: EventKind,
    customers: &HashMap<CustomerRef, CustomerId>,
) -> Result<NewEvent> {
    let customer = *customers
        .get(&event.customer)
        .ok_or_else(|| AppError::invalid("customer", "There is no such customer."))?;
    let at = event.occurred_at.ok_or(AppError::Unavailable)?;
    let source = event.source.unwrap_or_default();
    Ok(NewEvent {
        title: event.title.unwrap_or_default(),
        body: event.body,
        icon: event.icon,
        url: event.url,
        actor_name: event.actor,
        object_type: event.object_type,
        object_id: event.object_id,
        payload: event.payload.unwrap_or_default(),
        dedupe_key: event.dedupe_key,
        ..NewEvent::new(customer, at, kind, &source, &event.name)
    })
}
