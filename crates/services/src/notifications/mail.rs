//! The mail to somebody who was named and did not look.

use crate::jobs::{JobError, Outcome, Worker};
use crate::mailboxes::post::{Own, post_one, write_own};
use rapport_domain::{NotificationId, Uuid};
use rapport_store::jobs::Job;
use rapport_store::mailboxes::SendingMailbox;
use rapport_store::notifications::MentionMail;

/// The kind of job; its key is the notification's id.
pub(crate) const MENTION_MAIL: &str = "mention_mail";
pub(super) const ATTEMPTS: i32 = 6;

/// Sends the mail, unless the person has looked meanwhile or wants none.
pub(crate) async fn send_mention(worker: &Worker, job: &Job) -> Result<Outcome, JobError> {
    let Ok(id) = job.key.parse::<Uuid>().map(NotificationId) else {
        return Ok(Outcome::Dead("The key is no notification's id.".into()));
    };
    let store = &worker.store;
    let Some(mention) = store.mention_mail(job.workspace, id).await? else {
        return Ok(Outcome::Done);
    };
    let mailbox = store.sending_mailbox(job.workspace, mention.mailbox).await?;
    let link = format!(
        "{}/customers/{}/tickets/{}#{}",
        worker.public_url, mention.customer, mention.number, mention.message
    );
    let raw = write(&mention, &mailbox, &link, id);
    post_one(worker, job, &mailbox, &mention.email, raw, async || Ok(())).await
}

fn write(
    mention: &MentionMail,
    mailbox: &SendingMailbox,
    link: &str,
    id: NotificationId,
) -> Vec<u8> {
    let MentionMail { name, actor_name, number, subject, excerpt, .. } = mention;
    let text = format!(
        "Hello {name},\n\n{actor_name} named you in a note on ticket #{number}, {subject}:\n\n\
        {excerpt}\n\n{link}"
    );
    let own = Own {
        to: &mention.email,
        subject: &format!("{actor_name} named you on #{number} {subject}"),
        id: &id.to_string(),
        text: &text,
        signature: "",
    };
    write_own(mailbox, &own)
}
