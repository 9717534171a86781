//! What a job is, and how it comes into its queue.

use chrono::{DateTime, Utc};
use rapport_domain::{AppError, JobId, WorkspaceId, job};
use rapport_store::jobs::{self, NewJob};
use rapport_store::{Result, Store, StoreError, Tx};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// What the jobs of a server are done with.
pub trait Environment: Clone + Debug + Send + Sync + 'static {
    fn store(&self) -> &Store;
}

/// Jobs of one queue wait for each other and for nobody else: each has slots of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Mails to customers and colleagues.
    Mail,
    /// Short work in our own database.
    Default,
    /// Calls to servers of others, which may be slow.
    Sync,
    /// Pictures and recordings.
    Media,
}

impl Queue {
    pub const ALL: [Self; 4] = [Self::Mail, Self::Default, Self::Sync, Self::Media];

    /// How many of its jobs run at once in one server. Each has its connection for a moment only.
    pub fn slots(self) -> usize {
        match self {
            Self::Mail | Self::Default => 4,
            Self::Sync => 3,
            Self::Media => 1,
        }
    }
}

/// A kind of work.
pub trait Job: Sized + Send + 'static {
    type Env: Environment;
    /// What it is about. A second job of the kind with the same key is not enqueued while the first
    /// waits.
    type Key: Display + FromStr + Send + Sync;
    /// What else it has to know; [`NoPayload`] for most.
    type Payload: Serialize + DeserializeOwned + Send + Sync;

    /// How it is stored. It never changes: older servers have it in their queues.
    const KIND: &'static str;
    /// What it does, for admins: `Send a mail`.
    const LABEL: &'static str;
    const QUEUE: Queue;
    const MAX_ATTEMPTS: i32;

    /// Does it. It acts as the system: each job was asked for by somebody with permission. An error
    /// is tried again, as long as there are attempts.
    fn run(
        env: &Self::Env,
        work: Work<Self>,
    ) -> impl Future<Output = std::result::Result<Outcome, JobError>> + Send;

    /// What has to be made ready before a dead job runs once more, in the same transaction.
    fn revive(
        _tx: &mut Tx,
        _workspace: WorkspaceId,
        _key: Self::Key,
        _now: DateTime<Utc>,
    ) -> impl Future<Output = std::result::Result<(), AppError>> + Send {
        async { Ok(()) }
    }
}

/// Nothing but the key is to be known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoPayload {}

/// One attempt at a job.
#[derive(Debug)]
pub struct Work<J: Job> {
    pub workspace: WorkspaceId,
    pub id: JobId,
    pub key: J::Key,
    pub payload: J::Payload,
    /// This one included.
    pub attempts: i32,
    pub max_attempts: i32,
}

impl<J: Job> Work<J> {
    /// When it should run again if this attempt fails; `None` when this is the last one.
    pub fn next_attempt(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        next_attempt(self.attempts, self.max_attempts, now)
    }
}

pub(crate) fn next_attempt(
    attempts: i32,
    max_attempts: i32,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    (attempts < max_attempts).then(|| now + job::wait_after(attempts, rand::random::<f64>()))
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

/// What went wrong on our side.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobError(pub(crate) String);

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

/// Adds a job in the caller's transaction; false when one with its key waits already. Call
/// [`wake`](crate::wake) after the commit where it should not wait for the next look.
pub async fn enqueue<J: Job>(
    tx: &mut Tx,
    workspace: WorkspaceId,
    key: &J::Key,
    payload: &J::Payload,
    run_at: DateTime<Utc>,
) -> Result<bool> {
    // Payloads are structs of ours with text keys.
    let payload = serde_json::to_value(payload).unwrap_or_default();
    let key = &key.to_string();
    let new = NewJob { kind: J::KIND, key, payload, run_at, max_attempts: J::MAX_ATTEMPTS };
    jobs::enqueue(tx, workspace, &new).await
}

/// Takes back a job that no worker ever leased; says whether that was still possible.
pub async fn cancel<J: Job>(tx: &mut Tx, workspace: WorkspaceId, key: &J::Key) -> Result<bool> {
    jobs::cancel_unstarted(tx, workspace, J::KIND, &key.to_string()).await
}

/// Lets a waiting job run now, as if it had never failed; false when there is none.
pub async fn run_now<J: Job>(tx: &mut Tx, workspace: WorkspaceId, key: &J::Key) -> Result<bool> {
    jobs::run_now(tx, workspace, J::KIND, &key.to_string()).await
}

/// Forgets what failed for good about `key`: somebody asked for it anew.
pub async fn forget_dead<J: Job>(tx: &mut Tx, workspace: WorkspaceId, key: &J::Key) -> Result<()> {
    jobs::forget_dead(tx, workspace, J::KIND, &key.to_string()).await
}
