//! Keeps a ticket's due times in step with what happens to it. In the transaction that makes
//! it happen; the ticket is locked there.

use crate::{Ctx, Result};
use chrono::TimeDelta;
use chrono_tz::Tz;
use rapport_domain::TicketId;
use rapport_domain::sla::{Calendar, SlaClock, SlaFacts, SlaPolicy, run};
use rapport_store::tickets::{LockedTicket, lock_ticket_by_id};
use rapport_store::{Tx, sla};

/// What came longer ago is history, to which nobody promised anything.
const HISTORY: TimeDelta = TimeDelta::days(1);

/// Gives a new ticket its policy.
pub(crate) async fn start(tx: &mut Tx, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    let policies = sla::policies(tx, ctx.workspace).await?;
    if policies.iter().all(|p| p.archived) {
        return Ok(());
    }
    let ticket = lock_ticket_by_id(tx, ctx.workspace, ticket).await?;
    if crate::ctx::now() - ticket.submitted_at.min(ctx.now) > HISTORY {
        return Ok(());
    }
    let policy = choose(tx, ctx, &policies, &ticket).await?;
    set(tx, ctx, &ticket, policy).await
}

/// Follows a change of a ticket; `choose_anew` when it changed what policies look at.
pub(crate) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &LockedTicket,
    choose_anew: bool,
) -> Result<()> {
    if ticket.sla_policy.is_none() && !choose_anew {
        return Ok(());
    }
    let policies = sla::policies(tx, ctx.workspace).await?;
    let policy = if choose_anew {
        choose(tx, ctx, &policies, ticket).await?
    } else {
        policies.iter().find(|p| Some(p.id) == ticket.sla_policy)
    };
    set(tx, ctx, ticket, policy).await
}

async fn choose<'a>(
    tx: &mut Tx,
    ctx: &Ctx,
    policies: &'a [SlaPolicy],
    ticket: &LockedTicket,
) -> Result<Option<&'a SlaPolicy>> {
    let by_plan = policies.iter().any(|p| p.rules.account_plan.is_some());
    let plan = match by_plan {
        true => sla::plan_of(tx, ctx.workspace, ticket.customer).await?,
        false => None,
    };
    let holds = |p: &&SlaPolicy| {
        let rules = &p.rules;
        !p.archived && rules.holds(ticket.priority, ticket.team, ticket.channel, plan.as_deref())
    };
    Ok(policies.iter().find(holds))
}

async fn set(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &LockedTicket,
    policy: Option<&SlaPolicy>,
) -> Result<()> {
    let before = ticket.sla();
    let clock = policy.map_or(SlaClock::default(), |policy| due_times(ctx, ticket, policy));
    if clock == before {
        return Ok(());
    }
    // What passed before, under the same policy, was noted or is about to be.
    let noted = sla::check_at(tx, ctx.workspace, ticket.id).await?;
    let open = |at| noted.is_some_and(|noted| at >= noted) || !before.dues().any(|d| d.at == at);
    let check_at = clock.dues().map(|due| due.at).filter(|at| open(*at)).min();
    Ok(sla::set_clock(tx, ctx.workspace, ticket.id, &clock, check_at).await?)
}

fn due_times(ctx: &Ctx, ticket: &LockedTicket, policy: &SlaPolicy) -> SlaClock {
    let facts = SlaFacts {
        submitted_at: ticket.submitted_at,
        first_response_at: ticket.first_response_at,
        awaiting_since: ticket.awaiting_since,
        status: ticket.status,
        now: ctx.now,
    };
    let hours = policy.rules.hours.as_ref();
    // A zone that a later version of the time zones does not know any more counts as always.
    let zone = hours.and_then(|hours| hours.time_zone.parse::<Tz>().ok());
    let calendar = match (hours, &zone) {
        (Some(hours), Some(zone)) => Calendar::Weekly { days: &hours.days, zone },
        _ => Calendar::Always,
    };
    run(policy.id, &policy.rules, &calendar, &ticket.sla(), &facts)
}
