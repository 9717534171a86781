//! SLA policies, and what is due on tickets.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::sla::{Hours, SlaClock, SlaPolicy, SlaPolicyInput};
use rapport_domain::ticket::{Channel, Priority};
use rapport_domain::{CustomerId, SlaPolicyId, TeamId, TicketId, WorkspaceId, limits};
use sqlx::types::Json;

impl Store {
    /// The policies in their order, archived ones last.
    pub async fn sla_policies(&self, workspace: WorkspaceId) -> Result<Vec<SlaPolicy>> {
        let mut tx = self.begin().await?;
        policies(&mut tx, workspace).await
    }

    /// Tickets of all workspaces on which a due time passed that nobody noted yet.
    pub async fn passed_dues(
        &self,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, TicketId)>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: TicketId" from tickets
            where sla_check_at <= $1 order by sla_check_at limit $2"#,
            now,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.workspace, r.id)).collect())
    }

    /// Tickets of all workspaces of which something is due until `until`, and nobody was warned.
    pub async fn soon_due(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, TicketId)>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: TicketId" from tickets
            where sla_check_at > $1 and sla_check_at <= $2
                and sla_warned_at is distinct from sla_check_at
            order by sla_check_at limit $3"#,
            now,
            until,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.workspace, r.id)).collect())
    }
}

/// The policies in their order, archived ones last, inside a transaction.
pub async fn policies(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<SlaPolicy>> {
    let rows = sqlx::query!(
        r#"select id as "id: SlaPolicyId", name, position, priority as "priority: Priority",
            team_id as "team: TeamId", channel as "channel: Channel", account_plan,
            first_response_minutes, next_response_minutes, resolution_minutes,
            hours as "hours: Json<Hours>", archived_at is not null as "archived!"
        from sla_policies where workspace_id = $1
        order by archived_at is not null, position, id limit $2"#,
        workspace.0,
        2 * limits::SLA_POLICIES_MAX as i64,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| SlaPolicy {
            id: r.id,
            position: r.position,
            archived: r.archived,
            rules: SlaPolicyInput {
                name: r.name,
                priority: r.priority,
                team_id: r.team,
                channel: r.channel,
                account_plan: r.account_plan,
                first_response: r.first_response_minutes,
                next_response: r.next_response_minutes,
                resolution: r.resolution_minutes,
                hours: r.hours.map(|h| h.0),
            },
        })
        .collect())
}

/// The same for whoever changes them: others who do wait their turn.
pub async fn lock_policies(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<SlaPolicy>> {
    sqlx::query!(
        "select 1 as one from workspaces where workspace_id = $1 for no key update",
        workspace.0
    )
    .fetch_one(&mut **tx)
    .await?;
    policies(tx, workspace).await
}

/// Writes a policy, new or known.
pub async fn save_policy(
    tx: &mut Tx,
    workspace: WorkspaceId,
    policy: &SlaPolicy,
    now: DateTime<Utc>,
) -> Result<()> {
    let rules = &policy.rules;
    sqlx::query!(
        "insert into sla_policies as p (workspace_id, id, name, position, priority, team_id,
            channel, account_plan, first_response_minutes, next_response_minutes,
            resolution_minutes, hours, archived_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
            case when $13 then $14::timestamptz end)
        on conflict (workspace_id, id) do update set name = excluded.name,
            position = excluded.position, priority = excluded.priority,
            team_id = excluded.team_id, channel = excluded.channel,
            account_plan = excluded.account_plan,
            first_response_minutes = excluded.first_response_minutes,
            next_response_minutes = excluded.next_response_minutes,
            resolution_minutes = excluded.resolution_minutes, hours = excluded.hours,
            archived_at = case when $13 then coalesce(p.archived_at, $14) end",
        workspace.0,
        policy.id.0,
        rules.name,
        policy.position,
        rules.priority.map(Priority::as_str),
        rules.team_id.map(|t| t.0),
        rules.channel.map(Channel::as_str),
        rules.account_plan,
        rules.first_response,
        rules.next_response,
        rules.resolution,
        rules.hours.as_ref().map(Json) as _,
        policy.archived,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The plan of a customer's account.
pub async fn plan_of(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<Option<String>> {
    let plan = sqlx::query_scalar!(
        "select a.plan from customers c
        join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
        where c.workspace_id = $1 and c.id = $2",
        workspace.0,
        customer.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(plan.flatten())
}

/// Keeps what is due on a ticket. `check_at` is the next due time whose passing is to be noted.
pub async fn set_clock(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    clock: &SlaClock,
    check_at: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query!(
        "update tickets set sla_policy_id = $3, first_response_due_at = $4,
            next_response_due_at = $5, resolution_due_at = $6, resolution_left_s = $7,
            sla_check_at = $8
        where workspace_id = $1 and id = $2",
        workspace.0,
        ticket.0,
        clock.policy.map(|p| p.0),
        clock.first_response,
        clock.next_response,
        clock.resolution,
        clock.resolution_left_s,
        check_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The next due time whose passing is to be noted.
pub async fn check_at(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
) -> Result<Option<DateTime<Utc>>> {
    let at = sqlx::query_scalar!(
        "select sla_check_at from tickets where workspace_id = $1 and id = $2",
        workspace.0,
        ticket.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(at.flatten())
}

/// Keeps that people were warned of the next due time; false when they were before.
pub async fn set_warned(tx: &mut Tx, workspace: WorkspaceId, ticket: TicketId) -> Result<bool> {
    let done = sqlx::query!(
        "update tickets set sla_warned_at = sla_check_at
        where workspace_id = $1 and id = $2 and sla_warned_at is distinct from sla_check_at",
        workspace.0,
        ticket.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
