//! How long events are kept: for ever, unless the workspace says otherwise for a kind.

use crate::job_env::JobEnv;
use crate::{Ctx, Result, ctx};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::timeline::EventKind;
use rapport_domain::{AppError, Permission};
use rapport_queue::{JobError, Next, Periodic};
use rapport_store::{Store, StoreError, retention as store};
use serde_json::json;
use std::time::Duration;

/// Kinds that can expire. Tickets and activities are the history of the work itself.
const EXPIRE: [EventKind; 6] = [
    EventKind::Event,
    EventKind::Session,
    EventKind::Error,
    EventKind::Call,
    EventKind::Crm,
    EventKind::Help,
];
const DAYS_MAX: i32 = 3_653;
/// Rows in one transaction, and transactions in one pass: what is left goes with the next.
const ROWS: i64 = 5_000;
const PASSES: usize = 2_000;

/// How long a kind is kept; `None` is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    pub kind: EventKind,
    pub days: Option<i32>,
}

/// Every kind that can expire, and when it does.
pub async fn retention(ctx: &Ctx) -> Result<Vec<Retention>> {
    ctx.require(Permission::SettingsWrite)?;
    let set = ctx.store.retention(ctx.workspace).await?;
    let days = |kind| set.iter().find(|r| r.0 == kind).map(|r| r.1);
    Ok(EXPIRE.into_iter().map(|kind| Retention { kind, days: days(kind) }).collect())
}

/// Keeps a kind for so many days from now on, or for ever.
pub async fn set_retention(ctx: &Ctx, set: Retention) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    if !EXPIRE.contains(&set.kind) {
        return Err(AppError::invalid("kind", "This kind is kept forever."));
    }
    if set.days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return Err(AppError::invalid("days", format!("Between 1 and {DAYS_MAX} days.")));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set(&mut tx, ctx.workspace, set.kind, set.days).await?;
    let detail = json!({"kind": set.kind.as_str(), "days": set.days});
    tx.commit_audited(Action::RetentionSet, "events", detail).await
}

/// Deletes what is past its time, in every workspace, by the workspaces' own settings.
pub(crate) struct TidyEvents;

impl Periodic for TidyEvents {
    type Env = JobEnv;
    const NAME: &'static str = "delete old events";
    const EVERY: Duration = Duration::from_secs(3_600);

    async fn run(env: &JobEnv) -> std::result::Result<Next, JobError> {
        tidy(&env.store).await?;
        Ok(Next::Later)
    }
}

/// The same at once. What one round leaves goes with the next.
pub async fn tidy(store: &Store) -> std::result::Result<(), StoreError> {
    let mut passes = 0..PASSES;
    while passes.next().is_some()
        && store.forget_logged_events(ROWS).await? == u64::try_from(ROWS).unwrap_or(0)
    {}
    for (workspace, kind, days) in store.retentions().await? {
        let before = ctx::now() - TimeDelta::days(i64::from(days));
        let mut after = None;
        while passes.next().is_some() {
            let (deleted, last) = store.expire_events(workspace, kind, before, after, ROWS).await?;
            match last {
                None => break,
                // A full pass may have left some of the same customers.
                Some(_) if deleted == ROWS => {}
                last => after = last,
            }
        }
    }
    Ok(())
}
