//! Tickets for a search of everything: a few, and quickly among millions.

use crate::{Result, Store};
use rapport_domain::search::{FoundTicket, TicketSearch};
use rapport_domain::ticket::Status;
use rapport_domain::{CustomerId, UserId, WorkspaceId};
use sqlx::QueryBuilder;

/// A row as the statement that is put together answers it.
#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    subject: String,
    customer_id: CustomerId,
    customer_name: String,
    status: Status,
}

impl From<Row> for FoundTicket {
    fn from(r: Row) -> Self {
        let Row { number, subject, customer_id: customer, customer_name, status } = r;
        Self { number, subject, customer, customer_name, status }
    }
}

impl Store {
    /// The ticket with the number, then those with the words in subject or newest message, the
    /// most recent first.
    pub async fn find_tickets(
        &self,
        workspace: WorkspaceId,
        search: &TicketSearch,
        limit: i64,
    ) -> Result<Vec<FoundTicket>> {
        let mut sql = QueryBuilder::new(
            "with hits as (
                (select id, 0 as rank, last_activity_at from tickets where workspace_id = ",
        );
        sql.push_bind(workspace.0).push(" and number = ").push_bind(search.number).push(")");
        if let Some(words) = &search.words {
            sql.push(
                " union all (select id, 1, last_activity_at from tickets
                where merged_into is null
                    and to_tsvector('simple'::regconfig, subject || ' ' || last_message_text)
                        @@ to_tsquery('simple', ",
            );
            sql.push_bind(words).push(") and workspace_id = ").push_bind(workspace.0);
            sql.push(" order by last_activity_at desc, id desc limit ").push_bind(limit).push(")");
        }
        sql.push(
            "), first as (select id, min(rank) as rank from hits group by id)
            select t.number, t.subject, t.customer_id, c.name as customer_name, t.status
            from first
            join tickets t on t.id = first.id and t.workspace_id = ",
        );
        sql.push_bind(workspace.0);
        sql.push(
            " join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
            order by first.rank, t.last_activity_at desc, t.id desc limit ",
        );
        sql.push_bind(limit);
        // Planned for these words: rare ones are looked up, and those that many tickets have are
        // met while walking from the newest.
        let rows: Vec<Row> = sql.build_query_as().persistent(false).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(FoundTicket::from).collect())
    }

    /// The newest tickets of these customers.
    pub async fn tickets_of_customers(
        &self,
        workspace: WorkspaceId,
        customers: &[CustomerId],
        limit: i64,
    ) -> Result<Vec<FoundTicket>> {
        let ids: Vec<_> = customers.iter().map(|id| id.0).collect();
        let rows = sqlx::query_as!(
            Row,
            r#"select t.number, t.subject, c.id as "customer_id: CustomerId",
                c.name as customer_name, t.status as "status: Status"
            from unnest($2::uuid[]) as wanted(id)
            join customers c on c.workspace_id = $1 and c.id = wanted.id
            cross join lateral (
                select number, subject, status, last_activity_at, id from tickets
                where workspace_id = $1 and customer_id = c.id and merged_into is null
                order by last_activity_at desc, id desc limit $3
            ) t
            order by t.last_activity_at desc, t.id desc limit $3"#,
            workspace.0,
            &ids,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(FoundTicket::from).collect())
    }

    /// The tickets that somebody looked at last.
    pub async fn recent_tickets(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        limit: i64,
    ) -> Result<Vec<FoundTicket>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select t.number, t.subject, t.customer_id as "customer_id: CustomerId",
                c.name as customer_name, t.status as "status: Status"
            from ticket_reads r
            join tickets t on t.workspace_id = r.workspace_id and t.id = r.ticket_id
            join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
            where r.workspace_id = $1 and r.user_id = $2
            order by r.read_at desc limit $3"#,
            workspace.0,
            user.0,
            limit,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(FoundTicket::from).collect())
    }
}
