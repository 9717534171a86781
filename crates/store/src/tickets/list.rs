//! Ticket rows of one customer, and what every list of tickets selects.

use crate::{Result, Store, StoreError};
use chrono::{DateTime, Utc};
use rapport_domain::sla::{Due, SlaTarget};
use rapport_domain::ticket::{
    Channel, LabelRef, PersonRef, Priority, Status, TeamRef, TicketCustomer, TicketList,
    TicketListQuery, TicketRow, TicketScope,
};
use rapport_domain::{
    Cursor, CustomerId, LabelId, Page, TeamId, TicketId, UserId, Uuid, WorkspaceId, limits,
};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// A row as Postgres writes it into JSON: ids are bare UUIDs.
///
/// Lists travel as one JSON value, so that a page and all that stands around it are
/// one round trip.
#[derive(Debug, Deserialize)]
pub(super) struct JsonRow {
    id: Uuid,
    number: i64,
    customer_id: Uuid,
    customer_name: String,
    account_name: Option<String>,
    subject: String,
    status: Status,
    label_id: Option<Uuid>,
    label_name: Option<String>,
    priority: Priority,
    channel: Channel,
    assignee_id: Option<Uuid>,
    assignee_name: Option<String>,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    tags: Vec<String>,
    submitted_at: DateTime<Utc>,
    last_activity_at: DateTime<Utc>,
    last_message_text: String,
    last_message_channel: Option<Channel>,
    unread: bool,
    due_at: Option<DateTime<Utc>>,
    due_target: Option<SlaTarget>,
    version: i32,
}

impl From<JsonRow> for TicketRow {
    fn from(r: JsonRow) -> Self {
        let assignee = r.assignee_id.zip(r.assignee_name);
        let label = r.label_id.zip(r.label_name);
        let team = r.team_id.zip(r.team_name);
        Self {
            id: TicketId(r.id),
            number: r.number,
            customer: TicketCustomer {
                id: CustomerId(r.customer_id),
                name: r.customer_name,
                account_name: r.account_name,
            },
            subject: r.subject,
            status: r.status,
            label: label.map(|(id, name)| LabelRef { id: LabelId(id), name }),
            priority: r.priority,
            channel: r.channel,
            assignee: assignee.map(|(id, name)| PersonRef { id: UserId(id), name }),
            team: team.map(|(id, name)| TeamRef { id: TeamId(id), name }),
            tags: r.tags,
            submitted_at: r.submitted_at,
            last_activity_at: r.last_activity_at,
            last_message_text: r.last_message_text,
            last_message_channel: r.last_message_channel,
            unread: r.unread,
            due: r.due_at.zip(r.due_target).map(|(at, target)| Due { target, at }),
            version: r.version,
        }
    }
}

/// Starts a select of [`JsonRow`]s as it sees `viewer`; `from page t` and the order follow.
/// An API key has no eyes: nothing is unread for it. Whoever closes a ticket has read it for
/// everybody; what comes after that is news again.
pub(super) fn push_rows(
    sql: &mut QueryBuilder<Postgres>,
    workspace: WorkspaceId,
    viewer: Option<UserId>,
) {
    let viewer = viewer.map(|v| v.0);
    sql.push(
        "select t.id, t.number, t.customer_id, c.name as customer_name, a.name as account_name,
            t.subject, t.status, t.label_id, l.name as label_name, t.priority, t.channel, t.assignee_id, u.name as assignee_name,
            t.team_id, m.name as team_name, t.tags, t.submitted_at, t.last_activity_at,
            t.last_message_text, t.last_message_channel, t.version, t.due_at,
            case t.due_at when t.first_response_due_at then 'first_response'
                when t.next_response_due_at then 'next_response'
                when t.resolution_due_at then 'resolution' end as due_target, ",
    );
    sql.push_bind(viewer);
    sql.push(
        "::uuid is not null
            and coalesce(r.marked_unread
                or (t.last_inbound_at > coalesce(r.read_at, '-infinity')
                    and (t.status <> 'closed'
                        or t.awaiting_since is not null and t.last_inbound_at > t.closed_at)), false) as unread
        from page t
        join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
        left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
        left join status_labels l on l.workspace_id = t.workspace_id and l.id = t.label_id
        left join users u on u.workspace_id = t.workspace_id and u.id = t.assignee_id
        left join teams m on m.workspace_id = t.workspace_id and m.id = t.team_id
        left join ticket_reads r on r.workspace_id = ",
    );
    sql.push_bind(workspace.0);
    sql.push(" and r.user_id = ");
    sql.push_bind(viewer);
    sql.push("::uuid and r.ticket_id = t.id ");
}

/// Turns rows into a page of at most `limit`.
pub(super) fn page(rows: Vec<JsonRow>, limit: u32) -> Page<TicketRow> {
    let rows = rows.into_iter().map(TicketRow::from).collect();
    Page::from_rows(rows, limit, |r: &TicketRow| Cursor::new(r.last_activity_at, r.id.0))
}

impl Store {
    /// A customer's tickets, newest activity first, with the kept counts.
    pub async fn tickets_of_customer(
        &self,
        workspace: WorkspaceId,
        viewer: Option<UserId>,
        customer: CustomerId,
        query: &TicketListQuery,
    ) -> Result<TicketList> {
        let limit = query.limit.unwrap_or(limits::PANE_TICKETS).min(limits::PAGE_ROWS_MAX);
        let mut sql =
            QueryBuilder::new("with page as (select t.* from tickets t where t.workspace_id = ");
        sql.push_bind(workspace.0).push(" and t.customer_id = ").push_bind(customer.0);
        match query.scope {
            TicketScope::All => {}
            TicketScope::Open => drop(sql.push(" and t.status <> 'closed'")),
            TicketScope::Closed => drop(sql.push(" and t.status = 'closed'")),
        }
        if !query.text.is_empty() {
            push_text(&mut sql, &query.text);
        }
        if let Some(after) = query.after {
            sql.push(" and (t.last_activity_at, t.id) < (").push_bind(after.at);
            sql.push(", ").push_bind(after.id).push(")");
        }
        sql.push(" order by t.last_activity_at desc, t.id desc limit ");
        sql.push_bind(i64::from(limit) + 1);
        sql.push("), shown as (");
        push_rows(&mut sql, workspace, viewer);
        sql.push(
            "order by t.last_activity_at desc, t.id desc)
            select open_tickets, total_tickets,
                (select coalesce(json_agg(shown), '[]') from shown)
            from customers where workspace_id = ",
        );
        sql.push_bind(workspace.0).push(" and id = ").push_bind(customer.0);
        let (open, total, Json(rows)): (i32, i32, Json<Vec<JsonRow>>) =
            sql.build_query_as().fetch_optional(self.pool()).await?.ok_or(StoreError::NotFound)?;
        Ok(TicketList { page: page(rows, limit), open, total })
    }
}

/// Subject or last message contain the text, or it is the number, with or without `#`.
/// Reads one customer's tickets, not the workspace's, so it needs no index.
fn push_text(sql: &mut QueryBuilder<Postgres>, text: &str) {
    let number: Option<i64> = text.trim_start_matches('#').parse().ok();
    let needle = text.to_lowercase();
    sql.push(" and (strpos(lower(t.subject), ").push_bind(needle.clone());
    sql.push(") > 0 or strpos(lower(t.last_message_text), ").push_bind(needle);
    sql.push(") > 0 or t.number = ").push_bind(number).push(")");
}
