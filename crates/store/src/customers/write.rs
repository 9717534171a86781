//! Creating and changing customers.

use crate::{Result, Tx, accounts, identifiers};
use chrono::{DateTime, Utc};
use rapport_domain::customer::{CustomerDetails, CustomerKind, default_name};
use rapport_domain::identity::{IdentifierKind, Key, company_domain};
use rapport_domain::{AccountId, CustomerId, WorkspaceId, limits, text};
use sqlx::types::Json;

/// A customer to insert.
#[derive(Debug)]
pub struct NewRow<'a> {
    pub kind: CustomerKind,
    pub account: Option<AccountId>,
    pub details: &'a CustomerDetails,
    pub now: DateTime<Utc>,
}

/// Locks a customer until the transaction ends, so that a read-then-write loses nothing.
/// Returns the id that survives after merges.
pub async fn lock(tx: &mut Tx, workspace: WorkspaceId, id: CustomerId) -> Result<CustomerId> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: CustomerId" from customers
        where workspace_id = $1 and id = surviving_customer($1, $2) for update"#,
        workspace.0,
        id.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Inserts a customer without identifiers; [`refresh`] follows once they have some.
pub async fn insert(tx: &mut Tx, workspace: WorkspaceId, row: &NewRow<'_>) -> Result<CustomerId> {
    let id = CustomerId::generate();
    let d = row.details;
    sqlx::query!(
        "insert into customers (workspace_id, id, kind, account_id, name, avatar_url, job_title,
            company, language, time_zone, city, country, address, website, source, tags, fields,
            signed_up_at, first_seen_at, last_seen_at, last_page, browser, os, last_activity_at,
            created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $24, $24)",
        workspace.0,
        id.0,
        row.kind.as_str(),
        row.account.map(|a| a.0),
        d.name,
        d.avatar_url,
        d.job_title,
        d.company,
        d.language,
        d.time_zone,
        d.city,
        d.country,
        d.address,
        d.website,
        d.source,
        &d.tags,
        Json(&d.fields) as _,
        d.signed_up_at,
        d.first_seen_at,
        d.last_seen_at,
        d.last_page,
        d.browser,
        d.os,
        row.now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// Writes the changed properties of a locked customer; the version grows.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CustomerId,
    row: &NewRow<'_>,
) -> Result<()> {
    let d = row.details;
    sqlx::query!(
        "update customers set kind = $3, account_id = $4, name = $5, avatar_url = $6,
            job_title = $7, company = $8, language = $9, time_zone = $10, city = $11,
            country = $12, address = $13, website = $14, source = $15, tags = $16, fields = $17,
            signed_up_at = $18, first_seen_at = $19, last_seen_at = $20, last_page = $21,
            browser = $22, os = $23, updated_at = $24, version = version + 1
        where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        row.kind.as_str(),
        row.account.map(|a| a.0),
        d.name,
        d.avatar_url,
        d.job_title,
        d.company,
        d.language,
        d.time_zone,
        d.city,
        d.country,
        d.address,
        d.website,
        d.source,
        &d.tags,
        Json(&d.fields) as _,
        d.signed_up_at,
        d.first_seen_at,
        d.last_seen_at,
        d.last_page,
        d.browser,
        d.os,
        row.now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets or clears the account of a locked customer; the version grows.
pub async fn set_account(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CustomerId,
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update customers set account_id = $3, updated_at = $4, version = version + 1
        where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        account.map(|a| a.0),
        now,
    )
    .execute(&mut **tx)
    .await?;
    refresh(tx, workspace, id).await
}

/// Brings primary identifiers, their copies and the search text up to date.
pub async fn refresh(tx: &mut Tx, workspace: WorkspaceId, id: CustomerId) -> Result<()> {
    sqlx::query!(r#"select refresh_customer($1, $2) as "done: ()""#, workspace.0, id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Makes a visitor a customer: an identifier of theirs was proven.
pub async fn confirm(tx: &mut Tx, workspace: WorkspaceId, id: CustomerId) -> Result<()> {
    sqlx::query!(
        "update customers set kind = 'customer', version = version + 1
        where workspace_id = $1 and id = $2 and kind = 'visitor'",
        workspace.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The customer with this e-mail, else a new visitor. `email` is in its normal form.
pub async fn find_or_create_by_email(
    tx: &mut Tx,
    workspace: WorkspaceId,
    email: &str,
    name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<CustomerId> {
    let key = Key { kind: IdentifierKind::Email, value: email.into() };
    find_or_create(tx, workspace, &key, name, "email", now).await
}

/// The customer with this identifier, else a new visitor, in the account that has the
/// e-mail's domain. `source` says what brought them.
pub async fn find_or_create(
    tx: &mut Tx,
    workspace: WorkspaceId,
    key: &Key,
    name: Option<&str>,
    source: &str,
    now: DateTime<Utc>,
) -> Result<CustomerId> {
    let keys = std::slice::from_ref(key);
    identifiers::lock(tx, workspace, keys).await?;
    if let Some(owner) = identifiers::owners(tx, workspace, keys).await?.first() {
        return Ok(owner.customer);
    }
    let name = name.map(text::clean_line).filter(|n| !n.is_empty());
    let details = CustomerDetails {
        name: name.map_or_else(|| default_name(keys), |n| text::excerpt(&n, limits::NAME_CHARS)),
        source: source.into(),
        first_seen_at: Some(now),
        ..CustomerDetails::default()
    };
    let account = match (key.kind, company_domain(&key.value)) {
        (IdentifierKind::Email, Some(domain)) => accounts::by_domain(tx, workspace, domain).await?,
        _ => None,
    };
    let row = NewRow { kind: CustomerKind::Visitor, account, details: &details, now };
    let id = insert(tx, workspace, &row).await?;
    identifiers::add(tx, workspace, id, keys, None, now).await?;
    refresh(tx, workspace, id).await?;
    Ok(id)
}

/// What an event said of somebody: the properties that nothing newer set.
#[derive(Debug, Default)]
pub struct Claimed {
    pub properties: Vec<String>,
    /// The e-mail that was said before.
    pub email_before: Option<String>,
}

/// Which of `properties`, said at `at`, nothing newer set, of a locked customer; notes that they
/// were said, and the e-mail that was.
pub async fn claim(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: CustomerId,
    properties: &[String],
    email: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Claimed> {
    if properties.is_empty() {
        return Ok(Claimed::default());
    }
    let row = sqlx::query!(
        r#"with before as (
            select said_at from customers where workspace_id = $1 and id = $2
        ), newer as (
            select n from unnest($3::text[]) n, before
            where coalesce((before.said_at->>n)::timestamptz <= $4, true)
        )
        update customers set said_at = customers.said_at
            || (select jsonb_object_agg(n, $4::timestamptz) from newer)
            || case when $5::text is not null and exists (select 1 from newer where n = 'email')
                then jsonb_build_object('email=', $5::text) else '{}' end
        where workspace_id = $1 and id = $2 and exists (select 1 from newer)
        returning (select array_agg(n) from newer) as properties,
            (select said_at->>'email=' from before) as email_before"#,
        workspace.0,
        id.0,
        properties,
        at,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map_or_else(Claimed::default, |r| Claimed {
        properties: r.properties.unwrap_or_default(),
        email_before: r.email_before,
    }))
}
