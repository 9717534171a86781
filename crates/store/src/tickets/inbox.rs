//! The inbox: tickets of the whole workspace, filtered and ordered.

use super::list::{JsonRow, push_rows};
use crate::{Result, Store};
use rapport_domain::ticket::{
    Assignable, AssigneeFilter, Inbox, InboxCursor, InboxQuery, InboxSort, PersonRef, Status,
    StatusFilter, TeamRef, TicketRow,
};
use rapport_domain::{TeamId, UserId, Uuid, WorkspaceId, limits};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// An id and a name as Postgres writes them into JSON.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    id: Uuid,
    name: String,
}

/// Everybody who can be given a ticket: `people` and `teams`, each a JSON list.
pub(crate) const ASSIGNABLE: &str = "
    (select coalesce(json_agg(p), '[]') from (
        select id, name from users
        where workspace_id = $1 and disabled_at is null and role <> 'viewer'
        order by lower(name), id limit 500
    ) p) as people,
    (select coalesce(json_agg(m), '[]') from (
        select id, name from teams where workspace_id = $1 order by lower(name), id limit 200
    ) m) as teams";

pub(crate) fn assignable(people: Vec<Named>, teams: Vec<Named>) -> Assignable {
    Assignable {
        people: people.into_iter().map(|n| PersonRef { id: UserId(n.id), name: n.name }).collect(),
        teams: teams.into_iter().map(|n| TeamRef { id: TeamId(n.id), name: n.name }).collect(),
    }
}

/// What the one statement answers: rows, people, teams.
type InboxAnswer = (Json<Vec<JsonRow>>, Json<Vec<Named>>, Json<Vec<Named>>);

impl Store {
    /// A page of the inbox, with the people and teams of its filter menus.
    pub async fn inbox(
        &self,
        workspace: WorkspaceId,
        viewer: Option<UserId>,
        query: &InboxQuery,
    ) -> Result<Inbox> {
        let limit = query.limit.unwrap_or(limits::PAGE_ROWS).min(limits::PAGE_ROWS_MAX);
        // $1 is the workspace, in ASSIGNABLE too.
        let mut sql =
            QueryBuilder::new("with page as (select t.* from tickets t where t.workspace_id = ");
        sql.push_bind(workspace.0);
        push_filters(&mut sql, viewer, query);
        push_after(&mut sql, query);
        sql.push(order(query.sort)).push(" limit ").push_bind(i64::from(limit) + 1);
        sql.push("), shown as (");
        push_rows(&mut sql, workspace, viewer);
        sql.push(order(query.sort));
        sql.push(") select (select coalesce(json_agg(shown), '[]') from shown), ");
        sql.push(ASSIGNABLE);
        let (Json(rows), Json(people), Json(teams)): InboxAnswer =
            sql.build_query_as().fetch_one(self.pool()).await?;
        let more = rows.len() > limit as usize;
        let items: Vec<TicketRow> =
            rows.into_iter().take(limit as usize).map(TicketRow::from).collect();
        let last = items.last().filter(|_| more);
        let next = last.map(|row| InboxCursor::of(row, query.sort));
        Ok(Inbox { next, items, assignable: assignable(people, teams) })
    }

    /// Everybody a ticket can be given to, and the teams, by name.
    pub async fn assignable(&self, workspace: WorkspaceId) -> Result<Assignable> {
        let mut sql = QueryBuilder::<Postgres>::new("select $1::uuid, ");
        sql.push(ASSIGNABLE);
        let (_, Json(people), Json(teams)): (Uuid, Json<Vec<Named>>, Json<Vec<Named>>) =
            sql.build_query_as().bind(workspace.0).fetch_one(self.pool()).await?;
        Ok(assignable(people, teams))
    }
}

/// The filters. Statuses are written out, not bound: the planner matches them to the
/// partial indexes.
fn push_filters(sql: &mut QueryBuilder<Postgres>, viewer: Option<UserId>, query: &InboxQuery) {
    sql.push(match query.status {
        StatusFilter::All => "",
        StatusFilter::ToDo => " and t.status in ('new', 'open')",
        StatusFilter::Waiting => " and t.status in ('pending', 'snoozed')",
        StatusFilter::Only(Status::New) => " and t.status = 'new'",
        StatusFilter::Only(Status::Open) => " and t.status = 'open'",
        StatusFilter::Only(Status::Pending) => " and t.status = 'pending'",
        StatusFilter::Only(Status::Snoozed) => " and t.status = 'snoozed'",
        StatusFilter::Only(Status::Closed) => " and t.status = 'closed'",
    });
    match query.assignee {
        AssigneeFilter::Anyone => {}
        AssigneeFilter::Unassigned => drop(sql.push(" and t.assignee_id is null")),
        // An API key is nobody: it has no tickets of its own.
        AssigneeFilter::Me => {
            sql.push(" and t.assignee_id = ").push_bind(viewer.map(|v| v.0));
        }
        AssigneeFilter::User(user) => {
            sql.push(" and t.assignee_id = ").push_bind(user.0);
        }
    }
    if let Some(channel) = query.channel {
        sql.push(" and t.channel = ").push_bind(channel.as_str());
    }
    if let Some(priority) = query.priority {
        sql.push(" and t.priority_rank = ").push_bind(i16::from(priority.rank()));
    }
}

fn push_after(sql: &mut QueryBuilder<Postgres>, query: &InboxQuery) {
    let Some(InboxCursor { rank, cursor }) = query.after else { return };
    match query.sort {
        InboxSort::Newest => drop(sql.push(" and (t.last_activity_at, t.id) < (")),
        InboxSort::Oldest => drop(sql.push(" and (t.last_activity_at, t.id) > (")),
        InboxSort::Submitted => drop(sql.push(" and (t.submitted_at, t.id) < (")),
        InboxSort::Priority => {
            sql.push(" and (t.priority_rank, t.last_activity_at, t.id) < (");
            sql.push_bind(i16::from(rank)).push(", ");
        }
    }
    sql.push_bind(cursor.at).push(", ").push_bind(cursor.id).push(")");
}

fn order(sort: InboxSort) -> &'static str {
    match sort {
        InboxSort::Newest => " order by t.last_activity_at desc, t.id desc",
        InboxSort::Oldest => " order by t.last_activity_at, t.id",
        InboxSort::Submitted => " order by t.submitted_at desc, t.id desc",
        InboxSort::Priority => " order by t.priority_rank desc, t.last_activity_at desc, t.id desc",
    }
}
