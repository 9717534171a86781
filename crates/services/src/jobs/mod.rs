//! The jobs of this server: the one list of them, and what they are done with. Each stands beside
//! its feature.

mod admin;

pub use admin::{dead, discard, label, retry, waiting};
pub use rapport_queue::Worker;

use crate::job_env::JobEnv;
use crate::{
    audit_log, auth, csat, customers, files, ingest, messages, notifications, people, push,
    recordings, sla, tickets,
};
use rapport_queue::Registry;
use std::sync::LazyLock;

static JOBS: LazyLock<Registry<JobEnv>> = LazyLock::new(|| {
    Registry::default()
        .job::<messages::SendMail>()
        .job::<csat::SendSurvey>()
        .job::<people::SendInvitation>()
        .job::<auth::TellOfDevice>()
        .job::<auth::TellOfWayIn>()
        .job::<auth::MailReset>()
        .job::<notifications::SendNews>()
        .job::<push::TellBrowsers>()
        .job::<tickets::WakeTicket>()
        .job::<ingest::LinkEvents>()
        .job::<customers::MoveEvents>()
        .job::<customers::DeleteCustomer>()
        .job::<recordings::PackRecording>()
        .periodic::<sla::WatchDues>()
        .periodic::<admin::ForgetDeadJobs>()
        .periodic::<notifications::ForgetRead>()
        .periodic::<ingest::TidyEvents>()
        .periodic::<files::TidyFiles>()
        .periodic::<audit_log::KeepAuditLog>()
        .periodic::<recordings::WatchRecordings>()
        .periodic::<recordings::GatherRecordings>()
});

/// Does what waits, for a server or for a process of its own.
pub fn worker(env: JobEnv) -> Worker<JobEnv> {
    Worker { env, registry: &JOBS }
}

/// Does everything that is due once; answers how many jobs there were, and due times of tickets
/// that passed.
pub async fn run_due(env: &JobEnv) -> usize {
    let missed = sla::watch_dues(&env.store).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "due times were not looked at");
        0
    });
    missed + worker(env.clone()).run_due().await
}
