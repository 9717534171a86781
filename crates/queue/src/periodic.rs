//! What runs by the clock, beside the jobs.

use crate::job::{Environment, JobError};
use crate::registry::Clockwork;
use std::time::Duration;
use tokio::time::sleep;

/// How long to wait where more is left to do.
const SOON: Duration = Duration::from_secs(1);

/// Something that is done again and again, in every server: it has to bear being done twice at
/// once, and being stopped anywhere.
pub trait Periodic: 'static {
    type Env: Environment;
    /// What it does, for the log: `forget old notifications`.
    const NAME: &'static str;
    /// The pause between two runs; the first is at the start.
    const EVERY: Duration;

    fn run(env: &Self::Env) -> impl Future<Output = Result<Next, JobError>> + Send;
}

/// When the next run is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// After the usual pause.
    Later,
    /// There is more to do: soon.
    Soon,
}

/// Runs one of them for ever.
pub(crate) async fn keep<E: Environment>(env: &E, work: &Clockwork<E>) {
    loop {
        let next = (work.tick)(env).await.unwrap_or_else(|error| {
            tracing::warn!(%error, name = work.name, "periodic work failed");
            Next::Later
        });
        sleep(if next == Next::Soon { SOON } else { work.every }).await;
    }
}
