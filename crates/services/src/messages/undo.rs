//! Taking an answer back before it leaves, and sending again what failed.

use super::send::{ATTEMPTS, SEND_MAIL};
use crate::{Ctx, Result, jobs as queue, tickets};
use rapport_domain::ticket::Receipt;
use rapport_domain::{AppError, MessageId, Permission};
use rapport_store::jobs::{self, NewJob};
use rapport_store::{StoreError, Tx, deliveries, messages};
use serde_json::json;

/// Takes back an answer that has not left yet, and gives its text back. What it did to the ticket
/// is put back too; its files wait for the next answer of whoever took it back. Afterwards it is
/// too late, and a conflict says so.
pub async fn undo_send(ctx: &Ctx, message: MessageId) -> Result<String> {
    undo(ctx, message, false).await
}

/// The same for a page without scripts: the text waits on the ticket, see
/// [`TicketDetails::returned`](rapport_domain::message::TicketDetails).
pub async fn undo_send_on_page(ctx: &Ctx, message: MessageId) -> Result<String> {
    undo(ctx, message, true).await
}

async fn undo(ctx: &Ctx, message: MessageId, keep_text: bool) -> Result<String> {
    ctx.require(Permission::Write)?;
    let too_late = || AppError::Conflict("Too late: this message has left already.".into());
    let mut tx = ctx.store.begin().await?;
    let ticket = messages::ticket_of(&mut tx, ctx.workspace, message).await?;
    let ticket = rapport_store::tickets::lock_ticket_by_id(&mut tx, ctx.workspace, ticket).await?;
    // Whoever deletes the job before a worker leases it decides: no mail leaves after this.
    let key = message.to_string();
    if !jobs::cancel_unstarted(&mut tx, ctx.workspace, SEND_MAIL, &key).await? {
        return Err(too_late());
    }
    // Its files wait for the next one, for whoever takes it back.
    if let Some(user) = ctx.user() {
        messages::detach_uploads(&mut tx, ctx.workspace, message, ticket.id, user).await?;
    }
    let undone = match messages::take_back(&mut tx, ctx.workspace, message).await {
        Err(StoreError::NotFound) => return Err(too_late()),
        undone => undone?,
    };
    if let Some(user) = ctx.user().filter(|_| keep_text) {
        let body = &undone.body;
        messages::keep_returned(&mut tx, ctx.workspace, user, ticket.id, body).await?;
    }
    if let Some(moved) = &undone.moved {
        tickets::put_back(&mut tx, ctx, &ticket, moved).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    tracing::info!(%message, "an answer was taken back");
    Ok(undone.body)
}

/// Sends a message again that failed, or at once one that waits for its next attempt. Who has
/// it already does not get it again.
pub async fn retry_send(ctx: &Ctx, message: MessageId) -> Result<()> {
    ctx.require(Permission::Write)?;
    let mut tx = ctx.store.begin().await?;
    start_again(&mut tx, ctx, message).await?;
    let key = message.to_string();
    if !jobs::run_now(&mut tx, ctx.workspace, SEND_MAIL, &key).await? {
        jobs::forget_dead(&mut tx, ctx.workspace, SEND_MAIL, &key).await?;
        let job = NewJob {
            kind: SEND_MAIL,
            key: &key,
            payload: json!({}),
            run_at: ctx.now,
            max_attempts: ATTEMPTS,
        };
        jobs::enqueue(&mut tx, ctx.workspace, &job).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    queue::wake();
    Ok(())
}

/// Lets the recipients without this message wait for it anew.
pub(crate) async fn start_again(tx: &mut Tx, ctx: &Ctx, message: MessageId) -> Result<()> {
    let workspace = ctx.workspace;
    deliveries::lock(tx, workspace, message).await?.ok_or(AppError::NotFound)?;
    if !messages::restart_outgoing(tx, workspace, message, ctx.now).await? {
        return Err(AppError::Conflict("Every recipient has this message.".into()));
    }
    deliveries::set_receipt(tx, workspace, message, Receipt::Queued, ctx.now, None).await?;
    Ok(())
}
