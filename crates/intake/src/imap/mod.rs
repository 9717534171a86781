//! Reads mailboxes over IMAP: one task a mailbox, kept in step with the settings.

mod connect;
mod reader;

use crate::intake::stopped;
use crate::{Intake, Stop};
use rapport_domain::{MailboxId, WorkspaceId};
use rapport_services::receiving;
use rapport_services::secrets::Locked;
use rapport_store::receiving::ReadMailbox;
use reader::Reader;
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::rustls::ClientConfig;

/// How often the settings are looked at.
const SETTINGS: Duration = Duration::from_secs(15);

/// Opens the sealed password of a mailbox; the error says why it stays closed.
pub type OpenPassword =
    Arc<dyn Fn(MailboxId, &[u8]) -> Result<SecretString, Locked> + Send + Sync + 'static>;

/// How long things take; tests hurry.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between looks at the settings.
    pub settings: Duration,
    /// Between looks for mail where the server does not tell, and of a quiet connection.
    pub poll: Duration,
    /// Before the first new attempt; each further one waits twice as long, to a limit.
    pub retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let (poll, retry) = (Duration::from_secs(60), Duration::from_secs(5));
        Self { settings: SETTINGS, poll, retry }
    }
}

/// What reading needs besides the settings of the mailboxes; cheap to clone.
#[derive(Clone)]
pub struct Means {
    pub open: OpenPassword,
    pub pace: Pace,
    /// Whose certificates are accepted.
    pub tls: Arc<ClientConfig>,
}

impl Means {
    /// At the usual pace, trusting whom this machine trusts.
    pub fn new(open: OpenPassword) -> Self {
        Self { open, pace: Pace::default(), tls: connect::trusting_the_system() }
    }
}

/// Reads all mailboxes that have an IMAP server until `stop`.
pub async fn run(intake: Intake, means: Means, mut stop: Stop) {
    // Dropping the set ends its tasks. A mail is stored together with how far its mailbox is
    // read, so nothing is lost or doubled.
    let mut tasks = JoinSet::new();
    let mut running: HashMap<(WorkspaceId, MailboxId), (ReadMailbox, AbortHandle)> = HashMap::new();
    loop {
        match receiving::read_mailboxes(intake.store()).await {
            Ok(mailboxes) => {
                running.retain(|_, (mailbox, task)| {
                    let same = mailboxes.contains(mailbox) && !task.is_finished();
                    if !same {
                        task.abort();
                    }
                    same
                });
                for mailbox in mailboxes {
                    running.entry((mailbox.workspace, mailbox.id)).or_insert_with(|| {
                        let reader = Reader::new(mailbox.clone(), intake.clone(), means.clone());
                        (mailbox, tasks.spawn(reader.run()))
                    });
                }
            }
            Err(error) => tracing::warn!(%error, "cannot look up the mailboxes to read"),
        }
        while tasks.try_join_next().is_some() {}
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = tokio::time::sleep(means.pace.settings) => {}
        }
    }
}
