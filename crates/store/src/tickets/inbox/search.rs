//! Tickets by words: of subject and newest message, of their customer, or by their number.
//!
//! Words that few tickets have are looked up, and those tickets put in order. Words that many
//! have turn up soon in any order: then the inbox is walked, a bounded number of tickets a page.

use crate::{Result, Store};
use rapport_domain::customer_search::Search;
use rapport_domain::ticket::{AccountFilter, InboxQuery, TextFilter};
use rapport_domain::{Uuid, WorkspaceId, limits};
use sqlx::{Postgres, QueryBuilder};

/// Customers whose tickets a search finds: those active last.
const CUSTOMERS: i32 = 200;
/// Accounts of one name that a filter finds.
const ACCOUNTS: i64 = 20;
/// Words of a search that count.
const WORDS: usize = 6;

/// What is looked up before the tickets are: with the ids themselves the planner knows how few
/// tickets it is about.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub hits: Option<Hits>,
    /// The customers of the account that is filtered by.
    pub customers: Option<Vec<Uuid>>,
    /// The tickets with the tag, unless it is a common one: that one is met while walking.
    pub tagged: Option<Vec<Uuid>>,
}

/// What a search found.
#[derive(Debug)]
pub(super) struct Hits {
    /// So many tickets have the words that they are found while walking.
    pub common: bool,
    words: String,
    tickets: Vec<Uuid>,
    customers: Vec<Uuid>,
}

impl Store {
    /// Looks up what the filters name.
    pub(super) async fn inbox_found(
        &self,
        workspace: WorkspaceId,
        query: &InboxQuery,
    ) -> Result<Found> {
        let mut found =
            Found { hits: self.inbox_hits(workspace, &query.q).await?, ..Found::default() };
        if let Some(account) = &query.account {
            let mut sql = QueryBuilder::new("select c.id from customers c where c.workspace_id = ");
            sql.push_bind(workspace.0);
            push_of_account(&mut sql, workspace, account);
            found.customers = self.few(sql).await?;
        }
        if let Some(tag) = &query.tag.0 {
            let mut sql = QueryBuilder::new("select id from tickets where workspace_id = ");
            sql.push_bind(workspace.0).push(" and tags @> array[").push_bind(tag.clone()).push("]");
            found.tagged = self.few(sql).await?;
        }
        Ok(found)
    }

    /// The ids that a statement selects, `None` of too many.
    async fn few(&self, mut sql: QueryBuilder<Postgres>) -> Result<Option<Vec<Uuid>>> {
        sql.push(" limit ").push_bind(limits::INBOX_HITS + 1);
        let ids: Vec<Uuid> =
            sql.build_query_scalar().persistent(false).fetch_all(self.pool()).await?;
        let few = i64::try_from(ids.len()).unwrap_or(i64::MAX) <= limits::INBOX_HITS;
        Ok(Some(ids).filter(|_| few))
    }

    /// Looks the words up; `None` without any.
    async fn inbox_hits(&self, workspace: WorkspaceId, text: &TextFilter) -> Result<Option<Hits>> {
        let Some(q) = &text.0 else { return Ok(None) };
        // With a # it is a number and nothing else.
        let only_number = q.starts_with('#') && text.number().is_some();
        let words = if only_number { String::new() } else { words(q) };
        let found = sqlx::query!(
            r#"select
                array(select id from tickets where workspace_id = $1
                    and to_tsvector('simple'::regconfig, subject || ' ' || last_message_text)
                        @@ to_tsquery('simple', $2) limit $3) as "tickets!",
                array(select id from tickets where workspace_id = $1 and number = $4) as "numbered!""#,
            workspace.0,
            words,
            limits::INBOX_HITS + 1,
            text.number(),
        )
        .fetch_one(self.pool())
        .await?;
        let mut customers = Vec::new();
        if let Some(search) = Search::parse(q).filter(|_| !only_number) {
            let (kinds, values): (Vec<String>, Vec<String>) =
                search.exact.iter().map(|k| (k.kind.as_str().to_string(), k.value.clone())).unzip();
            customers = sqlx::query_scalar!(
                r#"select id as "id!" from list_customers($1, $2, $3, $4, $5, $6, null, 'activity',
                    null, null, null, $7)"#,
                workspace.0,
                search.id.map(|id| id.0),
                &kinds,
                &values,
                &search.patterns,
                search.digits.as_deref(),
                CUSTOMERS,
            )
            .fetch_all(self.pool())
            .await?;
        }
        let common = i64::try_from(found.tickets.len()).unwrap_or(i64::MAX) > limits::INBOX_HITS;
        let mut tickets = if common { Vec::new() } else { found.tickets };
        tickets.extend(found.numbered);
        Ok(Some(Hits { common, words, tickets, customers }))
    }
}

/// Pushes ` and …`: only customers, as `c`, of the account.
pub(super) fn push_of_account(
    sql: &mut QueryBuilder<Postgres>,
    workspace: WorkspaceId,
    account: &AccountFilter,
) {
    sql.push(" and c.account_id ");
    match account {
        AccountFilter::Id(id) => drop(sql.push("= ").push_bind(id.0)),
        AccountFilter::Named(name) => {
            sql.push("= any (array(select id from accounts where workspace_id = ");
            sql.push_bind(workspace.0).push(" and lower(name) = lower(");
            sql.push_bind(name.clone()).push(") limit ").push_bind(ACCOUNTS).push("))");
        }
    }
}

impl Hits {
    /// Pushes ` and …`: only what was found.
    pub fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" and (t.id = any (").push_bind(self.tickets.clone());
        sql.push(") or t.customer_id = any (").push_bind(self.customers.clone()).push(")");
        if self.common {
            sql.push(
                " or to_tsvector('simple'::regconfig, t.subject || ' ' || t.last_message_text)
                    @@ to_tsquery('simple', ",
            );
            sql.push_bind(self.words.clone()).push(")");
        }
        sql.push(")");
    }
}

/// Every word, or the start of one, as Postgres asks for it. Quoted, so that it is words and
/// never an operator.
fn words(q: &str) -> String {
    let quoted = |word: &str| format!("'{}':*", word.replace('\\', " ").replace('\'', "''"));
    q.split_whitespace().take(WORDS).map(quoted).collect::<Vec<_>>().join(" & ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_no_operators() {
        assert_eq!(super::words("it's  a|b !(c\\"), "'it''s':* & 'a|b':* & '!(c ':*");
    }
}
