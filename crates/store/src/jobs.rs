//! The job queue: rows that a worker leases, does and deletes.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::job::{DeadJob, WaitingJob};
use rapport_domain::{JobId, WorkspaceId, limits};
use serde_json::Value;

/// Work to do later.
#[derive(Debug)]
pub struct NewJob<'a> {
    pub kind: &'a str,
    /// What it is about: a second job of the kind with this key waits only once the first is done.
    pub key: &'a str,
    pub payload: Value,
    pub run_at: DateTime<Utc>,
    pub max_attempts: i32,
}

/// A leased job.
#[derive(Debug, Clone)]
pub struct Job {
    pub workspace: WorkspaceId,
    pub id: JobId,
    pub kind: String,
    pub key: String,
    pub payload: Value,
    /// This one included.
    pub attempts: i32,
    pub max_attempts: i32,
}

/// Adds a job in the caller's transaction; false when one with its key waits already.
pub async fn enqueue(tx: &mut Tx, workspace: WorkspaceId, job: &NewJob<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into jobs (workspace_id, id, kind, key, payload, run_at, max_attempts)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (workspace_id, kind, key) where dead_at is null do nothing",
        workspace.0,
        JobId::generate().0,
        job.kind,
        job.key,
        job.payload,
        job.run_at,
        job.max_attempts,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes back a job that no worker ever leased; says whether that was still possible.
pub async fn cancel_unstarted(
    tx: &mut Tx,
    workspace: WorkspaceId,
    kind: &str,
    key: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "delete from jobs where workspace_id = $1 and kind = $2 and key = $3
            and dead_at is null and attempts = 0",
        workspace.0,
        kind,
        key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets a waiting job run now, as if it had never failed; false when there is none.
pub async fn run_now(tx: &mut Tx, workspace: WorkspaceId, kind: &str, key: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update jobs set run_at = now(), max_attempts = max_attempts + attempts
        where workspace_id = $1 and kind = $2 and key = $3 and dead_at is null",
        workspace.0,
        kind,
        key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets what failed for good about `key`: somebody asked for it anew.
pub async fn forget_dead(tx: &mut Tx, workspace: WorkspaceId, kind: &str, key: &str) -> Result<()> {
    sqlx::query!(
        "delete from jobs
        where workspace_id = $1 and kind = $2 and key = $3 and dead_at is not null",
        workspace.0,
        kind,
        key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Leases up to `limit` jobs that are due, or whose lease ran out, for `lease_s` seconds.
    /// Of all workspaces: a worker serves them alike.
    pub async fn lease_jobs(&self, limit: i64, lease_s: f64) -> Result<Vec<Job>> {
        Ok(sqlx::query_as!(
            Job,
            r#"update jobs j
            set attempts = attempts + 1, leased_until = now() + make_interval(secs => $2)
            from (
                select workspace_id, id from jobs
                where dead_at is null and run_at <= now()
                    and (leased_until is null or leased_until < now())
                order by run_at limit $1 for update skip locked
            ) due
            where j.workspace_id = due.workspace_id and j.id = due.id
            returning j.workspace_id as "workspace: WorkspaceId", j.id as "id: JobId", j.kind,
                j.key, j.payload, j.attempts, j.max_attempts"#,
            limit,
            lease_s,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Deletes a job that is done. Like all below, it does nothing once the lease passed on.
    pub async fn finish_job(&self, job: &Job) -> Result<()> {
        sqlx::query!(
            "delete from jobs where workspace_id = $1 and id = $2 and attempts = $3",
            job.workspace.0,
            job.id.0,
            job.attempts,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Gives a job back, to run again at `run_at`.
    pub async fn put_off_job(&self, job: &Job, run_at: DateTime<Utc>, error: &str) -> Result<()> {
        sqlx::query!(
            "update jobs set leased_until = null, run_at = $4, last_error = $5
            where workspace_id = $1 and id = $2 and attempts = $3",
            job.workspace.0,
            job.id.0,
            job.attempts,
            run_at,
            error,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Keeps a job for an admin to look at.
    pub async fn mark_dead(&self, job: &Job, error: &str) -> Result<()> {
        sqlx::query!(
            "update jobs set leased_until = null, dead_at = now(), last_error = $4
            where workspace_id = $1 and id = $2 and attempts = $3",
            job.workspace.0,
            job.id.0,
            job.attempts,
            error,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Deletes what died before `before`, of every workspace; answers how many were there.
    pub async fn forget_dead_jobs(&self, before: DateTime<Utc>) -> Result<u64> {
        let done = sqlx::query!("delete from jobs where dead_at < $1", before)
            .execute(self.pool())
            .await?;
        Ok(done.rows_affected())
    }

    /// The jobs that run next, at most [`limits::DEAD_JOBS_SHOWN`].
    pub async fn waiting_jobs(&self, workspace: WorkspaceId) -> Result<Vec<WaitingJob>> {
        Ok(sqlx::query_as!(
            WaitingJob,
            r#"select kind, key, attempts, run_at,
                coalesce(leased_until > now(), false) as "running!", last_error as error
            from jobs where workspace_id = $1 and dead_at is null
            order by run_at, id limit $2"#,
            workspace.0,
            limits::DEAD_JOBS_SHOWN,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// The newest dead jobs, at most [`limits::DEAD_JOBS_SHOWN`].
    pub async fn dead_jobs(&self, workspace: WorkspaceId) -> Result<Vec<DeadJob>> {
        Ok(sqlx::query_as!(
            DeadJob,
            r#"select id as "id: JobId", kind, key, attempts,
                coalesce(last_error, '') as "error!", dead_at as "died_at!"
            from jobs where workspace_id = $1 and dead_at is not null
            order by dead_at desc, id desc limit $2"#,
            workspace.0,
            limits::DEAD_JOBS_SHOWN,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Deletes a dead job; answers its kind and key.
pub async fn discard(tx: &mut Tx, workspace: WorkspaceId, id: JobId) -> Result<(String, String)> {
    sqlx::query!(
        "delete from jobs where workspace_id = $1 and id = $2 and dead_at is not null
        returning kind, key",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .map(|r| (r.kind, r.key))
    .ok_or(StoreError::NotFound)
}

/// Gives a dead job all its attempts again, from now on; answers its kind and key.
/// The constraint `jobs_key` refuses it while another job with its key waits.
pub async fn revive(tx: &mut Tx, workspace: WorkspaceId, id: JobId) -> Result<(String, String)> {
    sqlx::query!(
        "update jobs set dead_at = null, attempts = 0, run_at = now()
        where workspace_id = $1 and id = $2 and dead_at is not null
        returning kind, key",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .map(|r| (r.kind, r.key))
    .ok_or(StoreError::NotFound)
}
