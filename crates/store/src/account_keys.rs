//! By what an account is found: its external id, its name, the domains of its e-mails.

use crate::{Result, Tx};
use rapport_domain::{AccountId, WorkspaceId};

/// Makes others who look for the same account wait until this transaction ends, so that
/// two requests about one new account create one.
pub async fn lock_keys(
    tx: &mut Tx,
    workspace: WorkspaceId,
    external_id: Option<&str>,
    name: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(k) from (
            select hashtextextended($1::text || kind || ':' || value, 0) as k
            from (values ('account', $2::text), ('account name', lower($3::text))) as t(kind, value)
            where value is not null order by k
        ) locks",
        workspace.0.to_string(),
        external_id,
        name,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// The account with this external id.
pub async fn by_external_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    external_id: &str,
) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts where workspace_id = $1 and external_id = $2"#,
        workspace.0,
        external_id,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The oldest account with this name, whatever its capitals.
pub async fn by_name(tx: &mut Tx, workspace: WorkspaceId, name: &str) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts
        where workspace_id = $1 and lower(name) = lower($2) order by id limit 1"#,
        workspace.0,
        name,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The oldest account with this e-mail domain.
pub async fn by_domain(
    tx: &mut Tx,
    workspace: WorkspaceId,
    domain: &str,
) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts
        where workspace_id = $1 and domains @> array[$2::text] order by id limit 1"#,
        workspace.0,
        domain,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Those of the domains that accounts besides `own` have, each with such an account's name.
pub async fn taken_domains(
    tx: &mut Tx,
    workspace: WorkspaceId,
    own: Option<AccountId>,
    domains: &[String],
) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"select a.name, d as "domain!" from accounts a, unnest(a.domains) d
        where a.workspace_id = $1 and a.domains && $2::text[] and d = any($2)
            and a.id is distinct from $3
        order by a.id"#,
        workspace.0,
        domains,
        own.map(|id| id.0),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.domain, row.name)).collect())
}

/// An account without an external id that goes by this name and has none of other domains, or by
/// one of these domains: what was known of it before its id was.
pub async fn without_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    name: Option<&str>,
    domains: &[String],
) -> Result<Option<AccountId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts
        where workspace_id = $1 and external_id is null
            and (domains && $3::text[] or lower(name) = lower($2)
                and (cardinality(domains) = 0 or cardinality($3::text[]) = 0))
        order by domains && $3::text[] desc, id limit 1"#,
        workspace.0,
        name,
        domains,
    )
    .fetch_optional(&mut **tx)
    .await?)
}
