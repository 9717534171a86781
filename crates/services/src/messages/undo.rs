//! Taking an answer back before it leaves, and sending again what failed.

use super::again::start_again;
use super::send::SendMail;
use crate::transaction::Recorded;
use crate::{Ctx, Result, tickets};
use rapport_domain::message::{RecipientRole, Recipients, Returned};
use rapport_domain::{AppError, MessageId, Permission};
use rapport_queue::{NoPayload, cancel, enqueue, forget_dead, run_now, wake};
use rapport_store::{StoreError, messages};

/// Takes back an answer that has not left yet, and gives back what its form had. What it did to the ticket
/// is put back too; its files wait for the next answer of whoever took it back. Afterwards it is
/// too late, and a conflict says so.
pub async fn undo_send(ctx: &Ctx, message: MessageId) -> Result<Returned> {
    undo(ctx, message, false).await
}

/// The same for a page without scripts: the text waits on the ticket, see
/// [`TicketDetails::returned`](rapport_domain::message::TicketDetails).
pub async fn undo_send_on_page(ctx: &Ctx, message: MessageId) -> Result<Returned> {
    undo(ctx, message, true).await
}

async fn undo(ctx: &Ctx, message: MessageId, keep_text: bool) -> Result<Returned> {
    ctx.require(Permission::TicketsReply)?;
    let too_late = || AppError::Conflict("Too late: this message has left already.".into());
    // Its lines go with its row.
    let mail = match ctx.store.outgoing(ctx.workspace, message).await {
        Err(StoreError::NotFound) => None,
        mail => Some(mail?),
    };
    let mut tx = ctx.transaction(Permission::TicketsReply).await?;
    let ticket = messages::ticket_of(&mut tx, ctx.workspace, message).await?;
    let ticket = rapport_store::tickets::lock_ticket_by_id(&mut tx, ctx.workspace, ticket).await?;
    // Whoever deletes the job before a worker leases it decides: no mail leaves after this.
    if !cancel::<SendMail>(&mut tx, ctx.workspace, &message).await? {
        return Err(too_late());
    }
    // Its files wait for the next one, for whoever takes it back.
    if let Some(user) = ctx.user() {
        messages::detach_uploads(&mut tx, ctx.workspace, message, ticket.id, user).await?;
    }
    let mail = mail.ok_or_else(too_late)?;
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
    tx.commit(Recorded::OnTimeline).await?;
    tracing::info!(%message, "an answer was taken back");
    let named = |role| {
        let found = mail.recipients.iter().filter(|(_, r, _)| *r == role);
        found.map(|(email, ..)| email.clone()).collect()
    };
    Ok(Returned {
        text: undone.body,
        recipients: Recipients {
            to: named(RecipientRole::To),
            cc: named(RecipientRole::Cc),
            bcc: named(RecipientRole::Bcc),
        },
        signature: mail.signature.clone(),
        quotes: mail.quoted.is_some(),
    })
}

/// Sends a message again that failed, or at once one that waits for its next attempt. Who has
/// it already does not get it again.
pub async fn retry_send(ctx: &Ctx, message: MessageId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::TicketsReply).await?;
    start_again(&mut tx, ctx.workspace, message, ctx.now).await?;
    if !run_now::<SendMail>(&mut tx, ctx.workspace, &message).await? {
        forget_dead::<SendMail>(&mut tx, ctx.workspace, &message).await?;
        enqueue::<SendMail>(&mut tx, ctx.workspace, &message, &NoPayload {}, ctx.now).await?;
    }
    tx.commit(Recorded::OnTimeline).await?;
    wake();
    Ok(())
}
