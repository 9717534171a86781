//! Work that outlives a request: leased from the queue, done, put off or buried.

mod admin;
mod worker;

pub use admin::{dead, discard, retry, waiting};
pub use worker::{Worker, run_due};

use chrono::{DateTime, Utc};
use rapport_domain::{AppError, job};
use rapport_store::StoreError;
use rapport_store::jobs::Job;
use tokio::sync::Notify;

/// Wakes the worker of this process; others look every second anyway.
static WAKE: Notify = Notify::const_new();

/// Says that a job was committed that could run at once.
pub(crate) fn wake() {
    WAKE.notify_one();
}

/// How an attempt ended.
#[derive(Debug)]
pub enum Outcome {
    Done,
    /// Once more, at that time.
    Again {
        at: DateTime<Utc>,
        error: String,
    },
    /// Trying again would not help, or there were enough attempts.
    Dead(String),
}

/// When a job that just failed should run again; `None` when that was its last attempt.
pub(crate) fn next_attempt(job: &Job, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (job.attempts < job.max_attempts)
        .then(|| now + job::wait_after(job.attempts, rand::random::<f64>()))
}

/// What went wrong on our side.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobError(String);

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<AppError> for JobError {
    fn from(error: AppError) -> Self {
        Self(error.to_string())
    }
}
