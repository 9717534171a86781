//! Telling people what happens to tickets: at the bell, in their browsers, and by mail when they
//! do not look. Each chooses by their own rules ([`rapport_domain::notify`]).

mod mail;
mod notify;

pub(crate) use mail::SendNews;
pub(crate) use notify::{Notice, notify};

use crate::job_env::JobEnv;
use crate::{Ctx, Result, ctx, preferences};
use chrono::TimeDelta;
use rapport_domain::notification::Notifications;
use rapport_domain::notify::{News, Notify};
use rapport_domain::{
    AppError, Cursor, CustomerId, MessageId, NotificationId, Permission, TicketId, UserId, limits,
    locale, markdown, text,
};
use rapport_queue::{JobError, Next, Periodic};
use rapport_store::Tx;
use std::time::Duration;

/// Days for which a notification that was read is kept.
const READ_DAYS: i64 = 90;

/// Forgets what was read long ago.
pub(crate) struct ForgetRead;

impl Periodic for ForgetRead {
    type Env = JobEnv;
    const NAME: &'static str = "forget old notifications";
    const EVERY: Duration = Duration::from_secs(3_600);

    async fn run(env: &JobEnv) -> std::result::Result<Next, JobError> {
        env.store.forget_notifications(ctx::now() - TimeDelta::days(READ_DAYS)).await?;
        Ok(Next::Later)
    }
}

/// The reader's notifications, newest first.
pub async fn list(ctx: &Ctx, before: Option<Cursor>) -> Result<Notifications> {
    Ok(ctx.store.notifications(ctx.workspace, reader(ctx)?, before).await?)
}

/// Marks one as read, and says where it leads: customer, ticket and message.
pub async fn open(ctx: &Ctx, id: NotificationId) -> Result<(CustomerId, i64, Option<MessageId>)> {
    let user = reader(ctx)?;
    let place = ctx.store.read_notifications(ctx.workspace, user, Some(id), ctx.now).await?;
    place.ok_or(AppError::NotFound)
}

/// Marks all as read.
pub async fn read_all(ctx: &Ctx) -> Result<()> {
    ctx.store.read_notifications(ctx.workspace, reader(ctx)?, None, ctx.now).await?;
    Ok(())
}

/// Changes the reader's rules.
pub async fn set_rules(ctx: &Ctx, rules: Notify) -> Result<()> {
    reader(ctx)?;
    if let Some(quiet) = &rules.quiet {
        locale::time_zone("time_zone", &quiet.time_zone)?;
        if quiet.days.iter().all(|day| !day) {
            return Err(AppError::invalid("days", "Choose at least one day."));
        }
    }
    preferences::change(ctx, |preferences| preferences.notify = rules).await
}

/// The people whom a note can name.
pub async fn find_people(ctx: &Ctx, typed: &str) -> Result<Vec<(UserId, String)>> {
    ctx.require(Permission::TicketsWrite)?;
    let typed = text::excerpt(typed, limits::NAME_CHARS);
    Ok(ctx.store.find_people(ctx.workspace, &typed).await?)
}

/// Everybody's own: a person sees theirs, and a key has none.
pub(crate) fn reader(ctx: &Ctx) -> Result<UserId> {
    ctx.require(Permission::WorkspaceRead)?;
    ctx.user().ok_or(AppError::Forbidden)
}

/// Tells the people whom a note names, in the transaction that stores it.
pub(crate) async fn notify_named(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: TicketId,
    message: MessageId,
    source: &str,
) -> Result<()> {
    let mut named = markdown::mentions(source);
    named.truncate(limits::MENTIONS_MAX);
    if named.is_empty() {
        return Ok(());
    }
    let notice = Notice {
        news: News::Mention,
        ticket,
        message: Some(message),
        mine: &named,
        team: None,
        actor_name: ctx.actor_name(),
        text: &markdown::plain(source),
    };
    notify(tx, ctx, &notice).await
}
