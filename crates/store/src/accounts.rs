//! Accounts: reader, search, writes.

pub use crate::account_keys::{
    by_domain, by_external_id, by_name, lock_keys, taken_domains, without_id,
};
use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::account::{Account, AccountDetails, AccountOwner, AccountRef};
use rapport_domain::fields::FieldValues;
use rapport_domain::stored::Stored;
use rapport_domain::{AccountId, Cursor, Page, UserId, WorkspaceId, limits};
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeSet;

impl Store {
    /// The account with this id.
    pub async fn account(&self, workspace: WorkspaceId, id: AccountId) -> Result<Stored<Account>> {
        let mut connection = self.pool().acquire().await?;
        get(&mut connection, workspace, id).await
    }

    /// Id and name of an account, for a chip or link.
    pub async fn account_ref(&self, workspace: WorkspaceId, id: AccountId) -> Result<AccountRef> {
        Ok(sqlx::query_as!(
            AccountRef,
            r#"select id as "id: AccountId", name from accounts where workspace_id = $1 and id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Accounts, newest first.
    pub async fn accounts(
        &self,
        workspace: WorkspaceId,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Page<AccountRef>> {
        let rows = sqlx::query!(
            r#"select id as "id: AccountId", name, created_at from accounts
            where workspace_id = $1
                and ($2::timestamptz is null or (created_at, id) < ($2, $3))
            order by created_at desc, id desc limit $4"#,
            workspace.0,
            after.map(|c| c.at),
            after.map(|c| c.id),
            i64::from(limit) + 1,
        )
        .fetch_all(self.pool())
        .await?;
        let page = Page::from_rows(rows, limit, |r| Cursor::new(r.created_at, r.id.0));
        let items = page.items.into_iter().map(|r| AccountRef { id: r.id, name: r.name }).collect();
        Ok(Page { items, next: page.next })
    }

    /// Accounts to choose from: names that start with the text, then those that contain it.
    /// Without text, the first by name.
    pub async fn search_accounts(
        &self,
        workspace: WorkspaceId,
        text: &str,
    ) -> Result<Vec<AccountRef>> {
        let escaped = escaped(text);
        Ok(sqlx::query_as!(
            AccountRef,
            r#"select id as "id: AccountId", name from accounts
            where workspace_id = $1 and search_fold(name) like '%' || search_fold($2) || '%'
            order by search_fold(name) like search_fold($2) || '%' desc, lower(name), id limit $3"#,
            workspace.0,
            escaped,
            limits::LINK_RESULTS,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// A text as a part of a pattern: what would stand for other characters there stands for itself.
pub(crate) fn escaped(text: &str) -> String {
    text.to_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// The account with this id.
pub async fn get(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    id: AccountId,
) -> Result<Stored<Account>> {
    let r = sqlx::query!(
        r#"select a.id as "id: AccountId", a.external_id, a.name, a.domains, a.website, a.phone,
            a.industry, a.employee_count, a.plan, a.mrr_minor, a.currency, a.renewal_date,
            a.health, a.fields as "fields: Json<FieldValues>", a.version, a.created_at,
            a.updated_at, a.owner_id as "owner_id: UserId", u.name as "owner_name?",
            sensitive_keys(a.workspace_id, 'account') as "sensitive!: Vec<String>"
        from accounts a
        left join users u on u.workspace_id = a.workspace_id and u.id = a.owner_id
        where a.workspace_id = $1 and a.id = $2"#,
        workspace.0,
        id.0,
    )
    .fetch_one(connection)
    .await?;
    let account = Account {
        id: r.id,
        details: AccountDetails {
            name: r.name,
            external_id: r.external_id,
            domains: r.domains,
            website: r.website,
            phone: r.phone,
            industry: r.industry,
            employee_count: r.employee_count,
            plan: r.plan,
            mrr_minor: r.mrr_minor,
            currency: r.currency,
            renewal_date: r.renewal_date,
            health: r.health,
            fields: r.fields.0,
            hidden_fields: BTreeSet::new(),
        },
        owner: r.owner_id.zip(r.owner_name).map(|(id, name)| AccountOwner { id, name }),
        version: r.version,
        created_at: r.created_at,
        updated_at: r.updated_at,
    };
    Ok(Stored::new(account, r.sensitive))
}

/// Which of `properties`, said at `at`, nothing newer set, of a locked account; notes that they
/// were said.
pub async fn claim(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: AccountId,
    properties: &[String],
    at: DateTime<Utc>,
) -> Result<Vec<String>> {
    let claimed = sqlx::query_scalar!(
        "with newer as (
            select n from unnest($3::text[]) n, accounts a
            where a.workspace_id = $1 and a.id = $2
                and coalesce((a.said_at->>n)::timestamptz <= $4, true)
        )
        update accounts set said_at = said_at || (select jsonb_object_agg(n, $4::timestamptz) from newer)
        where workspace_id = $1 and id = $2 and exists (select 1 from newer)
        returning (select array_agg(n) from newer) as properties",
        workspace.0,
        id.0,
        properties,
        at,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(claimed.flatten().unwrap_or_default())
}

/// Locks an account until the transaction ends, so that a read-then-write loses nothing.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, id: AccountId) -> Result<()> {
    sqlx::query!(
        "select 1 as one from accounts where workspace_id = $1 and id = $2 for update",
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Inserts an account; the constraint `accounts_external_id` refuses an external id in use.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    d: &AccountDetails,
    owner: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<AccountId> {
    let id = AccountId::generate();
    sqlx::query!(
        "insert into accounts (workspace_id, id, external_id, name, domains, website, phone,
            industry, employee_count, plan, mrr_minor, currency, renewal_date, health, owner_id,
            fields, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
        workspace.0,
        id.0,
        d.external_id,
        d.name,
        &d.domains,
        d.website,
        d.phone,
        d.industry,
        d.employee_count,
        d.plan,
        d.mrr_minor,
        d.currency,
        d.renewal_date,
        d.health,
        owner.map(|o| o.0),
        Json(&d.fields) as _,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Writes a locked account; the version grows, and its customers are found by its new name.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: AccountId,
    d: &AccountDetails,
    owner: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update accounts set external_id = $3, name = $4, domains = $5, website = $6, phone = $7,
            industry = $8, employee_count = $9, plan = $10, mrr_minor = $11, currency = $12,
            renewal_date = $13, health = $14, owner_id = $15, fields = $16, updated_at = $17,
            version = version + 1
        where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        d.external_id,
        d.name,
        &d.domains,
        d.website,
        d.phone,
        d.industry,
        d.employee_count,
        d.plan,
        d.mrr_minor,
        d.currency,
        d.renewal_date,
        d.health,
        owner.map(|o| o.0),
        Json(&d.fields) as _,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// After a change of name: the search text of the account's customers.
pub async fn refresh_customers(tx: &mut Tx, workspace: WorkspaceId, id: AccountId) -> Result<()> {
    sqlx::query!(
        "update customers set search = customer_search_text(workspace_id, id)
        where workspace_id = $1 and account_id = $2",
        workspace.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
