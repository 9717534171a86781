//! From a mail's bytes to its message.

use crate::Verifier;
use futures_util::{StreamExt, stream};
use rapport_domain::message::{InboundEmail, Verdicts};
use rapport_domain::{AppError, RawEmailId, WorkspaceId};
use rapport_services::messages::{self, Arrived, StoredMail};
use rapport_services::{Ctx, Result, Store};
use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

/// Becomes true when the server stops.
pub type Stop = watch::Receiver<bool>;

/// Waits for the server to stop.
pub(crate) async fn stopped(stop: &mut Stop) {
    // An error means that nobody is left who could say it.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Mails that wait to be filed in memory; more are found in the database.
const WAITING_MAX: usize = 1_000;
/// Mails that are filed before others are looked for.
const BATCH: usize = 50;
/// Mails of a workspace whose senders are checked at once: each may wait for name servers, and
/// hold 25 MB.
const AHEAD: usize = 4;
/// How often mails are looked for that nobody filed.
const SWEEP: Duration = Duration::from_secs(30);

/// Takes mails in, whichever way they come; cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    store: Store,
    verifier: Verifier,
    waiting: mpsc::Sender<(WorkspaceId, RawEmailId)>,
}

impl Intake {
    /// An intake, and the work of filing what is only stored so far, which ends with `stop`.
    pub fn start(store: Store, verifier: Verifier, stop: Stop) -> (Self, JoinHandle<()>) {
        let (waiting, queue) = mpsc::channel(WAITING_MAX);
        let intake = Self { store, verifier, waiting };
        let work = tokio::spawn(work(intake.clone(), queue, stop));
        (intake, work)
    }

    /// An intake that files what it takes in at once, and nothing later.
    pub fn direct(store: Store, verifier: Verifier) -> Self {
        let (waiting, _) = mpsc::channel(1);
        Self { store, verifier, waiting }
    }

    /// Stores a mail, finds out about its sender, and files it.
    pub async fn take_in(&self, ctx: &Ctx, arrived: Arrived) -> Result<InboundEmail> {
        let mail = messages::store_mail(ctx, arrived).await?;
        self.file(ctx, mail).await
    }

    /// Has a stored mail filed soon. Should there be no room, or the server stop, it is found
    /// again in the database.
    pub fn file_soon(&self, workspace: WorkspaceId, mail: RawEmailId) {
        // Either error means that the sweep does it.
        let _ = self.waiting.try_send((workspace, mail));
    }

    /// The server's own circumstances in a workspace.
    pub(crate) fn ctx(&self, workspace: WorkspaceId) -> Ctx {
        Ctx::for_system(self.store.clone(), workspace, "Incoming mail")
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    async fn file(&self, ctx: &Ctx, mail: StoredMail) -> Result<InboundEmail> {
        let verdicts = self.verdicts(&mail).await;
        messages::file_mail(ctx, mail, verdicts).await
    }

    async fn verdicts(&self, mail: &StoredMail) -> Verdicts {
        self.verifier.verify(&mail.raw, mail.source, &mail.envelope).await
    }

    /// Files mails of a workspace in the order they came: an answer finds what it answers only
    /// once that is there. The next ones' senders are checked meanwhile.
    async fn file_in_order(self, workspace: WorkspaceId, ids: Vec<RawEmailId>) {
        let ctx = self.ctx(workspace);
        let checked = stream::iter(ids).map(async |id| {
            let mail = messages::stored_mail(&ctx, id).await.map_err(|error| (id, error))?;
            let verdicts = self.verdicts(&mail).await;
            std::result::Result::<_, (RawEmailId, AppError)>::Ok((mail, verdicts))
        });
        let mut checked = pin!(checked.buffered(AHEAD));
        while let Some(checked) = checked.next().await {
            let filed = match checked {
                Ok((mail, verdicts)) => {
                    let id = mail.id;
                    messages::file_mail(&ctx, mail, verdicts).await.map_err(|error| (id, error))
                }
                Err(failed) => Err(failed),
            };
            if let Err((mail, error)) = filed {
                tracing::warn!(%workspace, %mail, %error, "a mail was not filed");
            }
        }
    }
}

async fn work(
    intake: Intake,
    mut queue: mpsc::Receiver<(WorkspaceId, RawEmailId)>,
    mut stop: Stop,
) {
    let mut sweep = tokio::time::interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut due = Vec::new();
        tokio::select! {
            () = stopped(&mut stop) => break,
            _ = queue.recv_many(&mut due, BATCH) => {}
            _ = sweep.tick() => match messages::unfiled(&intake.store, BATCH as i64).await {
                Ok(found) => due = found,
                Err(error) => tracing::warn!(%error, "cannot look for mails to file"),
            },
        }
        // Where there was so much, there is more.
        if due.len() == BATCH {
            sweep.reset_immediately();
        }
        let mut of_workspaces: HashMap<WorkspaceId, Vec<RawEmailId>> = HashMap::new();
        for (workspace, id) in due {
            of_workspaces.entry(workspace).or_default().push(id);
        }
        // What runs when the server stops comes to its end; what waits is in the database.
        let filing: JoinSet<()> = of_workspaces
            .into_iter()
            .map(|(workspace, ids)| intake.clone().file_in_order(workspace, ids))
            .collect();
        filing.join_all().await;
    }
}
