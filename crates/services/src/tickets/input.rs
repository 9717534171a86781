//! Tickets as other systems write them: finds the people, teams and customers they name.

use super::{change, create, get};
use crate::{Ctx, Result};
use rapport_domain::error::Problems;
use rapport_domain::ticket::{
    Assignable, Channel, NewTicket, Status, Ticket, TicketChange, TicketInput, TicketPatch,
};
use rapport_domain::timeline::CustomerRef;
use rapport_domain::{AppError, CustomerId, LabelId, Permission, TeamId, UserId};
use rapport_store::timeline::resolve_customers;

/// Opens a ticket and answers it whole.
pub async fn create_from(ctx: &Ctx, input: TicketInput) -> Result<Ticket> {
    ctx.require(Permission::TicketsWrite)?;
    let names =
        Names::load(ctx, input.assignee.is_some() || input.team.is_some() || input.label.is_some())
            .await?;
    let mut problems = Problems::default();
    let assignee = problems.check(names.person(ctx, input.assignee.as_deref()).await).flatten();
    let team = problems.check(names.team(input.team.as_deref())).flatten();
    let label_id = problems.check(names.label(input.label.as_deref())).flatten();
    let customer = problems.check(find_customer(ctx, input.customer).await);
    problems.finish()?;
    let customer = customer.ok_or(AppError::NotFound)?;
    let new = NewTicket {
        status: input.status,
        label_id,
        priority: input.priority,
        mailbox: input.mailbox,
        assignee_id: assignee,
        team_id: team,
        tags: input.tags,
        fields: input.fields,
        submitted_at: input.submitted_at,
        number: input.number,
        ..NewTicket::new(customer, input.subject, input.channel.unwrap_or(Channel::Api))
    };
    let created = create(ctx, new).await?;
    get(ctx, created.number).await
}

/// Changes a ticket and answers it whole.
pub async fn patch(ctx: &Ctx, number: i64, patch: TicketPatch) -> Result<Ticket> {
    ctx.require(Permission::TicketsWrite)?;
    let wakes =
        patch.snoozed_until == Some(None) && patch.status.is_none() && patch.label.is_none();
    let before = match patch.version {
        Some(_) if !wakes => None,
        _ => Some(get(ctx, number).await?.row),
    };
    let version = patch.version.or(before.as_ref().map(|row| row.version)).unwrap_or_default();
    let asleep = before.is_some_and(|row| row.status == Status::Snoozed);
    let named = matches!(patch.assignee, Some(Some(_))) || matches!(patch.team, Some(Some(_)));
    let names = Names::load(ctx, named || patch.label.is_some()).await?;
    let mut problems = Problems::default();
    let assignee_id = match &patch.assignee {
        None => None,
        Some(text) => problems.check(names.person(ctx, text.as_deref()).await),
    };
    let team_id = match &patch.team {
        None => None,
        Some(text) => problems.check(names.team(text.as_deref())),
    };
    let label_id = problems.check(names.label(patch.label.as_deref())).flatten();
    problems.finish()?;
    let new = TicketChange {
        subject: patch.subject,
        status: patch.status.or((wakes && asleep).then_some(Status::Open)),
        label_id,
        priority: patch.priority,
        assignee_id,
        team_id,
        tags: patch.tags,
        fields: patch.fields,
        link_issue: patch.link_issue,
        unlink_issue: patch.unlink_issue,
        add_participant: patch.add_participant,
        remove_participant: patch.remove_participant,
        snoozed_until: patch.snoozed_until.flatten(),
        spam: patch.spam,
    };
    change(ctx, number, version, new).await?;
    get(ctx, number).await
}

async fn find_customer(ctx: &Ctx, named: CustomerRef) -> Result<CustomerId> {
    let named = named.checked()?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let found = resolve_customers(&mut tx, ctx.workspace, std::slice::from_ref(&named)).await?;
    let found = found.get(&named).copied();
    found.ok_or_else(|| AppError::invalid("customer", "There is no such customer."))
}

/// Who and what can be named.
struct Names(Assignable);

impl Names {
    async fn load(ctx: &Ctx, wanted: bool) -> Result<Self> {
        Ok(Self(if wanted {
            ctx.store.assignable(ctx.workspace).await?
        } else {
            Assignable::default()
        }))
    }

    /// The agent with this id or e-mail.
    async fn person(&self, ctx: &Ctx, text: Option<&str>) -> Result<Option<UserId>> {
        let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(None) };
        let id = match text.parse() {
            Ok(id) => Some(id),
            Err(_) => ctx.store.person_by_email(ctx.workspace, text).await?.map(|p| p.user),
        };
        match id.filter(|id| self.0.people.iter().any(|p| p.id == *id)) {
            Some(id) => Ok(Some(id)),
            None => Err(AppError::invalid("assignee", "No agent has this e-mail or id.")),
        }
    }

    /// The label in use with this id or name.
    fn label(&self, text: Option<&str>) -> Result<Option<LabelId>> {
        let Some(text) = text.map(str::trim) else { return Ok(None) };
        let id: Option<LabelId> = text.parse().ok();
        let matches = |name: &str| name.to_lowercase() == text.to_lowercase();
        match self.0.labels.iter().find(|l| Some(l.id) == id || matches(&l.name)) {
            Some(label) => Ok(Some(label.id)),
            None => Err(AppError::invalid("label", "There is no such status.")),
        }
    }

    /// The team with this id or name.
    fn team(&self, text: Option<&str>) -> Result<Option<TeamId>> {
        let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(None) };
        let id: Option<TeamId> = text.parse().ok();
        let matches = |name: &str| name.to_lowercase() == text.to_lowercase();
        match self.0.teams.iter().find(|t| Some(t.id) == id || matches(&t.name)) {
            Some(team) => Ok(Some(team.id)),
            None => Err(AppError::invalid("team", "There is no such team.")),
        }
    }
}
