//! Handing a written mail over, by the way that its mailbox has.

use super::smtp::{self, Answers, Failure, Kind};
use super::{place, smtp_password};
use crate::ctx;
use crate::job_env::JobEnv;
use rapport_domain::{Uuid, WorkspaceId};
use rapport_mail::{DkimKey, OutgoingEmail};
use rapport_queue::{Job, JobError, Outcome, Work};
use rapport_store::mail_catcher::CaughtMail;
use rapport_store::mailboxes::SendingMailbox;
use secrecy::ExposeSecret;

/// What the server said to each recipient, or why nobody was asked.
pub(crate) type HandedOver = Result<Answers, Failure>;

/// Hands a mail to a server, or keeps it where the mailbox has an outbox. `handing_over` runs
/// once the server is ready for the text.
pub(crate) async fn post(
    env: &JobEnv,
    workspace: WorkspaceId,
    mailbox: &SendingMailbox,
    to: &[String],
    raw: Vec<u8>,
    handing_over: impl AsyncFnOnce() -> Result<(), Failure>,
) -> Result<HandedOver, JobError> {
    if mailbox.outbox {
        if let Err(failure) = handing_over().await {
            return Ok(Err(failure));
        }
        let (sender, recipients) = (mailbox.address.clone(), to.to_vec());
        let kept = CaughtMail { id: Uuid::now_v7(), sent_at: ctx::now(), sender, recipients, raw };
        env.store.catch_mail(workspace, &kept).await?;
        return Ok(Ok(to.iter().map(|email| (email.clone(), Ok(()))).collect()));
    }
    let Some(server) = &mailbox.smtp else {
        return Ok(Err(failure(Kind::Later, "This mailbox has no server for sending.")));
    };
    let sealed = mailbox.smtp_password.as_deref();
    let password = match smtp_password(&env.keys, mailbox.id, sealed) {
        Ok(password) => password,
        Err(locked) => return Ok(Err(failure(Kind::Later, &locked.to_string()))),
    };
    let from = &mailbox.address;
    Ok(smtp::deliver(server, password.as_ref(), from, to, &raw, handing_over).await)
}

/// A mail of the server's own, which answers nothing: to whom, its subject, what is unique about
/// its Message-ID, its text, and what stands below.
pub(crate) struct Own<'a> {
    pub to: &'a str,
    pub subject: &'a str,
    pub id: &'a str,
    pub text: &'a str,
    pub signature: &'a str,
}

/// Writes it as the mailbox's.
pub(crate) fn write_own(mailbox: &SendingMailbox, mail: &Own<'_>) -> Vec<u8> {
    let domain = mailbox.address.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    rapport_mail::compose(&OutgoingEmail {
        from_name: &mailbox.name,
        from: &mailbox.address,
        reply_to: None,
        to: &[mail.to],
        cc: &[],
        subject: mail.subject,
        message_id: &format!("{}@{domain}", mail.id),
        in_reply_to: None,
        references: &[],
        date: ctx::now().timestamp(),
        text: mail.text,
        html: None,
        signature: mail.signature,
        signature_markdown: false,
        quoted: None,
        pixel: None,
        files: &[],
    })
}

/// Hands a mail of the server's own to one person, signed; `sent` runs once it is taken.
pub(crate) async fn post_one<J: Job>(
    env: &JobEnv,
    job: &Work<J>,
    mailbox: &SendingMailbox,
    to: &str,
    raw: Vec<u8>,
    sent: impl AsyncFnOnce() -> Result<(), JobError>,
) -> Result<Outcome, JobError> {
    let raw = match signed(env, mailbox, raw) {
        Ok(raw) => raw,
        Err(failure) => return Ok(put_off(job, failure)),
    };
    let to = [to.to_string()];
    let answers = post(env, job.workspace, mailbox, &to, raw, async || Ok(())).await?;
    match answers.map(|answers| answers.into_iter().next().map(|(_, answer)| answer)) {
        Ok(Some(Ok(()))) => {
            sent().await?;
            Ok(Outcome::Done)
        }
        Ok(Some(Err(failure))) | Err(failure) => Ok(put_off(job, failure)),
        Ok(None) => Ok(Outcome::Dead("The server said nothing of the recipient.".into())),
    }
}

fn put_off<J: Job>(job: &Work<J>, failure: Failure) -> Outcome {
    match job.next_attempt(ctx::now()).filter(|_| failure.kind != Kind::Never) {
        Some(at) => Outcome::Again { at, error: failure.text },
        None => Outcome::Dead(failure.text),
    }
}

/// The mail with a DKIM signature, where the mailbox has a key.
pub(crate) fn signed(
    env: &JobEnv,
    mailbox: &SendingMailbox,
    raw: Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    let Some((domain, selector, sealed)) = &mailbox.dkim else { return Ok(raw) };
    let pem = env
        .keys
        .open(&place(mailbox.id, "dkim_key"), sealed)
        .map_err(|locked| failure(Kind::Later, &locked.to_string()))?;
    DkimKey::from_pem(pem.expose_secret())
        .and_then(|key| key.sign(domain, selector, &raw))
        .map_err(|bad| failure(Kind::Later, &bad.to_string()))
}

pub(crate) fn failure(kind: Kind, text: &str) -> Failure {
    Failure { kind, code: None, text: text.into() }
}
