//! What is mailed to people about their own log-in.

use crate::job_env::JobEnv;
use crate::mailboxes::post::{Own, post_one, write_own};
use rapport_domain::UserId;
use rapport_queue::{Job, JobError, Outcome, Work};
use rapport_store::known_devices::Recipient;

/// Its subject and its text.
pub(super) struct Letter {
    pub subject: String,
    pub text: String,
}

/// Mails what `write` makes of the recipient; nobody who was deactivated, and nobody where no mailbox sends. `kind` sets
/// its Message-ID apart from those of other kinds.
pub(super) async fn mail<J: Job>(
    env: &JobEnv,
    work: &Work<J>,
    user: UserId,
    kind: &str,
    write: impl AsyncFnOnce(&Recipient) -> Result<Letter, JobError>,
) -> Result<Outcome, JobError> {
    let store = &env.store;
    let Some(recipient) = store.log_in_mail_recipient(work.workspace, user).await? else {
        return Ok(Outcome::Done);
    };
    let mailbox = store.sending_mailbox(work.workspace, recipient.mailbox).await?;
    let Letter { subject, text } = write(&recipient).await?;
    let id = format!("{kind}.{}", work.id.0.simple());
    let own = Own { to: &recipient.email, subject: &subject, id: &id, text: &text, signature: "" };
    let raw = write_own(&mailbox, &own);
    post_one(env, work, &mailbox, &recipient.email, raw, async || Ok(())).await
}
