//! Changing a ticket's properties.

use super::activity::{self, Names};
use super::seen::{Seen, overtaken};
use super::tagging::Tagging;
use super::{given, snooze};
use crate::transaction::Recorded;
use crate::{Ctx, Result, csat, fields, sla};
use chrono::{DateTime, Utc};
use rapport_domain::error::Problems;
use rapport_domain::fields::{self as rules, FieldDef, FieldEntity};
use rapport_domain::ticket::{
    Status, StatusCategory, TicketChange, TicketProperty, TicketVersion, check_tags,
};
use rapport_domain::{AppError, LabelId, Permission, TeamId, UserId, limits};
use rapport_store::tickets::{self, LockedTicket};
use rapport_store::timeline::NewEvent;
use rapport_store::{Tx, timeline, users};

/// Applies a change to the version that its maker saw. A newer one is a conflict, and
/// nothing is overwritten; a change that changes nothing leaves the version alone.
pub async fn change(
    ctx: &Ctx,
    number: i64,
    expected_version: i32,
    change: TicketChange,
) -> Result<TicketVersion> {
    change_seen(ctx, number, &expected_version.into(), None, change, None).await
}

/// The same for a change of one `property` over what its form saw of it; `tagging` is applied to
/// the tags that the ticket has by now.
pub(super) async fn change_seen(
    ctx: &Ctx,
    number: i64,
    seen: &Seen,
    property: Option<&TicketProperty>,
    change: TicketChange,
    tagging: Option<Tagging>,
) -> Result<TicketVersion> {
    ctx.require(Permission::TicketsWrite)?;
    let mut change = change.checked()?;
    let defs = fields::for_input(ctx, FieldEntity::Ticket, &change.fields).await?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    let before = tickets::lock_ticket(&mut tx, ctx.workspace, number).await?;
    if seen.is_stale(&before) {
        // Gives the connection back before asking for another one.
        drop(tx);
        return Err(conflict(ctx, &before).await);
    }
    if let Some(tagging) = tagging {
        change.tags = Some(check_tags(&tagging.apply(&before.tags))?);
    }
    let (after, events, names) = plan(&mut tx, ctx, &before, &change, defs).await?;
    // What comes to the same is no conflict.
    if let Some(property) = property.filter(|_| !events.is_empty())
        && let Some(theirs) = seen.overtaken_by(&before, property, &names)
    {
        drop(tx);
        return Err(overtaken(ctx, before.id, property, theirs).await);
    }
    let version = carry_out(&mut tx, ctx, &before, &after, &events).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(TicketVersion { number, version })
}

/// Changes a ticket that the caller locked and whose version, if any was seen, it compared;
/// `change` is checked. Answers the version that stands then.
pub(super) async fn change_locked(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    change: &TicketChange,
    defs: Vec<FieldDef>,
) -> Result<i32> {
    let (after, events, _) = plan(tx, ctx, before, change, defs).await?;
    carry_out(tx, ctx, before, &after, &events).await
}

/// The ticket as a change makes it, what the timeline will say of that, and the names behind ids.
async fn plan(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    change: &TicketChange,
    defs: Vec<FieldDef>,
) -> Result<(LockedTicket, Vec<NewEvent>, Names)> {
    let category = check(tx, ctx, before, change).await?;
    let mut after = apply(before, change, category, ctx.now);
    rules::apply(&defs, &change.fields, &mut after.fields)?;
    let mut events = parts(tx, ctx, before, change).await?;
    let names = Names::load(tx, ctx, before, &after, defs).await?;
    events.extend(activity::differences(ctx, before, &after, &names));
    Ok((after, events, names))
}

/// Stores a planned change, if it changes anything; answers the version that stands then.
async fn carry_out(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    after: &LockedTicket,
    events: &[NewEvent],
) -> Result<i32> {
    if events.is_empty() {
        return Ok(before.version);
    }
    let version = store(tx, ctx, before, after, events).await?;
    snooze::follow(tx, ctx, before, after).await?;
    Ok(version)
}

/// Stores a changed ticket with its activities and the customer's counts.
pub(super) async fn store(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    after: &LockedTicket,
    events: &[NewEvent],
) -> Result<i32> {
    let version = tickets::update_ticket(tx, ctx.workspace, ctx.now, after).await?;
    let opened = i32::from(before.status.is_closed()) - i32::from(after.status.is_closed());
    if opened != 0 {
        tickets::count_on_customer(tx, ctx.workspace, after.customer, opened, 0).await?;
    }
    timeline::append(tx, ctx.workspace, ctx.now, events).await?;
    csat::follow(tx, ctx, before, after).await?;
    given::notify_changed(tx, ctx, before, after).await?;
    let properties = (before.priority, before.team) != (after.priority, after.team);
    if properties || before.status != after.status {
        sla::follow(tx, ctx, after, properties).await?;
    }
    Ok(version)
}

/// Puts a ticket into a status, and keeps when it was closed.
pub(super) fn set_status(ticket: &mut LockedTicket, status: Status, now: DateTime<Utc>) {
    ticket.closed_at = match (ticket.status.is_closed(), status.is_closed()) {
        (false, true) => Some(now),
        (true, true) => ticket.closed_at,
        (_, false) => None,
    };
    if status != Status::Snoozed {
        ticket.snoozed_until = None;
    }
    if status != ticket.status {
        ticket.label = None;
    }
    ticket.status = status;
}

/// `category` is the one of the change's label.
fn apply(
    before: &LockedTicket,
    change: &TicketChange,
    category: Option<StatusCategory>,
    now: DateTime<Utc>,
) -> LockedTicket {
    let mut after = before.clone();
    if let Some(subject) = &change.subject {
        after.subject.clone_from(subject);
    }
    // First: a status that is asked for as well is what it then has.
    if let Some(spam) = change.spam.filter(|spam| *spam != after.spam_at.is_some()) {
        after.spam_at = spam.then_some(now);
        set_status(&mut after, if spam { Status::Closed } else { Status::Open }, now);
    }
    if let Some(status) = change.status {
        set_status(&mut after, status, now);
    }
    if let Some(category) = category {
        set_status(&mut after, category.status(), now);
        after.label = change.label_id;
    }
    if let Some(until) = change.snoozed_until {
        set_status(&mut after, Status::Snoozed, now);
        after.snoozed_until = Some(until);
    }
    after.priority = change.priority.unwrap_or(after.priority);
    after.assignee = change.assignee_id.unwrap_or(after.assignee);
    after.team = change.team_id.unwrap_or(after.team);
    if let Some(tags) = &change.tags {
        after.tags.clone_from(tags);
    }
    after
}

/// What only the database knows to be wrong with a change; answers the category of its label.
async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &LockedTicket,
    change: &TicketChange,
) -> Result<Option<StatusCategory>> {
    let mut problems = Problems::default();
    let mut category = None;
    if let Some(label) = change.label_id {
        category = problems.check(check_label(tx, ctx, label).await);
    }
    if let Some(Some(assignee)) = change.assignee_id {
        problems.check(check_assignee(tx, ctx, assignee).await);
    }
    if let Some(Some(team)) = change.team_id {
        problems.check(check_team(tx, ctx, team).await);
    }
    if let Some(until) = change.snoozed_until {
        problems.check(snooze::check(until, ctx.now));
    }
    if before.merged_into.is_some()
        && (change.status.is_some() || category.is_some() || change.snoozed_until.is_some())
    {
        problems.add("status", "This ticket was merged into another: undo that first.");
    }
    if change.link_issue.is_some() || change.add_participant.is_some() {
        let (issues, people) = tickets::part_counts(tx, ctx.workspace, before.id).await?;
        if change.link_issue.is_some() && issues >= limits::LINKED_ISSUES_MAX as i64 {
            let max = limits::LINKED_ISSUES_MAX;
            problems.add("issue_key", format!("A ticket has at most {max} linked issues."));
        }
        if change.add_participant.is_some() && people >= limits::PARTICIPANTS_MAX as i64 {
            let max = limits::PARTICIPANTS_MAX;
            problems.add("participant_email", format!("A ticket has at most {max} participants."));
        }
    }
    problems.finish()?;
    Ok(category)
}

/// The category of a label; refuses those that are not of this workspace, or archived.
pub(super) async fn check_label(tx: &mut Tx, ctx: &Ctx, label: LabelId) -> Result<StatusCategory> {
    let all = tickets::labels(tx, ctx.workspace).await?;
    match all.iter().find(|l| l.id == label && !l.archived) {
        Some(label) => Ok(label.category),
        None => Err(AppError::invalid("status", "There is no such status.")),
    }
}

/// Refuses people who are not of this workspace, disabled, or may not work on tickets.
pub(super) async fn check_assignee(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    if users::is_assignable(tx, ctx.workspace, user).await? {
        return Ok(());
    }
    Err(AppError::invalid("assignee_id", "This person cannot be given tickets."))
}

/// Refuses teams that are not of this workspace.
pub(super) async fn check_team(tx: &mut Tx, ctx: &Ctx, team: TeamId) -> Result<()> {
    if users::is_team(tx, ctx.workspace, team).await? {
        return Ok(());
    }
    Err(AppError::invalid("team_id", "There is no such team."))
}

/// Linked issues and participants, which have rows of their own.
async fn parts(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &LockedTicket,
    change: &TicketChange,
) -> Result<Vec<NewEvent>> {
    let mut events = Vec::new();
    let (workspace, id) = (ctx.workspace, ticket.id);
    if let Some(issue) = &change.link_issue {
        let new = tickets::link_issue(tx, workspace, id, issue).await?;
        events.push(activity::issue_linked(ctx, ticket, issue, new));
    }
    if let Some(issue) = change.unlink_issue {
        let issue = tickets::unlink_issue(tx, workspace, id, issue).await?;
        events.push(activity::issue_unlinked(ctx, ticket, &issue));
    }
    if let Some(person) = &change.add_participant
        && tickets::add_participant(tx, workspace, id, person).await?
    {
        events.push(activity::participant(ctx, ticket, "added", &person.email));
    }
    if let Some(email) = &change.remove_participant {
        let person = tickets::remove_participant(tx, workspace, id, email).await?;
        events.push(activity::participant(ctx, ticket, "removed", &person.email));
    }
    Ok(events)
}

/// Says who was faster.
pub(super) async fn conflict(ctx: &Ctx, ticket: &LockedTicket) -> AppError {
    let actor = match ctx.store.last_actor_on_ticket(ctx.workspace, ticket.id).await {
        Ok(actor) => actor,
        Err(error) => return error.into(),
    };
    let who = actor.unwrap_or_else(|| "Somebody".into());
    AppError::Conflict(format!(
        "{who} changed this ticket meanwhile. Nothing was overwritten; look at it and try again."
    ))
}

#[cfg(test)]
mod tests;
