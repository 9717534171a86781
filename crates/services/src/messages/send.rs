//! The job that sends a mail: writes it, hands it over, and keeps what the server said.

use super::again::start_again;
use super::sender::{from_name, reply_address};
use crate::job_env::JobEnv;
use crate::mailboxes::post::{HandedOver, failure, post, signed};
use crate::mailboxes::smtp::{Answers, Failure, Kind};
use crate::transaction::begin_unattended;
use crate::{ctx, deliveries, link_keys};
use chrono::{DateTime, Utc};
use rapport_domain::message::{DeliveryState, RecipientRole};
use rapport_domain::{AppError, MessageId, WorkspaceId, limits, text};
use rapport_mail::link_token::{self, Purpose};
use rapport_mail::{OutgoingEmail, OutgoingFile};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work};
use rapport_store::deliveries::News;
use rapport_store::mailboxes::SendingMailbox;
use rapport_store::messages::Outgoing;
use rapport_store::{StoreError, Tx};

/// Handed over so often without an answer, a mail has probably arrived: no more duplicates.
const UNCLEAR_MAX: i32 = 2;

/// Sends a mail to those recipients who do not have it yet. What a server refuses for good is
/// written on the message; only what may still work is tried again.
pub(crate) struct SendMail;

impl Job for SendMail {
    type Env = JobEnv;
    type Key = MessageId;
    type Payload = NoPayload;
    const KIND: &'static str = "send_mail";
    const LABEL: &'static str = "Send a mail";
    const QUEUE: Queue = Queue::Mail;
    /// With growing waits between them, twelve attempts span 23 hours.
    const MAX_ATTEMPTS: i32 = 12;

    async fn run(env: &JobEnv, work: Work<Self>) -> Result<Outcome, JobError> {
        send(env, &work).await
    }

    async fn revive(
        tx: &mut Tx,
        workspace: WorkspaceId,
        message: MessageId,
        now: DateTime<Utc>,
    ) -> Result<(), AppError> {
        start_again(tx, workspace, message, now).await
    }
}

async fn send(env: &JobEnv, job: &Work<SendMail>) -> Result<Outcome, JobError> {
    let message = job.key;
    let mail = match env.store.outgoing(job.workspace, message).await {
        // Taken back meanwhile.
        Err(StoreError::NotFound) => return Ok(Outcome::Done),
        mail => mail?,
    };
    let waiting: Vec<String> = mail
        .recipients
        .iter()
        .filter(|(.., state)| *state == DeliveryState::Queued)
        .map(|(email, ..)| email.clone())
        .collect();
    if waiting.is_empty() {
        return Ok(Outcome::Done);
    }
    let handed_over = match hand_over(env, job, message, &mail, &waiting).await {
        // A fault of ours ends the last attempt too: no message waits for ever.
        Err(error) if job.next_attempt(ctx::now()).is_none() => {
            tracing::error!(%error, %message, "a mail could not be sent");
            Err(failure(Kind::Later, "Rapport could not send this mail. Please send it again."))
        }
        handed_over => handed_over?,
    };
    let answers = match handed_over {
        Ok(answers) => answers,
        Err(failure) => waiting.into_iter().map(|email| (email, Err(failure.clone()))).collect(),
    };
    end(env, job, message, answers).await
}

async fn hand_over(
    env: &JobEnv,
    job: &Work<SendMail>,
    message: MessageId,
    mail: &Outgoing,
    waiting: &[String],
) -> Result<HandedOver, JobError> {
    let Some(mailbox) = mail.mailbox else {
        return Ok(Err(failure(Kind::Never, "The mailbox was removed.")));
    };
    if mail.unclear >= UNCLEAR_MAX {
        let text = "The server took this mail twice and never confirmed it. It may have arrived.";
        return Ok(Err(failure(Kind::Never, text)));
    }
    let store = &env.store;
    let mailbox = store.sending_mailbox(job.workspace, mailbox).await?;
    let raw = match write(env, job, message, mail, &mailbox).await? {
        Ok(raw) => raw,
        Err(failure) => return Ok(Err(failure)),
    };
    let handing_over = async || {
        let noted = store.handing_over(job.workspace, message, ctx::now()).await;
        noted.map_err(|error| failure(Kind::Later, &error.to_string()))
    };
    post(env, job.workspace, &mailbox, waiting, raw, handing_over).await
}

/// The mail's bytes: the same words at each attempt, and the same Message-ID.
async fn write(
    env: &JobEnv,
    job: &Work<SendMail>,
    message: MessageId,
    mail: &Outgoing,
    mailbox: &SendingMailbox,
) -> Result<Result<Vec<u8>, Failure>, JobError> {
    let key = link_keys::signing(&env.store, job.workspace).await?;
    let pixel = key.as_ref().filter(|_| mail.tracked).map(|key| {
        let token = link_token::sign(key, Purpose::Open, job.workspace, message.0);
        format!("{}/o/{token}.gif", env.public_url)
    });
    let reply_to = key.as_ref().and_then(|key| reply_address(key, &mailbox.address, message));
    let named = |role| {
        let found = mail.recipients.iter().filter(move |(_, r, _)| *r == role);
        found.map(|(email, ..)| email.as_str()).collect::<Vec<_>>()
    };
    let mut contents = Vec::with_capacity(mail.files.len());
    for file in &mail.files {
        match env.store.file_bytes(job.workspace, file).await {
            Ok(bytes) => contents.push(bytes),
            Err(error) => {
                tracing::error!(%error, file = %file.id, "a file to send cannot be read");
                let text = format!("The file {} cannot be read right now.", file.file_name);
                return Ok(Err(failure(Kind::Later, &text)));
            }
        }
    }
    let files: Vec<OutgoingFile> = mail
        .files
        .iter()
        .zip(&contents)
        .map(|(f, data)| OutgoingFile {
            id: f.id,
            name: &f.file_name,
            content_type: &f.content_type,
            content_id: f.content_id.as_deref(),
            data,
        })
        .collect();
    let marked = mail.body_markdown.as_deref().map(rapport_mail::markdown_html);
    let html = marked.or_else(|| mail.body_html.clone());
    let raw = rapport_mail::compose(&OutgoingEmail {
        from_name: &from_name(&mail.author_name, &mailbox.name),
        from: &mailbox.address,
        reply_to: reply_to.as_deref(),
        to: &named(RecipientRole::To),
        cc: &named(RecipientRole::Cc),
        subject: &mail.subject,
        message_id: &mail.message_id,
        in_reply_to: mail.in_reply_to.as_deref(),
        references: &mail.references,
        date: mail.sent_at.timestamp(),
        text: &mail.body_text,
        html: html.as_deref(),
        signature: mail.signature.as_deref().unwrap_or(&mailbox.signature),
        signature_markdown: mail.signature_markdown,
        quoted: mail.quoted.as_deref(),
        pixel: pixel.as_deref(),
        files: &files,
    });
    if raw.len() > limits::EMAIL_BYTES {
        let text = "With its files this mail is larger than 25 MB, which mail servers refuse.";
        return Ok(Err(failure(Kind::Never, text)));
    }
    Ok(signed(env, mailbox, raw))
}

/// Keeps what became of each recipient, and says how the job goes on.
async fn end(
    env: &JobEnv,
    job: &Work<SendMail>,
    message: MessageId,
    answers: Answers,
) -> Result<Outcome, JobError> {
    let now = ctx::now();
    let next = job.next_attempt(now);
    let clear = !answers.iter().any(|(_, a)| matches!(a, Err(f) if f.kind == Kind::Unclear));
    let news: Vec<News> = answers.into_iter().map(|(email, a)| news(email, a, next)).collect();
    let again = news.iter().find(|n| n.state == DeliveryState::Queued);
    let exhausted = next.is_none() && news.iter().any(|n| n.state == DeliveryState::Failed);
    let again = again.map(|n| n.reason.clone().unwrap_or_default());
    let reason = news.iter().find_map(|n| n.reason.clone());
    let mut tx = begin_unattended(&env.store).await?;
    deliveries::apply(&mut tx, job.workspace, message, news, now).await?;
    let next = next.filter(|_| again.is_some());
    let store = rapport_store::deliveries::end_attempt;
    store(&mut tx, job.workspace, message, next, clear).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(match (next.zip(again), reason) {
        (Some((at, error)), _) => Outcome::Again { at, error },
        (None, Some(error)) if exhausted => Outcome::Dead(error),
        _ => Outcome::Done,
    })
}

fn news(email: String, answer: Result<(), Failure>, next: Option<DateTime<Utc>>) -> News {
    match answer {
        Ok(()) => News { email, state: DeliveryState::Sent, reason: None, smtp_code: None },
        Err(failure) => {
            let goes_on = failure.kind != Kind::Never && next.is_some();
            let state = if goes_on { DeliveryState::Queued } else { DeliveryState::Failed };
            let reason = Some(text::excerpt(&failure.text, limits::SERVER_ANSWER_CHARS));
            News { email, state, reason, smtp_code: failure.code }
        }
    }
}
