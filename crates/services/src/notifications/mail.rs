//! The mail to somebody who did not look: one for all that came meanwhile.

use crate::job_env::JobEnv;
use crate::mailboxes::post::{Own, post_one, write_own};
use crate::{Ctx, Result, ctx};
use chrono::{DateTime, Utc};
use rapport_domain::notification::Notification;
use rapport_domain::{Permission, UserId, Uuid};
use rapport_queue::{Job, JobError, NoPayload, Outcome, Queue, Work, enqueue};
use rapport_store::Tx;
use rapport_store::notifications::NewsMail;
use std::fmt::{self, Write};
use std::str::FromStr;

/// For whom, and until when what happens goes with the same mail.
pub(crate) struct Reader {
    user: Uuid,
    /// In seconds since 1970.
    until: i64,
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.until)
    }
}

impl FromStr for Reader {
    type Err = ();
    fn from_str(key: &str) -> std::result::Result<Self, ()> {
        let (user, until) = key.split_once(':').ok_or(())?;
        Ok(Self { user: user.parse().map_err(drop)?, until: until.parse().map_err(drop)? })
    }
}

/// Plans a mail to a person; one that is planned for then takes this along.
pub(super) async fn plan(tx: &mut Tx, ctx: &Ctx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    ctx.require(Permission::WorkspaceRead)?;
    let key = Reader { user: user.0, until: at.timestamp() };
    enqueue::<SendNews>(tx, ctx.workspace, &key, &NoPayload {}, at).await?;
    Ok(())
}

/// Sends what the person has not looked at meanwhile.
pub(crate) struct SendNews;

impl Job for SendNews {
    type Env = JobEnv;
    type Key = Reader;
    type Payload = NoPayload;
    const KIND: &'static str = "notify_mail";
    const LABEL: &'static str = "Send notifications";
    const QUEUE: Queue = Queue::Mail;
    const MAX_ATTEMPTS: i32 = 6;

    async fn run(env: &JobEnv, work: Work<Self>) -> std::result::Result<Outcome, JobError> {
        send(env, &work).await
    }
}

async fn send(env: &JobEnv, job: &Work<SendNews>) -> std::result::Result<Outcome, JobError> {
    let user = UserId(job.key.user);
    let until = DateTime::from_timestamp(job.key.until, 0).unwrap_or_default();
    let store = &env.store;
    let Some(news) = store.news_mail(job.workspace, user, until.max(ctx::now())).await? else {
        return Ok(Outcome::Done);
    };
    let mailbox = store.sending_mailbox(job.workspace, news.mailbox).await?;
    let own = Own {
        to: &news.email,
        subject: &subject(&news.items),
        id: &news.items[0].id.to_string(),
        text: &body(&news, &env.public_url),
        signature: "",
    };
    let raw = write_own(&mailbox, &own);
    let ids: Vec<_> = news.items.iter().map(|item| item.id).collect();
    post_one(env, job, &mailbox, &news.email, raw, async || {
        Ok(store.set_mailed(job.workspace, user, &ids).await?)
    })
    .await
}

fn subject(items: &[Notification]) -> String {
    match items {
        [one] => one.title(),
        all => format!("{} things happened on your tickets", all.len()),
    }
}

fn body(news: &NewsMail, url: &str) -> String {
    let mut text = format!("Hello {},\n", news.name);
    for item in &news.items {
        // Writing to a string never fails.
        let _ = write!(text, "\n{}:\n", item.title());
        if !item.excerpt.is_empty() {
            let _ = write!(text, "\n{}\n", item.excerpt);
        }
        let _ = write!(text, "\n{url}{}\n", item.path());
    }
    let _ = write!(text, "\nYou choose what you are told of: {url}/notifications/rules");
    text
}
