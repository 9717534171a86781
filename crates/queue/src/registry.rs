//! The one list of what a server can do.

use crate::job::{Environment, Job, JobError, Outcome, Queue, Work};
use crate::periodic::{Next, Periodic};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use rapport_domain::{AppError, WorkspaceId};
use rapport_store::Tx;
use rapport_store::jobs::Job as Leased;
use std::time::Duration;

type Run<E> = for<'a> fn(&'a E, &'a Leased) -> BoxFuture<'a, Result<Outcome, JobError>>;
type Revive = for<'a> fn(
    &'a mut Tx,
    WorkspaceId,
    &'a str,
    DateTime<Utc>,
) -> BoxFuture<'a, Result<(), AppError>>;
type Tick<E> = for<'a> fn(&'a E) -> BoxFuture<'a, Result<Next, JobError>>;

/// A kind of job, its types forgotten.
#[derive(Debug)]
pub(crate) struct Kind<E> {
    kind: &'static str,
    label: &'static str,
    queue: Queue,
    pub run: Run<E>,
    revive: Revive,
}

/// Periodic work, likewise.
#[derive(Debug)]
pub(crate) struct Clockwork<E> {
    pub name: &'static str,
    pub every: Duration,
    pub tick: Tick<E>,
}

/// What a server can do.
#[derive(Debug)]
pub struct Registry<E> {
    kinds: Vec<Kind<E>>,
    pub(crate) periodic: Vec<Clockwork<E>>,
}

impl<E: Environment> Default for Registry<E> {
    fn default() -> Self {
        Self { kinds: Vec::new(), periodic: Vec::new() }
    }
}

impl<E: Environment> Registry<E> {
    /// With one more kind of job.
    ///
    /// # Panics
    /// When two kinds have the same name: a fault of the program, found by whatever starts it.
    #[must_use]
    pub fn job<J: Job<Env = E>>(mut self) -> Self {
        assert!(self.kind(J::KIND).is_none(), "two jobs are called {}", J::KIND);
        self.kinds.push(Kind {
            kind: J::KIND,
            label: J::LABEL,
            queue: J::QUEUE,
            run: |env, leased| Box::pin(run::<J>(env, leased)),
            revive: |tx, workspace, key, now| Box::pin(revive::<J>(tx, workspace, key, now)),
        });
        self
    }

    /// With one more thing that runs by the clock.
    #[must_use]
    pub fn periodic<P: Periodic<Env = E>>(mut self) -> Self {
        let tick: Tick<E> = |env| Box::pin(P::run(env));
        self.periodic.push(Clockwork { name: P::NAME, every: P::EVERY, tick });
        self
    }

    pub(crate) fn kind(&self, kind: &str) -> Option<&Kind<E>> {
        self.kinds.iter().find(|known| known.kind == kind)
    }

    /// The kinds whose jobs wait in a queue.
    pub(crate) fn kinds_of(&self, queue: Queue) -> Vec<String> {
        let mine = self.kinds.iter().filter(|kind| kind.queue == queue);
        mine.map(|kind| kind.kind.to_string()).collect()
    }

    /// What a kind of job does, for people. What only a newer server knows is called as it is
    /// stored.
    pub fn label<'a>(&self, kind: &'a str) -> &'a str {
        self.kind(kind).map_or(kind, |known| known.label)
    }

    /// Makes ready what a dead job needs before it runs once more.
    pub async fn revive(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        (kind, key): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        match self.kind(kind) {
            Some(known) => (known.revive)(tx, workspace, key, now).await,
            None => Ok(()),
        }
    }
}

async fn run<J: Job>(env: &J::Env, leased: &Leased) -> Result<Outcome, JobError> {
    let Ok(key) = leased.key.parse::<J::Key>() else {
        return Ok(Outcome::Dead(format!("“{}” is not what this job is about.", leased.key)));
    };
    let payload = match serde_json::from_value(leased.payload.clone()) {
        Ok(payload) => payload,
        Err(error) => return Ok(Outcome::Dead(format!("Its payload cannot be read: {error}"))),
    };
    let work = Work {
        workspace: leased.workspace,
        id: leased.id,
        key,
        payload,
        attempts: leased.attempts,
        max_attempts: leased.max_attempts,
    };
    J::run(env, work).await
}

async fn revive<J: Job>(
    tx: &mut Tx,
    workspace: WorkspaceId,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let Ok(key) = key.parse::<J::Key>() else {
        // It dies again at once, and says why.
        return Ok(());
    };
    J::revive(tx, workspace, key, now).await
}
