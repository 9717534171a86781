//! The mail to somebody who did not look: one for all that came meanwhile.

use crate::jobs::{JobError, Outcome, Worker};
use crate::mailboxes::post::{Own, post_one, write_own};
use crate::{Ctx, Result, ctx};
use chrono::{DateTime, Utc};
use rapport_domain::notification::Notification;
use rapport_domain::{Permission, UserId};
use rapport_store::Tx;
use rapport_store::jobs::{Job, NewJob, enqueue};
use rapport_store::notifications::NewsMail;
use serde_json::json;
use std::fmt::Write;

/// The kind of job; its key is the reader's id and when.
pub(crate) const NOTIFY_MAIL: &str = "notify_mail";
const ATTEMPTS: i32 = 6;

/// Plans a mail to a person; one that is planned for then takes this along.
pub(super) async fn plan(tx: &mut Tx, ctx: &Ctx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    ctx.require(Permission::Read)?;
    let job = NewJob {
        kind: NOTIFY_MAIL,
        key: &format!("{}:{}", user.0, at.timestamp()),
        payload: json!({}),
        run_at: at,
        max_attempts: ATTEMPTS,
    };
    enqueue(tx, ctx.workspace, &job).await?;
    Ok(())
}

/// Sends what the person has not looked at meanwhile.
pub(crate) async fn send_news(
    worker: &Worker,
    job: &Job,
) -> std::result::Result<Outcome, JobError> {
    let Some((user, until)) = read_key(&job.key) else {
        return Ok(Outcome::Dead("The key is no person's id and a time.".into()));
    };
    let store = &worker.store;
    let Some(news) = store.news_mail(job.workspace, user, until.max(ctx::now())).await? else {
        return Ok(Outcome::Done);
    };
    let mailbox = store.sending_mailbox(job.workspace, news.mailbox).await?;
    let own = Own {
        to: &news.email,
        subject: &subject(&news.items),
        id: &news.items[0].id.to_string(),
        text: &body(&news, &worker.public_url),
        signature: "",
    };
    let raw = write_own(&mailbox, &own);
    let ids: Vec<_> = news.items.iter().map(|item| item.id).collect();
    post_one(worker, job, &mailbox, &news.email, raw, async || {
        Ok(store.set_mailed(job.workspace, user, &ids).await?)
    })
    .await
}

fn read_key(key: &str) -> Option<(UserId, DateTime<Utc>)> {
    let (user, at) = key.split_once(':')?;
    Some((UserId(user.parse().ok()?), DateTime::from_timestamp(at.parse().ok()?, 0)?))
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
