//! The inbox: tickets of the whole workspace, filtered and ordered.
//!
//! Every statement is planned for its values (`persistent(false)`): a rare value is looked up in
//! its filter's index, a common one is met soon while walking in the order of the page.

mod filters;
mod order;
mod search;
mod views;

pub use views::{delete_view, move_view, save_view, update_view};

use super::assignable::{ASSIGNABLE, AssignableColumns};
use super::list::{JsonRow, push_rows};
use crate::{Result, Store};
use chrono::{DateTime, Utc};
use filters::push_filters;
use order::Order;
use rapport_domain::ticket::{Inbox, InboxCursor, InboxQuery, TicketRow, Total};
use rapport_domain::{Cursor, TicketId, UserId, Uuid, WorkspaceId, limits};
use search::Found;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// Counting may take so long; then there is no number.
const COUNTING: &str = "begin; set local statement_timeout = 250";

/// Who asks for which tickets.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    workspace: WorkspaceId,
    viewer: Option<UserId>,
    query: &'a InboxQuery,
    found: &'a Found,
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
        let found = self.inbox_found(workspace, query).await?;
        let asked = Asked { workspace, viewer, query, found: &found };
        let order = Order::of(query);
        // $1 is the workspace, in ASSIGNABLE too.
        let mut sql = QueryBuilder::new("with page as (");
        asked.push_page(&mut sql, order, limit);
        sql.push("), shown as (");
        push_rows(&mut sql, workspace, viewer);
        order.push(&mut sql);
        sql.push(") select (select coalesce(json_agg(shown), '[]') from shown) as rows, ");
        sql.push(ASSIGNABLE);
        let answer: InboxAnswer =
            sql.build_query_as().persistent(false).fetch_one(self.pool()).await?;
        let rows = answer.rows.0;
        let more = rows.len() > limit as usize;
        let mut items: Vec<TicketRow> =
            rows.into_iter().take(limit as usize).map(TicketRow::from).collect();
        // What lies on in the direction of the walk, where it broke off at the latest.
        let mut on = match items.last() {
            Some(last) if more => Some(InboxCursor::of(last, query.sort)),
            _ if asked.is_common() => self.looked_to(&asked, order).await?,
            _ => None,
        };
        let mut back = None;
        let place = |row: &TicketRow| InboxCursor::of(row, query.sort);
        if query.after.is_some() {
            back = items.first().map(place).or(query.after);
        } else if query.before.is_some() {
            items.reverse();
            // One came from there.
            back = items.last().map(place).or(query.before);
            std::mem::swap(&mut on, &mut back);
        }
        let total = self.inbox_total(&asked).await;
        Ok(Inbox { items, next: on, previous: back, total, assignable: answer.assignable.into() })
    }

    /// The first tickets of a view, in its order.
    pub async fn tickets_of_view(
        &self,
        workspace: WorkspaceId,
        viewer: Option<UserId>,
        query: &InboxQuery,
        most: u32,
    ) -> Result<Vec<TicketId>> {
        let query = query.first_page();
        let found = self.inbox_found(workspace, &query).await?;
        let asked = Asked { workspace, viewer, query: &query, found: &found };
        let order = Order::of(&query);
        let mut sql = QueryBuilder::new("select t.id from (");
        asked.push_page(&mut sql, order, most);
        sql.push(") t");
        order.push(&mut sql);
        sql.push(" limit ").push_bind(i64::from(most));
        Ok(sql.build_query_scalar().persistent(false).fetch_all(self.pool()).await?)
    }

    /// What a page costs by Postgres' own account: for tests, and for whoever meets a slow view.
    pub async fn explain_inbox(
        &self,
        workspace: WorkspaceId,
        viewer: Option<UserId>,
        query: &InboxQuery,
    ) -> Result<serde_json::Value> {
        let found = self.inbox_found(workspace, query).await?;
        let asked = Asked { workspace, viewer, query, found: &found };
        let mut sql = QueryBuilder::new("explain (analyze, buffers, format json) ");
        asked.push_page(&mut sql, Order::of(query), limits::PAGE_ROWS);
        let plan: Json<serde_json::Value> =
            sql.build_query_scalar().persistent(false).fetch_one(self.pool()).await?;
        Ok(plan.0)
    }

    /// How many tickets the whole view has, counted to a bound and for a moment.
    async fn inbox_total(&self, asked: &Asked<'_>) -> Option<Total> {
        // Of a word that many tickets have nobody knows without reading them.
        if asked.is_common() {
            return None;
        }
        let mut sql = QueryBuilder::new("select ");
        asked.push_count(&mut sql, limits::INBOX_COUNT);
        let mut tx = self.pool().begin_with(COUNTING).await.ok()?;
        let counted = sql.build_query_scalar().persistent(false).fetch_one(&mut *tx).await.ok()?;
        Some(Total::of(counted, limits::INBOX_COUNT))
    }

    /// Where a search that looks at a bounded number of tickets broke off.
    async fn looked_to(&self, asked: &Asked<'_>, order: Order) -> Result<Option<InboxCursor>> {
        let mut sql = QueryBuilder::new("select t.priority_rank, ");
        sql.push(order.time()).push(", t.id from tickets t where t.workspace_id = ");
        sql.push_bind(asked.workspace.0);
        push_filters(&mut sql, asked);
        order.push_after(&mut sql, asked.query);
        order.push(&mut sql);
        sql.push(" offset ").push_bind(i64::from(limits::INBOX_LOOK) - 1).push(" limit 1");
        let row: Option<(i16, DateTime<Utc>, Uuid)> =
            sql.build_query_as().persistent(false).fetch_optional(self.pool()).await?;
        Ok(row.map(|(rank, at, id)| InboxCursor {
            rank: if order.by_priority() { u8::try_from(rank).unwrap_or(0) } else { 0 },
            cursor: Cursor::new(at, id),
        }))
    }
}

impl Asked<'_> {
    /// Whether so many tickets have the words that they are found while walking.
    fn is_common(&self) -> bool {
        self.found.hits.as_ref().is_some_and(|hits| hits.common)
    }

    /// A select of whole tickets, one more than `limit`: whether there are more.
    fn push_page(&self, sql: &mut QueryBuilder<Postgres>, order: Order, limit: u32) {
        let common = self.found.hits.as_ref().filter(|hits| hits.common);
        sql.push("select t.* from ");
        sql.push(if common.is_some() { "(select t.* from tickets t" } else { "tickets t" });
        sql.push(" where t.workspace_id = ").push_bind(self.workspace.0);
        push_filters(sql, self);
        order.push_after(sql, self.query);
        if let Some(hits) = common {
            order.push(sql);
            sql.push(" limit ").push_bind(i64::from(limits::INBOX_LOOK));
            sql.push(") t where true");
            hits.push(sql);
        }
        order.push(sql);
        sql.push(" limit ").push_bind(i64::from(limit) + 1);
    }

    /// A number in brackets: the tickets of the whole view, `most` and one more at the most.
    fn push_count(&self, sql: &mut QueryBuilder<Postgres>, most: u32) {
        sql.push("(select count(*) from (select from tickets t where t.workspace_id = ");
        sql.push_bind(self.workspace.0);
        push_filters(sql, self);
        sql.push(" limit ").push_bind(i64::from(most) + 1).push(") counted)");
    }
}
