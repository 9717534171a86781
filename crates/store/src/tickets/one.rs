//! One ticket, and who has read it.

use super::list::JsonRow;
use super::list::push_rows;
use crate::{Result, Store, StoreError};
use chrono::{DateTime, Utc};
use rapport_domain::provider::IssueProvider;
use rapport_domain::stored::Stored;
use rapport_domain::ticket::{IssueState, LinkedIssue, Participant, Ticket, TicketRow};
use rapport_domain::{IssueId, TicketId, UserId, Uuid, WorkspaceId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Deserialize)]
pub(super) struct Extra {
    mailbox: Option<String>,
    fields: BTreeMap<String, Value>,
    csat_score: Option<i16>,
    first_response_at: Option<DateTime<Utc>>,
    first_response_due_at: Option<DateTime<Utc>>,
    next_response_due_at: Option<DateTime<Utc>>,
    resolution_due_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    spam_at: Option<DateTime<Utc>>,
    message_count: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
pub(super) struct JsonIssue {
    id: Uuid,
    provider: IssueProvider,
    key: String,
    url: String,
    title: Option<String>,
    state: Option<IssueState>,
}

/// What [`push_ticket`] selects.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct TicketColumns {
    shown: Json<JsonRow>,
    extra: Json<Extra>,
    issues: Json<Vec<JsonIssue>>,
    participants: Json<Vec<Participant>>,
    merged_into: Option<i64>,
    split_from: Option<i64>,
    sensitive: Vec<String>,
}

/// Starts a select of one ticket's [`TicketColumns`], the workspace as `$1` and the ticket as
/// `t`; more columns may follow, then `from page t cross join shown`.
pub(crate) fn push_ticket(
    sql: &mut QueryBuilder<Postgres>,
    workspace: WorkspaceId,
    viewer: Option<UserId>,
    number: i64,
) {
    sql.push("with page as (select t.* from tickets t where t.workspace_id = ");
    sql.push_bind(workspace.0).push(" and t.number = ").push_bind(number);
    sql.push("), shown as (");
    push_rows(sql, workspace, viewer);
    sql.push(
        ") select row_to_json(shown) as shown, row_to_json(t) as extra,
            (select coalesce(json_agg(l order by l.created_at, l.id), '[]')
                from linked_issues l
                where l.workspace_id = t.workspace_id and l.ticket_id = t.id) as issues,
            (select coalesce(json_agg(p order by p.created_at, p.email), '[]')
                from ticket_participants p
                where p.workspace_id = t.workspace_id and p.ticket_id = t.id) as participants,
            (select m.number from tickets m
                where m.workspace_id = t.workspace_id and m.id = t.merged_into) as merged_into,
            (select s.number from tickets s
                where s.workspace_id = t.workspace_id and s.id = t.split_from) as split_from,
            sensitive_keys(t.workspace_id, 'ticket') as sensitive",
    );
}

impl From<TicketColumns> for Stored<Ticket> {
    fn from(columns: TicketColumns) -> Self {
        let Json(extra) = columns.extra;
        let ticket = Ticket {
            row: TicketRow::from(columns.shown.0),
            mailbox: extra.mailbox,
            fields: extra.fields,
            hidden_fields: BTreeSet::new(),
            csat_score: extra.csat_score,
            first_response_at: extra.first_response_at,
            first_response_due_at: extra.first_response_due_at,
            next_response_due_at: extra.next_response_due_at,
            resolution_due_at: extra.resolution_due_at,
            closed_at: extra.closed_at,
            snoozed_until: extra.snoozed_until,
            spam_at: extra.spam_at,
            merged_into: columns.merged_into,
            split_from: columns.split_from,
            message_count: extra.message_count,
            linked_issues: columns.issues.0.into_iter().map(LinkedIssue::from).collect(),
            participants: columns.participants.0,
            created_at: extra.created_at,
            updated_at: extra.updated_at,
        };
        Self::new(ticket, columns.sensitive)
    }
}

impl Store {
    /// A ticket with every property, as `viewer` sees it; one round trip.
    pub async fn ticket(
        &self,
        workspace: WorkspaceId,
        viewer: Option<UserId>,
        number: i64,
    ) -> Result<Stored<Ticket>> {
        let mut sql = QueryBuilder::new("");
        push_ticket(&mut sql, workspace, viewer, number);
        sql.push(" from page t cross join shown");
        let found: Option<TicketColumns> = sql.build_query_as().fetch_optional(self.pool()).await?;
        found.map(Stored::from).ok_or(StoreError::NotFound)
    }

    /// Remembers that a person has seen a ticket up to now, and what they were told of it with it;
    /// `NotFound` for an unknown number.
    pub async fn mark_ticket_read(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        number: i64,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let done = sqlx::query!(
            "with ticket as (select id from tickets where workspace_id = $1 and number = $3),
            told as (
                update notifications n set read_at = $4 from ticket
                where n.workspace_id = $1 and n.user_id = $2 and n.ticket_id = ticket.id
                    and n.read_at is null and n.created_at <= $4
            )
            insert into ticket_reads as r (workspace_id, user_id, ticket_id, read_at)
            select $1, $2, id, $4 from ticket
            on conflict (workspace_id, user_id, ticket_id)
            do update set read_at = greatest(r.read_at, excluded.read_at), marked_unread = false",
            workspace.0,
            user.0,
            number,
            now,
        )
        .execute(self.pool())
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Makes a ticket unread for a person until they open it again, whatever it holds.
    pub async fn mark_ticket_unread(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        number: i64,
    ) -> Result<()> {
        let done = sqlx::query!(
            "insert into ticket_reads (workspace_id, user_id, ticket_id, read_at, marked_unread)
            select workspace_id, $2, id, '-infinity', true from tickets
            where workspace_id = $1 and number = $3
            on conflict (workspace_id, user_id, ticket_id) do update set marked_unread = true",
            workspace.0,
            user.0,
            number,
        )
        .execute(self.pool())
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Who changed a ticket last, for the one whose change came too late.
    pub async fn last_actor_on_ticket(
        &self,
        workspace: WorkspaceId,
        ticket: TicketId,
    ) -> Result<Option<String>> {
        let name = sqlx::query_scalar!(
            "select actor_name from timeline_events
            where workspace_id = $1 and ticket_id = $2 and kind = 'activity'
                and actor_name is not null
            order by occurred_at desc, id desc limit 1",
            workspace.0,
            ticket.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(name.flatten())
    }
}

impl From<JsonIssue> for LinkedIssue {
    fn from(i: JsonIssue) -> Self {
        let JsonIssue { id, provider, key, url, title, state } = i;
        Self { id: IssueId(id), provider, key, url, title, state }
    }
}
