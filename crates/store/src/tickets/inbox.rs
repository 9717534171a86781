//! The inbox: tickets of the whole workspace, filtered and ordered.

use super::list::{JsonRow, push_rows};
use crate::{Result, Store};
use rapport_domain::ticket::{
    Assignable, AssigneeFilter, Inbox, InboxCursor, InboxQuery, InboxSort, PersonRef, Status,
    StatusCategory, StatusFilter, StatusLabel, TeamRef, TicketRow,
};
use rapport_domain::{LabelId, TeamId, UserId, Uuid, WorkspaceId, limits};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// An id and a name as Postgres writes them into JSON.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    id: Uuid,
    name: String,
}

/// A label in use as Postgres writes it into JSON.
#[derive(Debug, Deserialize)]
pub(crate) struct JsonLabel {
    id: Uuid,
    name: String,
    category: StatusCategory,
    position: i32,
    is_default: bool,
}

impl From<JsonLabel> for StatusLabel {
    fn from(l: JsonLabel) -> Self {
        let JsonLabel { id, name, category, position, is_default } = l;
        Self { id: LabelId(id), name, category, position, is_default, archived: false }
    }
}

/// What a ticket can be given: `people`, `teams` and `labels`, each a JSON list.
pub(crate) const ASSIGNABLE: &str = "
    (select coalesce(json_agg(p), '[]') from (
        select id, name from users
        where workspace_id = $1 and disabled_at is null and role <> 'viewer'
        order by lower(name), id limit 500
    ) p) as people,
    (select coalesce(json_agg(m), '[]') from (
        select id, name from teams where workspace_id = $1 order by lower(name), id limit 200
    ) m) as teams,
    (select coalesce(json_agg(s), '[]') from (
        select id, name, category, position, is_default from status_labels
        where workspace_id = $1 and archived_at is null
        order by array_position(array['open', 'waiting', 'closed'], category), position, id limit 60
    ) s) as labels";

/// The columns of [`ASSIGNABLE`].
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct AssignableColumns {
    people: Json<Vec<Named>>,
    teams: Json<Vec<Named>>,
    labels: Json<Vec<JsonLabel>>,
}

impl From<AssignableColumns> for Assignable {
    fn from(columns: AssignableColumns) -> Self {
        let person = |n: Named| PersonRef { id: UserId(n.id), name: n.name };
        let team = |n: Named| TeamRef { id: TeamId(n.id), name: n.name };
        Self {
            people: columns.people.0.into_iter().map(person).collect(),
            teams: columns.teams.0.into_iter().map(team).collect(),
            labels: columns.labels.0.into_iter().map(StatusLabel::from).collect(),
        }
    }
}

/// What the one statement answers.
#[derive(sqlx::FromRow)]
struct InboxAnswer {
    rows: Json<Vec<JsonRow>>,
    #[sqlx(flatten)]
    assignable: AssignableColumns,
}

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
        sql.push(") select (select coalesce(json_agg(shown), '[]') from shown) as rows, ");
        sql.push(ASSIGNABLE);
        let answer: InboxAnswer = sql.build_query_as().fetch_one(self.pool()).await?;
        let rows = answer.rows.0;
        let more = rows.len() > limit as usize;
        let items: Vec<TicketRow> =
            rows.into_iter().take(limit as usize).map(TicketRow::from).collect();
        let last = items.last().filter(|_| more);
        let next = last.map(|row| InboxCursor::of(row, query.sort));
        Ok(Inbox { next, items, assignable: answer.assignable.into() })
    }

    /// Everybody a ticket can be given to, and the teams, by name.
    pub async fn assignable(&self, workspace: WorkspaceId) -> Result<Assignable> {
        let mut sql = QueryBuilder::<Postgres>::new("select ");
        sql.push(ASSIGNABLE);
        let found: AssignableColumns =
            sql.build_query_as().bind(workspace.0).fetch_one(self.pool()).await?;
        Ok(found.into())
    }
}

/// The filters. Statuses are written out, not bound: the planner matches them to the
/// partial indexes.
fn push_filters(sql: &mut QueryBuilder<Postgres>, viewer: Option<UserId>, query: &InboxQuery) {
    sql.push(match query.status {
        StatusFilter::All | StatusFilter::Label(_) => "",
        StatusFilter::ToDo => " and t.status in ('new', 'open')",
        StatusFilter::Waiting => " and t.status in ('pending', 'snoozed')",
        StatusFilter::Only(Status::New) => " and t.status = 'new'",
        StatusFilter::Only(Status::Open) => " and t.status = 'open'",
        StatusFilter::Only(Status::Pending) => " and t.status = 'pending'",
        StatusFilter::Only(Status::Snoozed) => " and t.status = 'snoozed'",
        StatusFilter::Only(Status::Closed) => " and t.status = 'closed'",
    });
    if let StatusFilter::Label(label) = query.status {
        sql.push(" and t.label_id = ").push_bind(label.0);
    }
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
    // Without a due time there is no place in that order.
    if query.sort == InboxSort::Due {
        sql.push(" and t.due_at is not null");
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
        InboxSort::Due => drop(sql.push(" and (t.due_at, t.id) > (")),
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
        InboxSort::Due => " order by t.due_at, t.id",
        InboxSort::Priority => " order by t.priority_rank desc, t.last_activity_at desc, t.id desc",
    }
}
