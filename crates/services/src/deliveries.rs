//! What became of mails that left: told by our server, by bounces, and by opened pictures.

use crate::transaction::begin_unattended;
use crate::{Ctx, Result, link_keys};
use chrono::{DateTime, Utc};
use rapport_domain::message::{DeliveryState, opened_by_machine, receipt_of};
use rapport_domain::{MessageId, Permission, WorkspaceId, limits, text};
use rapport_mail::link_token::{self, Purpose};
use rapport_store::deliveries::{self, News, Standing};
use rapport_store::{Store, StoreError, Tx};

/// Notes that a mail of ours came back. `message_id` is the one it left with, with or without
/// angle brackets; `recipient` as the report has it. False when we know no such mail, or cannot
/// tell which of several recipients is meant.
pub async fn bounced(
    tx: &mut Tx,
    ctx: &Ctx,
    message_id: &str,
    recipient: Option<&str>,
    reason: &str,
) -> Result<bool> {
    ctx.require(Permission::TicketsReply)?;
    report(tx, ctx, message_id, recipient, DeliveryState::Bounced, Some(reason)).await
}

/// Whether a mail of ours went to one of these addresses; true for one whose recipients we do not
/// know.
pub(crate) async fn went_to(
    tx: &mut Tx,
    ctx: &Ctx,
    message_id: &str,
    emails: &[String],
) -> Result<bool> {
    let Some(message) = deliveries::find_mail(tx, ctx.workspace, message_id).await? else {
        return Ok(true);
    };
    let Some(standing) = deliveries::lock(tx, ctx.workspace, message).await? else {
        return Ok(true);
    };
    let none = standing.recipients.is_empty();
    Ok(none || standing.recipients.iter().any(|r| emails.contains(&r.email)))
}

/// Notes that a mail of ours arrived, as [`bounced`] does.
pub async fn delivered(
    tx: &mut Tx,
    ctx: &Ctx,
    message_id: &str,
    recipient: Option<&str>,
) -> Result<bool> {
    ctx.require(Permission::TicketsReply)?;
    report(tx, ctx, message_id, recipient, DeliveryState::Delivered, None).await
}

async fn report(
    tx: &mut Tx,
    ctx: &Ctx,
    message_id: &str,
    recipient: Option<&str>,
    state: DeliveryState,
    reason: Option<&str>,
) -> Result<bool> {
    let message_id = message_id.trim().trim_matches(['<', '>']);
    let Some(message) = deliveries::find_mail(tx, ctx.workspace, message_id).await? else {
        return Ok(false);
    };
    let Some(standing) = deliveries::lock(tx, ctx.workspace, message).await? else {
        return Ok(false);
    };
    let Some(email) = meant(&standing, recipient) else { return Ok(false) };
    let reason = reason.map(|r| text::excerpt(r, limits::SERVER_ANSWER_CHARS));
    let news = News { email, state, reason, smtp_code: None };
    apply(tx, ctx.workspace, message, vec![news], ctx.now).await?;
    Ok(true)
}

/// The recipient that a report means. Forwarding changes addresses: where there is only one
/// recipient, it is that one, whatever the report calls it.
fn meant(standing: &Standing, recipient: Option<&str>) -> Option<String> {
    let named = recipient.map(|r| r.trim().to_lowercase()).and_then(|email| {
        standing.recipients.iter().map(|r| &r.email).find(|known| **known == email)
    });
    let only = match standing.recipients.as_slice() {
        [only] => Some(&only.email),
        _ => None,
    };
    named.or(only).cloned()
}

/// Writes news of recipients and what they make of the message. As the system: who may cause
/// news was decided before.
pub(crate) async fn apply(
    tx: &mut Tx,
    workspace: WorkspaceId,
    message: MessageId,
    news: Vec<News>,
    at: DateTime<Utc>,
) -> std::result::Result<(), StoreError> {
    let Some(mut standing) = deliveries::lock(tx, workspace, message).await? else {
        return Ok(());
    };
    for new in news {
        let Some(known) = standing.recipients.iter_mut().find(|r| r.email == new.email) else {
            continue;
        };
        if known.state.after(new.state) == new.state {
            deliveries::set(tx, workspace, message, &new, at).await?;
            *known = new;
        }
    }
    let states: Vec<_> = standing.recipients.iter().map(|r| r.state).collect();
    let receipt = receipt_of(&states, standing.opened);
    let error = problem(&standing);
    deliveries::set_receipt(tx, workspace, message, receipt, at, error.as_deref()).await
}

/// What went wrong, naming the recipient where there are several: first what is final.
fn problem(standing: &Standing) -> Option<String> {
    let fatal = |r: &&News| matches!(r.state, DeliveryState::Bounced | DeliveryState::Failed);
    let with_reason = || standing.recipients.iter().filter(|r| r.reason.is_some());
    let worst = with_reason().find(fatal).or_else(|| with_reason().next())?;
    let reason = worst.reason.as_deref()?;
    let several = standing.recipients.len() > 1;
    let text = if several { format!("{}: {reason}", worst.email) } else { reason.to_string() };
    Some(text::excerpt(&text, limits::LINE_CHARS))
}

/// Notes that somebody loaded the picture of a mail. Nobody is logged in: the signed token is
/// the leave. A token that we never signed is nothing, and neither is a mail that never left.
pub async fn opened(store: &Store, token: &str, user_agent: &str) -> Result<()> {
    let now = crate::ctx::now();
    let Some(claim) = link_token::read(token) else { return Ok(()) };
    let keys = link_keys::verifying(store, claim.workspace).await?;
    let verified = keys.iter().find_map(|key| claim.verify(key, Purpose::Open));
    let Some(message) = verified else { return Ok(()) };
    let message = MessageId(message);
    let Some(since) = store.tracked_since(claim.workspace, message).await? else { return Ok(()) };
    let machine = opened_by_machine(user_agent, now - since);
    let user_agent = text::excerpt(user_agent, limits::LINE_CHARS);
    let mut tx = begin_unattended(store).await?;
    let Some(standing) = deliveries::lock(&mut tx, claim.workspace, message).await? else {
        return Ok(());
    };
    let record = deliveries::record_open;
    record(&mut tx, claim.workspace, message, machine, &user_agent, now).await?;
    if !machine && !standing.opened {
        // One picture for all recipients: with several, nobody knows who it was.
        let news = match standing.recipients.as_slice() {
            [only] => vec![News { state: DeliveryState::Viewed, ..only.clone() }],
            _ => Vec::new(),
        };
        apply(&mut tx, claim.workspace, message, news, now).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
