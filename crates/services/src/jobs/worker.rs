//! The worker: leases what is due, does a few jobs at a time, and stops in good order.

use super::{JobError, Outcome, WAKE, next_attempt};
use crate::http_client::HttpClient;
use crate::secrets::Keyring;
use crate::{
    csat, ctx, customers, files, ingest, messages, notifications, people, push, sla, tickets,
};
use chrono::TimeDelta;
use rapport_store::jobs::Job;
use rapport_store::{Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Jobs at once; each has its connection for a moment only.
const AT_ONCE: usize = 4;
/// How long nobody else takes a job; what has not ended by then is given up here before.
const LEASE: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(270);
/// How long a job waits when nobody told us about it.
const POLL: Duration = Duration::from_secs(1);
/// How long running jobs may take to end once we have to stop. Their lease outlives us.
const GRACE: Duration = Duration::from_secs(10);
/// Days after which a notification that was read is forgotten.
const READ_DAYS: i64 = 90;
/// Dead jobs are kept for so long, and looked through so often.
const DEAD_DAYS: i64 = 30;
const TIDY: Duration = Duration::from_secs(3_600);
/// How often the worker looks for due times of tickets that passed.
const LOOK: Duration = Duration::from_secs(10);

/// What jobs need. It acts as the system: each job was asked for by somebody with leave.
#[derive(Debug, Clone)]
pub struct Worker {
    pub store: Store,
    pub keys: Keyring,
    /// Where this server is reached from outside, without a slash at the end.
    pub public_url: String,
    /// Reaches the push services of browsers.
    pub http: HttpClient,
}

impl Worker {
    /// Works until `stop` ends, then lets running jobs end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let worker = Arc::new(self);
        let mut running = JoinSet::new();
        let (mut tidied, mut looked): (Option<Instant>, Option<Instant>) = (None, None);
        let mut beside = JoinSet::new();
        beside.spawn(tidy_files(worker.store.clone()));
        tokio::pin!(stop);
        loop {
            if tidied.is_none_or(|at| at.elapsed() > TIDY) {
                worker.tidy().await;
                tidied = Some(Instant::now());
            }
            if looked.is_none_or(|at| at.elapsed() > LOOK) {
                looked = Some(Instant::now());
                worker.note_missed().await;
            }
            let free = AT_ONCE - running.len();
            for job in worker.lease(free).await {
                let worker = worker.clone();
                running.spawn(async move { worker.work(job).await });
            }
            tokio::select! {
                () = &mut stop => break,
                Some(_) = running.join_next() => {}
                () = WAKE.notified(), if running.len() < AT_ONCE => {}
                () = sleep(POLL), if running.len() < AT_ONCE => {}
            }
        }
        // It can stop anywhere.
        beside.abort_all();
        let end = async { while running.join_next().await.is_some() {} };
        if timeout(GRACE, end).await.is_err() {
            tracing::warn!(
                "jobs were still running; another worker takes them when their lease ends"
            );
        }
    }

    async fn tidy(&self) {
        let before = ctx::now() - TimeDelta::days(DEAD_DAYS);
        match self.store.forget_dead_jobs(before).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot old dead jobs"),
            Err(error) => tracing::warn!(%error, "old dead jobs were not forgotten"),
        }
        let before = ctx::now() - TimeDelta::days(READ_DAYS);
        if let Err(error) = self.store.forget_notifications(before).await {
            tracing::warn!(%error, "old notifications were not forgotten");
        }
        ingest::tidy(&self.store).await;
    }

    /// Tells of what is due soon, and notes on tickets that they are overdue; answers how many due
    /// times passed.
    async fn note_missed(&self) -> usize {
        if let Err(error) = sla::warn_of_due(&self.store).await {
            tracing::warn!(%error, "nobody was told of what is due soon");
        }
        sla::note_missed(&self.store).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what is overdue was not noted");
            0
        })
    }

    async fn lease(&self, free: usize) -> Vec<Job> {
        if free == 0 {
            return Vec::new();
        }
        let limit = i64::try_from(free).unwrap_or(1);
        self.store.lease_jobs(limit, LEASE.as_secs_f64()).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the queue cannot be read");
            Vec::new()
        })
    }

    async fn work(&self, job: Job) {
        // A job is of one workspace, whoever finds it.
        let bounded = Self { store: self.store.within(job.workspace), ..self.clone() };
        let ended = match timeout(LONGEST, dispatch(&bounded, &job)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => failed(&job, error.to_string()),
            Err(_) => failed(&job, "It took too long.".into()),
        };
        if let Err(error) = self.end(&job, &ended).await {
            // The lease runs out, and somebody tries again.
            tracing::error!(%error, job = %job.id, "the end of a job was not stored");
        }
    }

    async fn end(&self, job: &Job, outcome: &Outcome) -> Result<(), StoreError> {
        let (id, kind, attempts) = (job.id, &job.kind, job.attempts);
        match outcome {
            Outcome::Done => self.store.finish_job(job).await,
            Outcome::Again { at, error } => {
                tracing::warn!(job = %id, kind, attempts, %error, again = %at, "a job failed");
                self.store.put_off_job(job, *at, error).await
            }
            Outcome::Dead(error) => {
                tracing::error!(job = %id, kind, attempts, %error, "a job failed for good");
                self.store.mark_dead(job, error).await
            }
        }
    }
}

/// Tidies files, beside the jobs: what is left to move may take hours.
async fn tidy_files(store: Store) {
    loop {
        let more = files::tidy(&store).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "files were not tidied");
            false
        });
        sleep(if more { POLL } else { TIDY }).await;
    }
}

fn failed(job: &Job, error: String) -> Outcome {
    match next_attempt(job, ctx::now()) {
        Some(at) => Outcome::Again { at, error },
        None => Outcome::Dead(error),
    }
}

/// One line for each kind of job.
async fn dispatch(worker: &Worker, job: &Job) -> Result<Outcome, JobError> {
    match job.kind.as_str() {
        messages::SEND_MAIL => messages::send_mail(worker, job).await,
        csat::CSAT_SURVEY => csat::send_survey(worker, job).await,
        people::INVITE_MAIL => people::send_invitation(worker, job).await,
        notifications::NOTIFY_MAIL => notifications::send_news(worker, job).await,
        push::PUSH => push::send(worker, job).await,
        tickets::WAKE_TICKET => tickets::wake_ticket(worker, job).await,
        ingest::LINK_EVENTS => ingest::link_events(worker, job).await,
        customers::FOLD_CUSTOMER => customers::move_events(worker, job).await,
        unknown => Ok(Outcome::Dead(format!("This server knows no job `{unknown}`."))),
    }
}

/// Does everything that is due once, one after the other; answers how many jobs there were,
/// and due times of tickets that passed.
pub async fn run_due(worker: &Worker) -> usize {
    let mut done = worker.note_missed().await;
    // Whatever is put off is due later; the bound is for a clock that jumps.
    for _ in 0..100 {
        let Some(job) = worker.lease(1).await.pop() else { break };
        worker.work(job).await;
        done += 1;
    }
    done
}
