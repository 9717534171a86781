//! Telling people that a note names them: on the page, and by mail when they do not look.

mod mail;

pub(crate) use mail::{MENTION_MAIL, send_mention};

use crate::{Ctx, Result};
use chrono::TimeDelta;
use rapport_domain::notification::Notifications;
use rapport_domain::{
    AppError, Cursor, CustomerId, MessageId, NotificationId, Permission, TicketId, UserId, limits,
    markdown, text,
};
use rapport_store::Tx;
use rapport_store::jobs::{self, NewJob};
use rapport_store::notifications::{Mention, insert_mentions};
use serde_json::json;

/// How long somebody can see it on the page before a mail leaves.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// The reader's notifications, newest first.
pub async fn list(ctx: &Ctx, before: Option<Cursor>) -> Result<Notifications> {
    Ok(ctx.store.notifications(ctx.workspace, reader(ctx)?, before).await?)
}

/// Marks one as read, and says where it leads: customer, ticket and message.
pub async fn open(ctx: &Ctx, id: NotificationId) -> Result<(CustomerId, i64, MessageId)> {
    let user = reader(ctx)?;
    let place = ctx.store.read_notifications(ctx.workspace, user, Some(id), ctx.now).await?;
    place.ok_or(AppError::NotFound)
}

/// Marks all as read.
pub async fn read_all(ctx: &Ctx) -> Result<()> {
    ctx.store.read_notifications(ctx.workspace, reader(ctx)?, None, ctx.now).await?;
    Ok(())
}

/// Whether the reader gets mails too.
pub async fn set_mails(ctx: &Ctx, wanted: bool) -> Result<()> {
    Ok(ctx.store.set_mention_mails(ctx.workspace, reader(ctx)?, wanted).await?)
}

/// The people whom a note can name.
pub async fn find_people(ctx: &Ctx, typed: &str) -> Result<Vec<(UserId, String)>> {
    ctx.require(Permission::Write)?;
    let typed = text::excerpt(typed, limits::NAME_CHARS);
    Ok(ctx.store.find_people(ctx.workspace, &typed).await?)
}

/// Everybody's own: a person sees theirs, and a key has none.
fn reader(ctx: &Ctx) -> Result<UserId> {
    ctx.require(Permission::Read)?;
    ctx.user().ok_or(AppError::Forbidden)
}

/// Tells the people whom a note names, in the transaction that stores it.
pub(crate) async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: TicketId,
    message: MessageId,
    source: &str,
) -> Result<()> {
    let mut users = markdown::mentions(source);
    users.truncate(limits::MENTIONS_MAX);
    if users.is_empty() {
        return Ok(());
    }
    let excerpt = text::excerpt(&markdown::plain(source), limits::SNIPPET_CHARS);
    let mention = Mention {
        ticket,
        message,
        actor: ctx.user(),
        actor_name: ctx.actor_name(),
        excerpt: &excerpt,
        at: ctx.now,
    };
    for id in insert_mentions(tx, ctx.workspace, &mention, &users).await? {
        let job = NewJob {
            kind: MENTION_MAIL,
            key: &id.0.to_string(),
            payload: json!({}),
            run_at: ctx.now + PATIENCE,
            max_attempts: mail::ATTEMPTS,
        };
        jobs::enqueue(tx, ctx.workspace, &job).await?;
    }
    Ok(())
}
