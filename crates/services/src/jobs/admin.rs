//! What failed for good, for admins.

use super::JOBS;
use crate::job_env::JobEnv;
use crate::{Ctx, Result, ctx};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::job::{DeadJob, WaitingJob};
use rapport_domain::{AppError, JobId, Permission};
use rapport_queue::{JobError, Next, Periodic, wake};
use rapport_store::jobs;
use serde_json::json;
use std::time::Duration;

/// Days for which dead jobs are kept.
const DEAD_DAYS: i64 = 30;

/// What a kind of job does, for people.
pub fn label(kind: &str) -> &str {
    JOBS.label(kind)
}

/// The jobs that run next.
pub async fn waiting(ctx: &Ctx) -> Result<Vec<WaitingJob>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.waiting_jobs(ctx.workspace).await?)
}

/// Forgets a dead job: what it was to do is not done.
pub async fn discard(ctx: &Ctx, id: JobId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let (kind, key) = jobs::discard(&mut tx, ctx.workspace, id).await?;
    let detail = json!({ "kind": kind, "key": key });
    tx.commit_audited(Action::JobDiscarded, id, detail).await
}

/// The newest dead jobs.
pub async fn dead(ctx: &Ctx) -> Result<Vec<DeadJob>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.dead_jobs(ctx.workspace).await?)
}

/// Gives a dead job all its attempts again, from now on.
pub async fn retry(ctx: &Ctx, id: JobId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let (kind, key) = match jobs::revive(&mut tx, ctx.workspace, id).await {
        Err(error) if error.is_constraint("jobs_key") => {
            return Err(AppError::Conflict("The same job is already waiting in the queue.".into()));
        }
        revived => revived?,
    };
    JOBS.revive(&mut tx, ctx.workspace, (&kind, &key), ctx.now).await?;
    tx.commit_audited(Action::JobRetried, id, json!({"kind": kind})).await?;
    wake();
    Ok(())
}

/// Forgets what nobody looked at in time.
pub(super) struct ForgetDeadJobs;

impl Periodic for ForgetDeadJobs {
    type Env = JobEnv;
    const NAME: &'static str = "forget dead jobs";
    const EVERY: Duration = Duration::from_secs(3_600);

    async fn run(env: &JobEnv) -> std::result::Result<Next, JobError> {
        let before = ctx::now() - TimeDelta::days(DEAD_DAYS);
        let count = env.store.forget_dead_jobs(before).await?;
        if count > 0 {
            tracing::info!(count, "forgot old dead jobs");
        }
        Ok(Next::Later)
    }
}
