//! The list of accounts, and an account made by hand.

use super::{NAME_IN_USE, find_named, insert};
use crate::{Ctx, Result, fields};
use rapport_domain::account::{AccountDetails, AccountEdit};
use rapport_domain::account_list::{AccountList, AccountPosition, AccountQuery, AccountSort};
use rapport_domain::audit::Action;
use rapport_domain::error::Problems;
use rapport_domain::fields::FieldEntity;
use rapport_domain::{AccountId, AppError, Permission, limits, text};
use serde_json::json;

/// A page of accounts.
pub async fn search_list(ctx: &Ctx, query: &AccountQuery) -> Result<AccountList> {
    ctx.require(Permission::CustomersRead)?;
    let sort = query.sort.unwrap_or(AccountSort::Name);
    let after = query.after.as_deref().map(|a| AccountPosition::parse(sort, a)).transpose()?;
    let q: Option<String> = query.q.as_deref().map(|q| {
        let q = text::clean_line(q);
        // A domain is also found as it stands in an address.
        q.strip_prefix('@').unwrap_or(&q).chars().take(limits::SEARCH_CHARS).collect()
    });
    let q = q.filter(|q| !q.is_empty());
    let (items, next) = ctx
        .store
        .list_accounts(ctx.workspace, q.as_deref(), sort, after.as_ref(), limits::PAGE_ROWS)
        .await?;
    Ok(AccountList { items, next: next.map(|n| n.to_string()) })
}

/// Creates an account as the form says it. One that has no id of its own needs a name that no
/// other has: by that it is found.
pub async fn create(ctx: &Ctx, form: AccountEdit) -> Result<AccountId> {
    ctx.require(Permission::CustomersWrite)?;
    let defs = fields::for_form(ctx, FieldEntity::Account, form.values()).await?;
    let mut problems = Problems::default();
    let mut details = AccountDetails::default();
    problems.check(details.apply_edit(&form, &defs));
    let owner = problems.check(form.owner()).flatten().flatten();
    problems.finish()?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    if details.external_id.is_none() && find_named(ctx, &mut tx, &details.name).await?.is_some() {
        return Err(AppError::invalid("name", NAME_IN_USE));
    }
    let id = insert(ctx, &mut tx, &details, owner).await?;
    tx.commit_audited(Action::AccountCreated, id, json!({})).await?;
    Ok(id)
}
