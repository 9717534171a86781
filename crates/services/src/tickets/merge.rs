//! Merging tickets, parting them again, and giving one to another customer.

use super::Seen;
use super::activity;
use super::change::{conflict, set_status, store};
use crate::transaction::Recorded;
use crate::{Ctx, Result, sla};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::ticket::{Status, TicketVersion};
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_store::tickets::{self, LockedTicket};
use rapport_store::{StoreError, Tx, customers, identifiers, timeline};

/// Puts all messages of a ticket into another one of the same customer, and closes it. Answers
/// that still come to it go to the other one.
pub async fn merge(
    ctx: &Ctx,
    number: i64,
    seen: impl Into<Seen>,
    into: i64,
) -> Result<TicketVersion> {
    let seen = seen.into();
    ctx.require(Permission::TicketsWrite)?;
    let wrong = |message: &str| Err(AppError::invalid("merge", message));
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let before = locked(&mut tx, ctx, number, &seen).await?;
    let target = match tickets::lock_ticket(&mut tx, ctx.workspace, into).await {
        Err(StoreError::NotFound) => return wrong("There is no ticket with this number."),
        target => target?,
    };
    if target.id == before.id {
        return wrong("This is the ticket itself.");
    }
    if target.customer != before.customer {
        return wrong("That ticket is another customer's. Move one of them first.");
    }
    if before.merged_into.is_some() || target.merged_into.is_some() {
        return wrong("One of the two was merged into another ticket already.");
    }
    if tickets::has_taken_in(&mut tx, ctx.workspace, before.id).await? {
        return wrong("Other tickets were merged into this one. Merge the other way round.");
    }
    tickets::take_in(&mut tx, ctx.workspace, before.id, target.id).await?;
    let mut after = before.clone();
    set_status(&mut after, Status::Closed, ctx.now);
    let version = store(&mut tx, ctx, &before, &after, &[]).await?;
    let event = activity::merged(ctx, &target, "took in", number);
    store(&mut tx, ctx, &target, &target, &[event]).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(TicketVersion { number, version })
}

/// Takes a merge back: the messages return, and the ticket to the status it had.
pub async fn unmerge(ctx: &Ctx, number: i64, seen: impl Into<Seen>) -> Result<TicketVersion> {
    let seen = seen.into();
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let before = locked(&mut tx, ctx, number, &seen).await?;
    let (target, status) = match tickets::part(&mut tx, ctx.workspace, before.id).await {
        Err(StoreError::NotFound) => {
            return Err(AppError::invalid("unmerge", "This ticket is not merged."));
        }
        parted => parted?,
    };
    let mut after = before.clone();
    set_status(&mut after, status, ctx.now);
    let target = tickets::lock_ticket_by_id(&mut tx, ctx.workspace, target).await?;
    let version = store(&mut tx, ctx, &before, &after, &[]).await?;
    let event = activity::merged(ctx, &target, "gave back", number);
    store(&mut tx, ctx, &target, &target, &[event]).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(TicketVersion { number, version })
}

/// Gives a ticket to another customer, named by id (`cus_…`) or e-mail, with its part of the
/// timeline; answers who that is.
pub async fn give_to(
    ctx: &Ctx,
    number: i64,
    seen: impl Into<Seen>,
    whom: &str,
) -> Result<CustomerId> {
    let seen = seen.into();
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let to = customer_named(&mut tx, ctx, whom).await?;
    let from = tickets::customer_of(&mut tx, ctx.workspace, number).await?;
    if from == to {
        return Ok(to);
    }
    // In the order in which the timeline locks customers too.
    for customer in [from.min(to), from.max(to)] {
        tickets::lock_customer(&mut tx, ctx.workspace, customer).await?;
    }
    let before = locked(&mut tx, ctx, number, &seen).await?;
    if before.customer != from {
        return Err(conflict(ctx, &before).await);
    }
    if before.merged_into.is_some()
        || tickets::has_taken_in(&mut tx, ctx.workspace, before.id).await?
    {
        let message = "Merged tickets stay with one customer. Unmerge them first.";
        return Err(AppError::invalid("customer", message));
    }
    let mut names = Vec::new();
    for customer in [from, to] {
        let found = customers::get(&mut tx, ctx.workspace, customer).await?;
        names.push(found.details.name.clone());
    }
    tickets::give_to_customer(&mut tx, ctx.workspace, before.id, from, to, ctx.now).await?;
    let open = i32::from(!before.status.is_closed());
    tickets::count_on_customer(&mut tx, ctx.workspace, from, -open, -1).await?;
    tickets::count_on_customer(&mut tx, ctx.workspace, to, open, 1).await?;
    let after = LockedTicket { customer: to, ..before.clone() };
    tickets::update_ticket(&mut tx, ctx.workspace, ctx.now, &after).await?;
    let event = activity::moved(ctx, &after, &names[0], &names[1]);
    timeline::append(&mut tx, ctx.workspace, ctx.now, &[event]).await?;
    sla::follow(&mut tx, ctx, &after, true).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(to)
}

/// The customer with an id or e-mail, following merges.
async fn customer_named(tx: &mut Tx, ctx: &Ctx, whom: &str) -> Result<CustomerId> {
    let unknown = || AppError::invalid("customer", "No customer has this e-mail or ID.");
    let named = match whom.trim().parse::<CustomerId>() {
        Ok(id) => id,
        Err(_) => {
            let key = Key::new(IdentifierKind::Email, "customer", whom)?;
            let owners = identifiers::owners(tx, ctx.workspace, &[key]).await?;
            owners.first().map(|owner| owner.customer).ok_or_else(unknown)?
        }
    };
    match customers::get(tx, ctx.workspace, named).await {
        Err(StoreError::NotFound) => Err(unknown()),
        found => Ok(found?.id),
    }
}

/// Locks a ticket as the caller saw it.
async fn locked(tx: &mut Tx, ctx: &Ctx, number: i64, seen: &Seen) -> Result<LockedTicket> {
    let ticket = tickets::lock_ticket(tx, ctx.workspace, number).await?;
    if seen.is_stale(&ticket) { Err(conflict(ctx, &ticket).await) } else { Ok(ticket) }
}
