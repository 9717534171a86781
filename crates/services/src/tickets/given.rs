//! Telling people that a ticket was given to them, or to their team.

use crate::notifications::{self, Notice};
use crate::{Ctx, Result};
use rapport_domain::notify::News;
use rapport_domain::{TeamId, TicketId, UserId};
use rapport_store::Tx;
use rapport_store::tickets::LockedTicket;

/// After a change: only of what it gave to somebody else.
pub(super) async fn notify_changed(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    after: &LockedTicket,
) -> Result<()> {
    let assignee = after.assignee.filter(|_| before.assignee != after.assignee);
    let team = after.team.filter(|_| before.team != after.team);
    notify(tx, ctx, after.id, assignee, team).await
}

/// A team hears of what nobody of it has yet.
pub(super) async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: TicketId,
    assignee: Option<UserId>,
    team: Option<TeamId>,
) -> Result<()> {
    if assignee.is_none() && team.is_none() {
        return Ok(());
    }
    let notice = Notice {
        news: News::Assigned,
        ticket,
        message: None,
        mine: assignee.as_slice(),
        team: team.filter(|_| assignee.is_none()),
        actor_name: ctx.actor_name(),
        text: "",
    };
    notifications::notify(tx, ctx, &notice).await
}
