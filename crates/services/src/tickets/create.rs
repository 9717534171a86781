//! Opening a ticket.

use super::activity;
use super::change::{check_assignee, check_team};
use crate::{Ctx, Result, fields};
use rapport_domain::error::Problems;
use rapport_domain::fields::{FieldEntity, FieldValues};
use rapport_domain::ticket::{NewTicket, Priority, Status, TicketCreated};
use rapport_domain::{AppError, Permission, TicketId};
use rapport_store::tickets::{self, InsertTicket};
use rapport_store::{StoreError, Tx, timeline};

/// Creates a ticket for a customer.
pub async fn create(ctx: &Ctx, new: NewTicket) -> Result<TicketCreated> {
    ctx.require(Permission::Write)?;
    let mut fields = FieldValues::new();
    fields::set(ctx, FieldEntity::Ticket, &new.fields, &mut fields).await?;
    let new = NewTicket { fields, ..new };
    let mut tx = ctx.store.begin().await?;
    let created = open(&mut tx, ctx, new).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(created)
}

/// The same inside a transaction that goes on, for a ticket that comes with a message.
/// Custom fields are taken as they are: mail sets none.
pub async fn open(tx: &mut Tx, ctx: &Ctx, new: NewTicket) -> Result<TicketCreated> {
    open_as(tx, ctx, new, ctx.actor_name()).await
}

/// The same in somebody else's name: who writes an e-mail opens its ticket.
pub async fn open_as(
    tx: &mut Tx,
    ctx: &Ctx,
    new: NewTicket,
    actor_name: &str,
) -> Result<TicketCreated> {
    ctx.require(Permission::Write)?;
    let new = new.checked()?;
    // Locked first: whoever adds to this customer's timeline takes the same lock.
    let customer = tickets::lock_customer(tx, ctx.workspace, new.customer_id).await?;
    let mut problems = Problems::default();
    if let Some(assignee) = new.assignee_id {
        problems.check(check_assignee(tx, ctx, assignee).await);
    }
    if let Some(team) = new.team_id {
        problems.check(check_team(tx, ctx, team).await);
    }
    problems.finish()?;
    let status = new.status.unwrap_or(Status::New);
    let id = TicketId::generate();
    let insert = InsertTicket {
        id,
        number: new.number,
        customer,
        subject: &new.subject,
        status,
        priority: new.priority.unwrap_or(Priority::Normal),
        channel: new.channel,
        mailbox: new.mailbox.as_deref(),
        assignee: new.assignee_id,
        team: new.team_id,
        tags: &new.tags,
        fields: &new.fields,
        submitted_at: new.submitted_at.unwrap_or(ctx.now),
        closed_at: status.is_closed().then_some(ctx.now),
    };
    let number = tickets::insert_ticket(tx, ctx.workspace, &insert).await.map_err(number_taken)?;
    let open = i32::from(!status.is_closed());
    tickets::count_on_customer(tx, ctx.workspace, customer, open, 1).await?;
    let event = activity::opened(actor_name, &insert, number);
    timeline::append(tx, ctx.workspace, ctx.now, &[event]).await?;
    Ok(TicketCreated { id, number, customer_id: customer, version: 1 })
}

/// Only an import names a number, and another ticket may have it.
fn number_taken(error: StoreError) -> AppError {
    if error.is_constraint("tickets_workspace_id_number_key") {
        return AppError::Conflict("Another ticket has this number.".into());
    }
    error.into()
}
