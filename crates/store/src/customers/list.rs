//! The customer list: exact hits first, then substring matches, by keyset.

use crate::{Result, Store};
use rapport_domain::account::AccountRef;
use rapport_domain::customer::{CustomerKind, CustomerRow, CustomerSort, ListCursor};
use rapport_domain::customer_search::Search;
use rapport_domain::{AccountId, CustomerId, WorkspaceId};
use sqlx::PgConnection;

/// What the list is asked for, read and checked.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// `None` lists everybody.
    pub search: Option<Search>,
    pub account: Option<AccountId>,
    pub sort: CustomerSort,
    pub after: Option<ListCursor>,
    pub limit: u32,
}

impl Store {
    /// One page of customers and where the next one starts.
    pub async fn customers(
        &self,
        workspace: WorkspaceId,
        query: &ListQuery,
    ) -> Result<(Vec<CustomerRow>, Option<ListCursor>)> {
        let mut connection = self.pool().acquire().await?;
        list(&mut connection, workspace, query).await
    }
}

/// One page of customers and where the next one starts. Exact hits stand before the
/// page's rows and do not count towards its limit.
pub async fn list(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    query: &ListQuery,
) -> Result<(Vec<CustomerRow>, Option<ListCursor>)> {
    let nothing = Search::default();
    let search = query.search.as_ref().unwrap_or(&nothing);
    let (kinds, values): (Vec<String>, Vec<String>) =
        search.exact.iter().map(|k| (k.kind.as_str().to_string(), k.value.clone())).unzip();
    let patterns = query.search.as_ref().map(|s| s.patterns.as_slice());
    let (after_at, after_name, after_id) = match &query.after {
        None => (None, None, None),
        Some(ListCursor::Time(c)) => (Some(c.at), None, Some(c.id)),
        Some(ListCursor::Name(name, id)) => (None, Some(name.as_str()), Some(id.0)),
    };
    let rows = sqlx::query!(
        r#"select l.exact as "exact!", c.id as "id: CustomerId", c.kind as "kind: CustomerKind",
            c.name, lower(c.name) as "name_key!", c.avatar_url, c.email, c.phone, c.external_id,
            c.account_id as "account_id: AccountId", a.name as "account_name?", c.open_tickets,
            c.total_tickets, c.last_activity_at, c.created_at
        from list_customers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            with ordinality as l(exact, id, n)
        -- the offset keeps this a look-up by key for each row of the page, never a table scan
        cross join lateral (
            select * from customers where workspace_id = $1 and id = l.id offset 0
        ) c
        left join accounts a on a.workspace_id = $1 and a.id = c.account_id
        order by l.n"#,
        workspace.0,
        search.id.map(|id| id.0),
        &kinds,
        &values,
        patterns,
        search.digits.as_deref(),
        query.account.map(|a| a.0),
        query.sort.as_str(),
        after_at,
        after_name,
        after_id,
        i32::try_from(query.limit).unwrap_or(i32::MAX - 1) + 1,
    )
    .fetch_all(connection)
    .await?;
    // One row more than asked for only says that more follow.
    let exact = rows.iter().filter(|r| r.exact).count();
    let end = exact + query.limit as usize;
    let next = (rows.len() > end).then(|| rows.get(end - 1)).flatten().map(|r| match query.sort {
        CustomerSort::Name => ListCursor::Name(r.name_key.clone(), r.id),
        CustomerSort::Activity => ListCursor::time(r.last_activity_at, r.id),
        CustomerSort::Created => ListCursor::time(r.created_at, r.id),
    });
    let items = rows.into_iter().take(end).map(|r| CustomerRow {
        id: r.id,
        kind: r.kind,
        name: r.name,
        avatar_url: r.avatar_url,
        email: r.email,
        phone: r.phone,
        external_id: r.external_id,
        account: r.account_id.zip(r.account_name).map(|(id, name)| AccountRef { id, name }),
        open_tickets: r.open_tickets,
        total_tickets: r.total_tickets,
        last_activity_at: r.last_activity_at,
        created_at: r.created_at,
    });
    Ok((items.collect(), next))
}
