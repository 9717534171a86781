//! Opening a ticket.

use super::activity;
use super::change::{check_assignee, check_label, check_team};
use super::given;
use crate::transaction::Recorded;
use crate::{Ctx, Result, fields, sla};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::error::Problems;
use rapport_domain::fields::{self as rules, FieldEntity, FieldValues};
use rapport_domain::ticket::{NewTicket, Priority, Status, StatusCategory, TicketCreated};
use rapport_domain::{AppError, Permission, TeamId, TicketId};
use rapport_store::teams::NextMember;
use rapport_store::tickets::{self, InsertTicket};
use rapport_store::{StoreError, Tx, teams, timeline};

/// What came longer ago is history, which nobody is given.
const HISTORY: TimeDelta = TimeDelta::days(1);

/// Creates a ticket for a customer.
pub async fn create(ctx: &Ctx, new: NewTicket) -> Result<TicketCreated> {
    ctx.require(Permission::TicketsWrite)?;
    let defs = fields::for_input(ctx, FieldEntity::Ticket, &new.fields).await?;
    let mut values = FieldValues::new();
    rules::apply(&defs, &new.fields, &mut values)?;
    let new = NewTicket { fields: values, ..new };
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let created = open(&mut tx, ctx, new).await?;
    tx.commit(Recorded::OnTimeline).await?;
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
    ctx.require(Permission::TicketsWrite)?;
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
    let category = match new.label_id {
        Some(label) => problems.check(check_label(tx, ctx, label).await),
        None => None,
    };
    problems.finish()?;
    let status = category.map(StatusCategory::status).or(new.status).unwrap_or(Status::New);
    let submitted_at = new.submitted_at.unwrap_or(ctx.now);
    let team = team(tx, ctx, &new).await?;
    let given = match team.filter(|_| new.assignee_id.is_none() && !status.is_closed()) {
        Some(team) => next_member(tx, ctx, team, submitted_at).await?,
        None => None,
    };
    let id = TicketId::generate();
    let insert = InsertTicket {
        id,
        number: new.number,
        customer,
        subject: &new.subject,
        status,
        label: new.label_id,
        priority: new.priority.unwrap_or(Priority::Normal),
        channel: new.channel,
        mailbox: new.mailbox.as_deref(),
        assignee: new.assignee_id.or(given.as_ref().map(|given| given.user)),
        team,
        tags: &new.tags,
        fields: &new.fields,
        submitted_at,
        closed_at: status.is_closed().then_some(ctx.now),
    };
    let number = tickets::insert_ticket(tx, ctx.workspace, &insert).await.map_err(number_taken)?;
    let open = i32::from(!status.is_closed());
    tickets::count_on_customer(tx, ctx.workspace, customer, open, 1).await?;
    let mut events = vec![activity::opened(actor_name, &insert, number)];
    events.extend(given.map(|given| activity::given_out(ctx, &insert, &given)));
    timeline::append(tx, ctx.workspace, ctx.now, &events).await?;
    sla::start(tx, ctx, id).await?;
    if crate::ctx::now() - submitted_at.min(ctx.now) <= HISTORY && !status.is_closed() {
        given::notify(tx, ctx, id, insert.assignee, insert.team).await?;
    }
    Ok(TicketCreated { id, number, customer_id: customer, version: 1 })
}

/// The team that was named, else the one of the mailbox.
async fn team(tx: &mut Tx, ctx: &Ctx, new: &NewTicket) -> Result<Option<TeamId>> {
    match (new.team_id, new.mailbox.as_deref()) {
        (None, Some(mailbox)) => Ok(teams::of_mailbox(tx, ctx.workspace, mailbox).await?),
        (team, _) => Ok(team),
    }
}

/// Whose turn it is to be given a new ticket of this team.
async fn next_member(
    tx: &mut Tx,
    ctx: &Ctx,
    team: TeamId,
    submitted_at: DateTime<Utc>,
) -> Result<Option<NextMember>> {
    if crate::ctx::now() - submitted_at.min(ctx.now) > HISTORY {
        return Ok(None);
    }
    Ok(teams::next_member(tx, ctx.workspace, team).await?)
}

/// Only an import names a number, and another ticket may have it.
fn number_taken(error: StoreError) -> AppError {
    if error.is_constraint("tickets_workspace_id_number_key") {
        return AppError::Conflict("Another ticket has this number.".into());
    }
    error.into()
}
