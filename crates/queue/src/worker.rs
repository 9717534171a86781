//! The worker: leases what is due, queue by queue, and stops in good order.

use crate::job::{Environment, JobError, Outcome, Queue, next_attempt};
use crate::periodic;
use crate::registry::Registry;
use chrono::Utc;
use rapport_store::StoreError;
use rapport_store::jobs::Job as Leased;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long nobody else takes a job; what has not ended by then is given up here before.
const LEASE: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(270);
/// How long a job waits when nobody told us about it.
const POLL: Duration = Duration::from_secs(1);
/// How long running jobs may take to end once we have to stop. Their lease outlives us.
const GRACE: Duration = Duration::from_secs(10);

/// Wakes the workers of this process; those of others look every second anyway.
static WAKE: LazyLock<watch::Sender<()>> = LazyLock::new(watch::Sender::default);

/// Says that a job was committed that could run at once.
pub fn wake() {
    WAKE.send_replace(());
}

/// Does what waits.
#[derive(Debug)]
pub struct Worker<E: 'static> {
    pub env: E,
    pub registry: &'static Registry<E>,
}

impl<E: Environment> Worker<E> {
    /// Works until `stop` ends, then lets running jobs end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { env, registry } = self;
        let mut clocks = JoinSet::new();
        for work in &registry.periodic {
            let env = env.clone();
            clocks.spawn(async move { periodic::keep(&env, work).await });
        }
        let (stopping, told) = watch::channel(false);
        let mut queues = JoinSet::new();
        for queue in Queue::ALL {
            queues.spawn(serve(env.clone(), registry, queue, told.clone()));
        }
        stop.await;
        stopping.send_replace(true);
        clocks.abort_all();
        while queues.join_next().await.is_some() {}
    }

    /// Does every job that is due once, one after the other; answers how many there were.
    pub async fn run_due(&self) -> usize {
        let kinds: Vec<_> = Queue::ALL.iter().flat_map(|q| self.registry.kinds_of(*q)).collect();
        let mut done = 0;
        // Whatever is put off is due later; the bound is for a clock that jumps.
        while done < 100 {
            let Some(job) = lease(&self.env, 1, &kinds).await.pop() else { break };
            work(&self.env, self.registry, job).await;
            done += 1;
        }
        done
    }
}

/// Serves one queue by its own slots, whatever the others do.
async fn serve<E: Environment>(
    env: E,
    registry: &'static Registry<E>,
    queue: Queue,
    mut stopping: watch::Receiver<bool>,
) {
    let kinds = registry.kinds_of(queue);
    if kinds.is_empty() {
        return;
    }
    let mut woken = WAKE.subscribe();
    let mut running = JoinSet::new();
    loop {
        woken.mark_unchanged();
        for job in lease(&env, queue.slots() - running.len(), &kinds).await {
            let env = env.clone();
            running.spawn(async move { work(&env, registry, job).await });
        }
        let free = running.len() < queue.slots();
        tokio::select! {
            // An error means that nobody can tell us any more: then we stop as well.
            _ = stopping.wait_for(|stop| *stop) => break,
            Some(_) = running.join_next() => {}
            _ = woken.changed(), if free => {}
            () = sleep(POLL), if free => {}
        }
    }
    let end = async { while running.join_next().await.is_some() {} };
    if timeout(GRACE, end).await.is_err() {
        tracing::warn!(?queue, "jobs still run; another worker takes them when their lease ends");
    }
}

async fn lease<E: Environment>(env: &E, free: usize, kinds: &[String]) -> Vec<Leased> {
    if free == 0 {
        return Vec::new();
    }
    let limit = i64::try_from(free).unwrap_or(1);
    env.store().lease_jobs(limit, LEASE.as_secs_f64(), kinds).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the queue cannot be read");
        Vec::new()
    })
}

async fn work<E: Environment>(env: &E, registry: &Registry<E>, job: Leased) {
    let Some(kind) = registry.kind(&job.kind) else { return };
    let failed = |error: String| match next_attempt(job.attempts, job.max_attempts, Utc::now()) {
        Some(at) => Outcome::Again { at, error },
        None => Outcome::Dead(error),
    };
    let ended = match timeout(LONGEST, (kind.run)(env, &job)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(JobError(error))) => failed(error),
        Err(_) => failed("It took too long.".into()),
    };
    if let Err(error) = end(env, &job, &ended).await {
        // The lease runs out, and somebody tries again.
        tracing::error!(%error, job = %job.id, "the end of a job was not stored");
    }
}

async fn end<E: Environment>(env: &E, job: &Leased, outcome: &Outcome) -> Result<(), StoreError> {
    let (id, kind, attempts) = (job.id, &job.kind, job.attempts);
    match outcome {
        Outcome::Done => env.store().finish_job(job).await,
        Outcome::Again { at, error } => {
            tracing::warn!(job = %id, kind, attempts, %error, again = %at, "a job failed");
            env.store().put_off_job(job, *at, error).await
        }
        Outcome::Dead(error) => {
            tracing::error!(job = %id, kind, attempts, %error, "a job failed for good");
            env.store().mark_dead(job, error).await
        }
    }
}
