//! Writing tickets, always in the caller's transaction.

use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::sla::SlaClock;
use rapport_domain::ticket::{Channel, Priority, Status};
use rapport_domain::{CustomerId, LabelId, SlaPolicyId, TeamId, TicketId, UserId, WorkspaceId};
use serde_json::Value;
use sqlx::types::Json;
use std::collections::BTreeMap;

/// Locks a customer, following a merge; answers the id that stands now.
pub async fn lock_customer(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
) -> Result<CustomerId> {
    let found = sqlx::query_scalar!(
        r#"select id as "id: CustomerId" from customers
        where workspace_id = $1 and id = (
            select coalesce(merged_into, id) from customers where workspace_id = $1 and id = $2
        )
        for no key update"#,
        workspace.0,
        customer.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    found.ok_or(StoreError::NotFound)
}

/// A ticket to insert; the number comes from the workspace, unless an import brings one.
#[derive(Debug)]
pub struct InsertTicket<'a> {
    pub id: TicketId,
    pub number: Option<i64>,
    pub customer: CustomerId,
    pub subject: &'a str,
    pub status: Status,
    /// `None`: the default of the status.
    pub label: Option<LabelId>,
    pub priority: Priority,
    pub channel: Channel,
    pub mailbox: Option<&'a str>,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub tags: &'a [String],
    pub fields: &'a BTreeMap<String, Value>,
    pub submitted_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// Inserts a ticket under its own or the workspace's next number, which it returns.
///
/// The number is taken in the transaction: an undone one leaves no gap. The constraint
/// `tickets_workspace_id_number_key` refuses a number in use.
pub async fn insert_ticket(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: &InsertTicket<'_>,
) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        "with taken as (
            update workspaces
            set next_ticket_number = greatest(next_ticket_number, coalesce($15, next_ticket_number) + 1)
            where workspace_id = $1 returning coalesce($15, next_ticket_number - 1) as number
        )
        insert into tickets (workspace_id, id, number, customer_id, subject, status, priority,
            channel, mailbox, assignee_id, team_id, tags, fields, submitted_at, closed_at,
            last_activity_at, label_id)
        select $1, $2, taken.number, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13,
            coalesce($16, (select id from status_labels
                where workspace_id = $1 and category = $17 and is_default))
        from taken returning number",
        workspace.0,
        ticket.id.0,
        ticket.customer.0,
        ticket.subject,
        ticket.status.as_str(),
        ticket.priority.as_str(),
        ticket.channel.as_str(),
        ticket.mailbox,
        ticket.assignee.map(|a| a.0),
        ticket.team.map(|t| t.0),
        ticket.tags,
        Json(ticket.fields) as _,
        ticket.submitted_at,
        ticket.closed_at,
        ticket.number,
        ticket.label.map(|l| l.0),
        ticket.status.labelled().map(|category| category.as_str()),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// What a change needs to know of a ticket, locked until the transaction ends.
#[derive(Debug, Clone)]
pub struct LockedTicket {
    pub id: TicketId,
    pub number: i64,
    pub customer: CustomerId,
    pub subject: String,
    pub status: Status,
    /// `None`: the default of the status, once it is stored.
    pub label: Option<LabelId>,
    pub priority: Priority,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub tags: Vec<String>,
    pub fields: Json<BTreeMap<String, Value>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub snoozed_until: Option<DateTime<Utc>>,
    pub spam_at: Option<DateTime<Utc>>,
    /// The ticket that took in this one's messages.
    pub merged_into: Option<TicketId>,
    pub channel: Channel,
    pub submitted_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    /// The customer's first message that nobody answered yet.
    pub awaiting_since: Option<DateTime<Utc>>,
    pub sla_policy: Option<SlaPolicyId>,
    pub first_response_due_at: Option<DateTime<Utc>>,
    pub next_response_due_at: Option<DateTime<Utc>>,
    pub resolution_due_at: Option<DateTime<Utc>>,
    pub resolution_left_s: Option<i64>,
    pub version: i32,
}

impl LockedTicket {
    /// What is due when.
    pub fn sla(&self) -> SlaClock {
        SlaClock {
            policy: self.sla_policy,
            first_response: self.first_response_due_at,
            next_response: self.next_response_due_at,
            resolution: self.resolution_due_at,
            resolution_left_s: self.resolution_left_s,
        }
    }
}

/// Locks a ticket by its number, its customer first.
pub async fn lock_ticket(tx: &mut Tx, workspace: WorkspaceId, number: i64) -> Result<LockedTicket> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: TicketId" from tickets where workspace_id = $1 and number = $2"#,
        workspace.0,
        number,
    )
    .fetch_one(&mut **tx)
    .await?;
    lock_ticket_by_id(tx, workspace, id).await
}

/// Locks a ticket by its id, its customer first.
pub async fn lock_ticket_by_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: TicketId,
) -> Result<LockedTicket> {
    Ok(sqlx::query_as!(
        LockedTicket,
        r#"with owner as (
            select id from customers where workspace_id = $1 and id = (
                select customer_id from tickets where workspace_id = $1 and id = $2
            )
            for no key update
        )
        select t.id as "id: TicketId", t.number, t.customer_id as "customer: CustomerId",
            t.subject, t.status as "status: Status", t.label_id as "label: LabelId",
            t.priority as "priority: Priority",
            t.assignee_id as "assignee: UserId", t.team_id as "team: TeamId", t.tags,
            t.fields as "fields: Json<BTreeMap<String, Value>>", t.closed_at, t.snoozed_until,
            t.spam_at, t.merged_into as "merged_into: TicketId", t.channel as "channel: Channel",
            t.submitted_at, t.first_response_at, t.awaiting_since,
            t.sla_policy_id as "sla_policy: SlaPolicyId", t.first_response_due_at,
            t.next_response_due_at, t.resolution_due_at, t.resolution_left_s, t.version
        from owner join tickets t on t.workspace_id = $1 and t.id = $2
        for no key update of t"#,
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Stores a locked ticket as it is now; returns the new version.
pub async fn update_ticket(
    tx: &mut Tx,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
    ticket: &LockedTicket,
) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        "update tickets set subject = $3, status = $4, priority = $5, assignee_id = $6,
            team_id = $7, tags = $8, fields = $9, closed_at = $10, updated_at = $11,
            snoozed_until = $12, spam_at = $13,
            label_id = coalesce($14, (select id from status_labels
                where workspace_id = $1 and category = $15 and is_default)),
            last_activity_at = greatest(last_activity_at, $11), version = version + 1
        where workspace_id = $1 and id = $2 returning version",
        workspace.0,
        ticket.id.0,
        ticket.subject,
        ticket.status.as_str(),
        ticket.priority.as_str(),
        ticket.assignee.map(|a| a.0),
        ticket.team.map(|t| t.0),
        &ticket.tags,
        Json(&ticket.fields.0) as _,
        ticket.closed_at,
        now,
        ticket.snoozed_until,
        ticket.spam_at,
        ticket.label.map(|l| l.0),
        ticket.status.labelled().map(|category| category.as_str()),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// What a stored message changes on its ticket.
#[derive(Debug)]
pub struct MessageTouch<'a> {
    pub ticket: TicketId,
    pub sent_at: DateTime<Utc>,
    pub channel: Channel,
    /// The start of the text, for lists.
    pub snippet: &'a str,
    /// The customer wrote it: unread for everybody who has not looked since.
    pub inbound: bool,
    /// An agent wrote it to the customer: the first one is the first response.
    pub response: bool,
}

/// Counts a message and keeps what lists show of the newest one.
pub async fn touch_by_message(
    tx: &mut Tx,
    workspace: WorkspaceId,
    touch: &MessageTouch<'_>,
) -> Result<()> {
    sqlx::query!(
        "update tickets set
            message_count = message_count + 1,
            last_message_text = case when $3 >= coalesce(last_message_at, $3)
                then $4 else last_message_text end,
            last_message_channel = case when $3 >= coalesce(last_message_at, $3)
                then $5 else last_message_channel end,
            last_message_at = greatest(last_message_at, $3),
            last_inbound_at = case when $6 then greatest(last_inbound_at, $3)
                else last_inbound_at end,
            first_response_at = case when $7 then least(first_response_at, $3)
                else first_response_at end,
            awaiting_since = case when $6 then coalesce(awaiting_since, $3)
                when not $7 then awaiting_since end,
            last_activity_at = greatest(last_activity_at, $3)
        where workspace_id = $1 and id = $2",
        workspace.0,
        touch.ticket.0,
        touch.sent_at,
        touch.snippet,
        touch.channel.as_str(),
        touch.inbound,
        touch.response,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps a customer's counts of tickets: `open` and `total` are added.
pub async fn count_on_customer(
    tx: &mut Tx,
    workspace: WorkspaceId,
    customer: CustomerId,
    open: i32,
    total: i32,
) -> Result<()> {
    sqlx::query!(
        "update customers set open_tickets = open_tickets + $3, total_tickets = total_tickets + $4
        where workspace_id = $1 and id = $2",
        workspace.0,
        customer.0,
        open,
        total,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
