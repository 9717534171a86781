//! Reads one mailbox: what is new since the last uid, then waits for more.

use super::Means;
use super::connect::{Broken, Imap, connect};
use crate::Intake;
use async_imap::types::Fetch;
use futures_util::TryStreamExt;
use rapport_domain::limits;
use rapport_domain::message::{Envelope, MailSource};
use rapport_services::messages::Arrived;
use rapport_services::{Ctx, receiving};
use rapport_store::receiving::{ReadMailbox, ReadTo};
use secrecy::ExposeSecret;
use std::time::Duration;

/// Mails that are asked about at once: a mailbox may hold 50,000.
const PAGE: usize = 50;
/// What one command, and one mail of 25 MB, may take.
const COMMAND_TIME: Duration = Duration::from_secs(60);
const MAIL_TIME: Duration = Duration::from_secs(300);
/// The longest wait between attempts.
const RETRY_MAX: Duration = Duration::from_secs(300);

pub(super) struct Reader {
    mailbox: ReadMailbox,
    intake: Intake,
    means: Means,
}

impl Reader {
    pub fn new(mailbox: ReadMailbox, intake: Intake, means: Means) -> Self {
        Self { mailbox, intake, means }
    }

    /// Reads for ever; a broken connection is made anew, ever more slowly.
    pub async fn run(self) {
        let mut wait = self.means.pace.retry;
        loop {
            let began = tokio::time::Instant::now();
            let Err(broken) = self.connection().await else { continue };
            if began.elapsed() > RETRY_MAX {
                wait = self.means.pace.retry;
            }
            tracing::warn!(mailbox = %self.mailbox.address, error = %broken, "reading a mailbox stopped");
            let (ctx, why) = (self.ctx(), broken.to_string());
            let noted = receiving::note_state(&ctx, self.mailbox.id, Some(&why)).await;
            if let Err(error) = noted {
                tracing::warn!(%error, "the state of a mailbox was not noted");
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_MAX);
        }
    }

    fn ctx(&self) -> Ctx {
        self.intake.ctx(self.mailbox.workspace)
    }

    async fn connection(&self) -> Result<(), Broken> {
        let sealed = self.mailbox.password.as_deref();
        let password = match sealed.map(|sealed| (self.means.open)(self.mailbox.id, sealed)) {
            Some(opened) => opened.map_err(|locked| Broken::Locked(locked.to_string()))?,
            None => return Err(Broken::Locked("A password is missing.".into())),
        };
        let mut session =
            connect(&self.mailbox.server, password.expose_secret(), &self.means.tls).await?;
        let idle = in_time(session.capabilities()).await?.has_str("IDLE");
        loop {
            self.read_new(&mut session).await?;
            receiving::note_state(&self.ctx(), self.mailbox.id, None).await?;
            session = self.wait(session, idle).await?;
        }
    }

    /// Takes everything that is new, in order of the uids.
    async fn read_new(&self, session: &mut Imap) -> Result<(), Broken> {
        // Looking changes nothing: what people have read there stays as it is.
        let folder = in_time(session.examine(&self.mailbox.folder)).await?;
        let uidvalidity = folder.uid_validity.unwrap_or(1);
        let ctx = self.ctx();
        let before = receiving::read_to(&ctx, self.mailbox.id).await?;
        // With another uidvalidity all numbers are new, and what was taken is known by its bytes.
        let last = before.filter(|b| b.uidvalidity == uidvalidity).map_or(0, |b| b.uid);
        let Some(next) = last.checked_add(1) else { return Ok(()) };
        let found = in_time(session.uid_search(format!("UID {next}:*"))).await?;
        // The star is the last mail even where that is an old one.
        let mut uids: Vec<u32> = found.into_iter().filter(|uid| *uid > last).collect();
        uids.sort_unstable();
        for page in uids.chunks(PAGE) {
            let sizes = self.sizes(session, page).await?;
            for uid in page {
                let to = ReadTo { uidvalidity, uid: *uid };
                match sizes.iter().find(|(known, _)| known == uid) {
                    Some((_, size)) if *size as usize <= limits::EMAIL_BYTES => {
                        self.take(session, &ctx, to).await?;
                    }
                    Some((_, size)) => {
                        tracing::warn!(mailbox = %self.mailbox.address, uid, size, "a mail is too large");
                        receiving::pass_by(&ctx, self.mailbox.id, to).await?;
                    }
                    // Gone meanwhile.
                    None => receiving::pass_by(&ctx, self.mailbox.id, to).await?,
                }
            }
        }
        Ok(())
    }

    async fn sizes(&self, session: &mut Imap, page: &[u32]) -> Result<Vec<(u32, u32)>, Broken> {
        let set: Vec<String> = page.iter().map(u32::to_string).collect();
        let fetched = fetch(session, &set.join(","), "(UID RFC822.SIZE)", COMMAND_TIME).await?;
        Ok(fetched.iter().filter_map(|f| Some((f.uid?, f.size.unwrap_or(0)))).collect())
    }

    /// Takes one mail: stored together with how far we are, then filed.
    async fn take(&self, session: &mut Imap, ctx: &Ctx, to: ReadTo) -> Result<(), Broken> {
        let wanted = "(UID INTERNALDATE BODY.PEEK[])";
        let fetched = fetch(session, &to.uid.to_string(), wanted, MAIL_TIME).await?;
        let mail = fetched.iter().find(|f| f.uid == Some(to.uid));
        let Some((mail, raw)) = mail.and_then(|f| Some((f, f.body()?))) else {
            return Ok(receiving::pass_by(ctx, self.mailbox.id, to).await?);
        };
        let envelope = Envelope {
            rcpt_to: vec![self.mailbox.address.clone()],
            trusted_authserv: self.mailbox.trusted_authserv.clone(),
            ..Envelope::default()
        };
        let arrived = Arrived {
            raw: raw.to_vec(),
            source: MailSource::Imap,
            envelope,
            received_at: mail.internal_date().map(|at| at.to_utc()),
        };
        match receiving::store_read(ctx, self.mailbox.id, to, arrived).await? {
            Ok(stored) => self.intake.file_soon(self.mailbox.workspace, stored.id),
            Err(refused) => {
                tracing::warn!(mailbox = %self.mailbox.address, uid = to.uid, error = %refused, "a mail was refused");
            }
        }
        Ok(())
    }

    /// Waits until the server tells of something new, or until it is time to look.
    async fn wait(&self, mut session: Imap, idle: bool) -> Result<Imap, Broken> {
        if !idle {
            tokio::time::sleep(self.means.pace.poll).await;
            in_time(session.noop()).await?;
            return Ok(session);
        }
        let mut handle = session.idle();
        in_time(handle.init()).await?;
        let (waiting, _interrupt) = handle.wait_with_timeout(self.means.pace.poll * 5);
        waiting.await?;
        in_time(handle.done()).await
    }
}

async fn fetch(
    session: &mut Imap,
    set: &str,
    wanted: &str,
    time: Duration,
) -> Result<Vec<Fetch>, Broken> {
    let fetched = async { session.uid_fetch(set, wanted).await?.try_collect().await };
    let fetched = tokio::time::timeout(time, fetched).await.map_err(|_| Broken::Silent)?;
    Ok(fetched?)
}

async fn in_time<T>(
    command: impl Future<Output = async_imap::error::Result<T>>,
) -> Result<T, Broken> {
    Ok(tokio::time::timeout(COMMAND_TIME, command).await.map_err(|_| Broken::Silent)??)
}
