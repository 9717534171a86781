//! A customer's answer to how they were helped.

use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::Permission;
use rapport_domain::message::NewCsat;
use rapport_store::timeline::NewEvent;
use rapport_store::{messages, tickets, timeline};
use serde_json::json;

/// Stores an answer: the stars on the ticket, stars and comment in its thread.
pub async fn record_csat(ctx: &Ctx, number: i64, new: NewCsat) -> Result<()> {
    ctx.require(Permission::TicketsWrite)?;
    let new = new.checked()?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let place = messages::ticket_place(&mut tx, ctx.workspace, number).await?;
    let ticket = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, place.id).await?;
    messages::set_csat_score(&mut tx, ctx.workspace, ticket.id, new.score).await?;
    let at = new.answered_at.unwrap_or(ctx.now).min(ctx.now);
    let event = NewEvent {
        body: new.comment.clone(),
        icon: Some("star".into()),
        // Notice again, an answer of that moment is the same answer.
        dedupe_key: Some(format!("csat:{}:{}", ticket.id, at.timestamp_micros())),
        ..NewEvent::activity(ticket.customer, at, "ticket.csat_answered", &place.customer_name)
    }
    .title(format!("rated this {} of 5", new.score))
    .ticket(ticket.id)
    .payload(json!({ "score": new.score, "comment": new.comment }));
    timeline::append(&mut tx, ctx.workspace, ctx.now, &[event]).await?;
    tx.commit(Recorded::OnTimeline).await
}
