//! The mail that asks, some time after its ticket was closed.

use crate::job_env::JobEnv;
use crate::mailboxes::post::{Own, post_one, write_own};
use crate::{Ctx, Result, ctx, link_keys};
use chrono::TimeDelta;
use rapport_domain::{TicketId, Uuid};
use rapport_mail::link_token::{self, Purpose};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, cancel, enqueue};
use rapport_store::Tx;
use rapport_store::csat::{self, DueSurvey};
use rapport_store::mailboxes::SendingMailbox;
use rapport_store::tickets::LockedTicket;

/// What was closed longer ago comes from an import, whose people are not asked.
const HISTORY: TimeDelta = TimeDelta::hours(1);

/// Plans the survey of a ticket that was just closed, and calls it off when it is reopened.
pub(crate) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    after: &LockedTicket,
) -> Result<()> {
    let key = after.id.0;
    if !after.status.is_closed() {
        if before.status.is_closed() {
            cancel::<SendSurvey>(tx, ctx.workspace, &key).await?;
        }
        return Ok(());
    }
    let history = ctx::now() - ctx.now > HISTORY;
    if before.status.is_closed() || after.spam_at.is_some() || history {
        return Ok(());
    }
    let Some(minutes) = csat::delay(tx, ctx.workspace).await? else { return Ok(()) };
    let run_at = ctx.now + TimeDelta::minutes(minutes.into());
    enqueue::<SendSurvey>(tx, ctx.workspace, &key, &NoPayload {}, run_at).await?;
    Ok(())
}

/// Sends the survey, once a ticket at most; not when it was reopened, merged, marked as spam, or nobody
/// ever answered it. Its key is the ticket's id.
pub(crate) struct SendSurvey;

impl Job for SendSurvey {
    type Env = JobEnv;
    type Key = Uuid;
    type Payload = NoPayload;
    const KIND: &'static str = "csat_survey";
    const LABEL: &'static str = "Send a survey";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 8;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        send(env, &work).await
    }
}

async fn send(env: &JobEnv, job: &Work<SendSurvey>) -> std::result::Result<Outcome, JobError> {
    let ticket = TicketId(job.key);
    let store = &env.store;
    let Some(due) = store.due_survey(job.workspace, ticket).await? else {
        return Ok(Outcome::Done);
    };
    let mailbox = store.sending_mailbox(job.workspace, due.mailbox).await?;
    let Some(key) = link_keys::signing(store, job.workspace).await? else {
        return Ok(Outcome::Dead("No RAPPORT_SECRET_KEY signs the survey's link.".into()));
    };
    let token = link_token::sign(&key, Purpose::Csat, job.workspace, ticket.0);
    let raw = write(&due, &mailbox, &format!("{}/csat/{token}", env.public_url), job.id.0);
    let sent = async || Ok(store.survey_sent(job.workspace, ticket, ctx::now()).await?);
    post_one(env, job, &mailbox, &due.email, raw, sent).await
}

fn write(due: &DueSurvey, mailbox: &SendingMailbox, link: &str, id: Uuid) -> Vec<u8> {
    let text = format!(
        "Hello {},\n\nwe closed your request \u{201c}{}\u{201d} (#{}). How did we do?\n\n\
        Rate it here, it takes one click: {link}\n\nIf something is still open, just answer this \
        mail's conversation and we will pick it up again.",
        due.customer_name, due.subject, due.number
    );
    let own = Own {
        to: &due.email,
        subject: &format!("How did we do? (#{} {})", due.number, due.subject),
        id: &format!("csat.{}", id.simple()),
        text: &text,
        signature: &mailbox.signature,
    };
    write_own(mailbox, &own)
}
