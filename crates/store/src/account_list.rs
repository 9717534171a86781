//! One page of the list of accounts.

use crate::accounts::escaped;
use crate::{Result, Store};
use rapport_domain::account::AccountOwner;
use rapport_domain::account_list::{AccountPosition, AccountRow, AccountSort, COUNTED};
use rapport_domain::{AccountId, UserId, WorkspaceId, money};

impl Store {
    /// A page of accounts and where the next one starts. `q` is cleaned text.
    pub async fn list_accounts(
        &self,
        workspace: WorkspaceId,
        q: Option<&str>,
        sort: AccountSort,
        after: Option<&AccountPosition>,
        limit: u32,
    ) -> Result<(Vec<AccountRow>, Option<AccountPosition>)> {
        let (name, at, day, id) = match after {
            None => (None, None, None, None),
            Some(AccountPosition::Name(name, id)) => (Some(name.as_str()), None, None, Some(id.0)),
            Some(AccountPosition::Created(c)) => (None, Some(c.at), None, Some(c.id)),
            Some(AccountPosition::Renewal(day, id)) => (None, None, Some(*day), Some(id.0)),
        };
        let mut rows = sqlx::query_file!(
            "queries/account_list.sql",
            workspace.0,
            q.map(escaped),
            q,
            sort.as_str(),
            name,
            at,
            day == Some(None),
            day.flatten(),
            id,
            i32::try_from(limit).unwrap_or(i32::MAX - 1) + 1,
            COUNTED,
        )
        .fetch_all(self.pool())
        .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last_name = rows.last().map(|r| r.folded.clone()).unwrap_or_default();
        let items: Vec<AccountRow> = rows
            .into_iter()
            .map(|r| AccountRow {
                id: r.id,
                name: r.name,
                domain: r.domain,
                plan: r.plan,
                mrr: r.mrr_minor.zip(r.currency).map(|(n, c)| money::format(n, &c)),
                renewal_date: r.renewal_date,
                owner: r.owner_id.zip(r.owner_name).map(|(id, name)| AccountOwner { id, name }),
                customers: r.customers,
                open_tickets: r.open_tickets,
                last_activity_at: r.active,
                created_at: r.created_at,
            })
            .collect();
        let last = items.last().filter(|_| more);
        let next = last.map(|row| AccountPosition::of(sort, row, &last_name));
        Ok((items, next))
    }
}
