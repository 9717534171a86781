//! The event log, as admins read it.

use super::link::link_all;
use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::audit::Action;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::timeline::{CustomerRef, LogQuery, Stream};
use rapport_domain::{AppError, Cursor, CustomerId, EventId, Permission, Uuid, text};
use rapport_store::event_log::LogRows;
use rapport_store::{timeline, workspaces};
use serde_json::json;

/// Most days that the log can be kept.
const DAYS_MAX: i32 = 366;

/// Received events and what became of them, newest first. The search takes a part of an event's
/// name or message id, an event's id, somebody's id, e-mail, external id or anonymous id, or an
/// account's id.
pub async fn log(ctx: &Ctx, query: &LogQuery) -> Result<LogRows> {
    ctx.require(Permission::SettingsWrite)?;
    let mut query = LogQuery { q: text::excerpt(&query.q, 500), ..query.clone() };
    let whose = match query.q.parse::<Stream>() {
        Ok(stream) => Some(stream),
        Err(_) => customer_by(ctx, &query.q).await?.map(Stream::Customer),
    };
    if let Ok(id) = query.q.parse::<EventId>() {
        // An id tells when it was given: that is where to look.
        query.q = id.0.to_string();
        query.before = query.before.or_else(|| given_at(id).map(|at| Cursor::new(at, Uuid::max())));
    }
    Ok(ctx.store.event_log(ctx.workspace, &query, whose).await?)
}

/// Just after an id was made.
fn given_at(id: EventId) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = id.0.get_timestamp()?.to_unix();
    let at = DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?;
    Some(at + TimeDelta::seconds(1))
}

async fn customer_by(ctx: &Ctx, q: &str) -> Result<Option<CustomerId>> {
    use IdentifierKind::{AnonymousId, Email, ExternalId};
    let key = |kind| Key::new(kind, "q", q).ok().map(CustomerRef::by);
    let refs: Vec<CustomerRef> =
        [ExternalId, Email, AnonymousId].into_iter().filter_map(key).collect();
    if refs.is_empty() {
        return Ok(None);
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let found = timeline::resolve_customers(&mut tx, ctx.workspace, &refs).await?;
    Ok(refs.iter().find_map(|r| found.get(r)).copied())
}

/// Tries once more to link an event, and with it all that wait for the same customer.
/// [`AppError::Conflict`] when nobody is known by what it names.
pub async fn retry(ctx: &Ctx, id: EventId) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let Some(customer) = ctx.store.owner_of_waiting(ctx.workspace, id).await? else {
        return Err(AppError::Conflict("No customer matches this event yet.".into()));
    };
    link_all(&ctx.store, ctx.workspace, customer).await
}

/// How many days the log is kept.
pub async fn log_days(ctx: &Ctx) -> Result<i32> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.event_log_days(ctx.workspace).await?)
}

/// Sets how many days the log is kept.
pub async fn set_log_days(ctx: &Ctx, days: i32) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(AppError::invalid("days", format!("Between 1 and {DAYS_MAX} days.")));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    workspaces::set_event_log_days(&mut tx, ctx.workspace, days).await?;
    tx.commit_audited(Action::EventLogDays, "event_log", json!({"days": days})).await
}
