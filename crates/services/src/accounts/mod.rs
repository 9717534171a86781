//! Accounts: found or created by external id or name, edited, searched.

mod list;
mod page;

pub use list::{create, search_list};
pub use page::{AccountForm, FormOptions, form, form_options, info};

use crate::customers::STALE;
use crate::transaction::Recorded;
use crate::{Ctx, Result, audit, fields};
use chrono::{DateTime, Utc};
use rapport_domain::account::{
    Account, AccountDetails, AccountEdit, AccountInput, AccountKey, AccountRef, read_domains,
};
use rapport_domain::audit::Action;
use rapport_domain::customer::Upserted;
use rapport_domain::error::Problems;
use rapport_domain::fields::FieldEntity;
use rapport_domain::identity::opaque_id;
use rapport_domain::{AccountId, AppError, Cursor, Page, Permission, UserId, limits, patch, text};
use rapport_store::{StoreError, Tx, accounts as store};
use serde_json::json;

/// The account with this id.
pub async fn get(ctx: &Ctx, id: AccountId) -> Result<Account> {
    ctx.require(Permission::CustomersRead)?;
    fields::show(ctx, ctx.store.account(ctx.workspace, id).await?).await
}

/// Accounts, newest first.
pub async fn list(
    ctx: &Ctx,
    after: Option<Cursor>,
    limit: Option<u32>,
) -> Result<Page<AccountRef>> {
    ctx.require(Permission::CustomersRead)?;
    let limit = limit.unwrap_or(limits::PAGE_ROWS).clamp(1, limits::PAGE_ROWS_MAX);
    Ok(ctx.store.accounts(ctx.workspace, after, limit).await?)
}

/// At most ten accounts to choose from.
pub async fn search(ctx: &Ctx, q: &str) -> Result<Vec<AccountRef>> {
    ctx.require(Permission::CustomersRead)?;
    let q: String = text::clean_line(q).chars().take(limits::SEARCH_CHARS).collect();
    Ok(ctx.store.search_accounts(ctx.workspace, &q).await?)
}

/// Finds the account by external id, else by name, and changes it; or creates it.
pub async fn upsert(ctx: &Ctx, input: AccountInput) -> Result<Upserted<Account>> {
    ctx.require(Permission::CustomersWrite)?;
    let key =
        AccountKey { id: None, external_id: input.external_id.clone(), name: input.name.clone() };
    let (external_id, name) = read_key("", &key)?;
    let defs = fields::for_input(ctx, FieldEntity::Account, &input.fields).await?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let domains = read_domains(input.domains.as_deref().unwrap_or_default())?;
    let known = find(ctx, &mut tx, external_id.as_deref(), name.as_deref(), &domains).await?;
    let id = match known {
        None => {
            let mut details = named_by_id(external_id.as_deref());
            details.apply(&input, &defs)?;
            insert(ctx, &mut tx, &details, input.owner_id).await?
        }
        Some(id) => {
            store::lock(&mut tx, ctx.workspace, id).await?;
            let before = store::get(&mut tx, ctx.workspace, id).await?;
            let mut details = before.details.clone();
            details.apply(&input, &defs)?;
            let owner = input.owner_id.or(before.owner.as_ref().map(|o| o.id));
            write(ctx, &mut tx, &before, &details, owner).await?;
            id
        }
    };
    let item = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(Upserted { item: fields::show(ctx, item).await?, created: known.is_none() })
}

/// The same by an event of that time, which knows its id: what comes late sets what nothing newer
/// set, and domains are added to those there are.
pub(crate) async fn hear(ctx: &Ctx, input: AccountInput, at: DateTime<Utc>) -> Result<AccountId> {
    ctx.require(Permission::CustomersWrite)?;
    let key =
        AccountKey { id: None, external_id: input.external_id.clone(), name: input.name.clone() };
    let (external_id, name) = read_key("", &key)?;
    let mut domains = read_domains(input.domains.as_deref().unwrap_or_default())?;
    let defs = fields::for_input(ctx, FieldEntity::Account, &input.fields).await?;
    let patch_input = AccountInput { external_id: None, domains: None, ..input };
    let properties = patch::named(&patch_input);
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let known = find(ctx, &mut tx, external_id.as_deref(), name.as_deref(), &domains).await?;
    // A domain of another account's costs nothing else of the message.
    let taken = store::taken_domains(&mut tx, ctx.workspace, known, &domains).await?;
    domains.retain(|domain| !taken.iter().any(|(other, _)| other == domain));
    let id = match known {
        None => {
            let mut details = named_by_id(external_id.as_deref());
            details.external_id = external_id;
            details.domains = domains;
            details.apply(&patch_input, &defs)?;
            let id = insert(ctx, &mut tx, &details, None).await?;
            store::claim(&mut tx, ctx.workspace, id, &properties, at).await?;
            id
        }
        Some(id) => {
            store::lock(&mut tx, ctx.workspace, id).await?;
            let before = store::get(&mut tx, ctx.workspace, id).await?;
            let claimed = store::claim(&mut tx, ctx.workspace, id, &properties, at).await?;
            let mut details = before.details.clone();
            details.apply(&patch::only(&patch_input, &claimed), &defs)?;
            details.external_id = external_id.or(details.external_id);
            let room = limits::ACCOUNT_DOMAINS_MAX.saturating_sub(details.domains.len());
            let new = domains.into_iter().filter(|d| !before.details.domains.contains(d));
            details.domains.extend(new.take(room));
            if details != before.details {
                let owner = before.owner.as_ref().map(|o| o.id);
                write(ctx, &mut tx, &before, &details, owner).await?;
            }
            id
        }
    };
    tx.commit(Recorded::OnTimeline).await?;
    Ok(id)
}

/// An account of which nothing else is known goes by its id.
fn named_by_id(external_id: Option<&str>) -> AccountDetails {
    let name = text::excerpt(external_id.unwrap_or_default(), limits::NAME_CHARS);
    AccountDetails { name, ..AccountDetails::default() }
}

/// Changes the account with this id. With the version that was read, a newer one is a conflict.
pub async fn update(
    ctx: &Ctx,
    id: AccountId,
    version: Option<i32>,
    input: AccountInput,
) -> Result<Account> {
    ctx.require(Permission::CustomersWrite)?;
    let defs = fields::for_input(ctx, FieldEntity::Account, &input.fields).await?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    if version.is_some_and(|version| version != before.version) {
        return Err(AppError::Conflict(STALE.into()));
    }
    let mut details = before.details.clone();
    details.apply(&input, &defs)?;
    let kept = before.owner.as_ref().map(|o| o.id).filter(|_| !input.cleared.contains("owner_id"));
    let owner = input.owner_id.or(kept);
    write(ctx, &mut tx, &before, &details, owner).await?;
    let item = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit(Recorded::OnTimeline).await?;
    fields::show(ctx, item).await
}

/// Takes the edit form; refused when somebody else was faster.
pub async fn edit(ctx: &Ctx, id: AccountId, form: AccountEdit) -> Result<Account> {
    ctx.require(Permission::CustomersWrite)?;
    let defs = fields::for_form(ctx, FieldEntity::Account, form.values()).await?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    if before.version != form.version {
        return Err(AppError::Conflict(STALE.into()));
    }
    let mut problems = Problems::default();
    let mut details = before.details.clone();
    problems.check(details.apply_edit(&form, &defs));
    let owner = problems.check(form.owner()).flatten();
    problems.finish()?;
    let owner = owner.unwrap_or(before.owner.as_ref().map(|o| o.id));
    write(ctx, &mut tx, &before, &details, owner).await?;
    audit::record(ctx, &mut tx, Action::AccountEdited, &id.to_string(), json!({})).await?;
    let after = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit(Recorded::OnTimeline).await?;
    fields::show(ctx, after).await
}

/// The account that a customer's `account` property means; created where the key allows.
pub(crate) async fn resolve(ctx: &Ctx, tx: &mut Tx, key: &AccountKey) -> Result<AccountRef> {
    if let Some(id) = key.id {
        let unknown = |e| match e {
            StoreError::NotFound => AppError::invalid("account.id", "There is no such account."),
            other => other.into(),
        };
        let account = store::get(tx, ctx.workspace, id).await.map_err(unknown)?;
        return Ok(AccountRef { id, name: account.details.name.clone() });
    }
    let (external_id, name) = read_key("account.", key)?;
    let id = match find(ctx, tx, external_id.as_deref(), name.as_deref(), &[]).await? {
        Some(id) => {
            own_id(ctx, tx, id, external_id).await?;
            id
        }
        None => {
            let name = name.or_else(|| external_id.clone()).unwrap_or_default();
            let details = AccountDetails { name, external_id, ..AccountDetails::default() };
            insert(ctx, tx, &details, None).await?
        }
    };
    let account = store::get(tx, ctx.workspace, id).await?;
    Ok(AccountRef { id, name: account.details.name.clone() })
}

/// Gives an account that had none the external id by which it was named.
async fn own_id(ctx: &Ctx, tx: &mut Tx, id: AccountId, external_id: Option<String>) -> Result<()> {
    let Some(external_id) = external_id else { return Ok(()) };
    store::lock(tx, ctx.workspace, id).await?;
    let before = store::get(tx, ctx.workspace, id).await?;
    if before.details.external_id.is_some() {
        return Ok(());
    }
    let details = AccountDetails { external_id: Some(external_id), ..before.details.clone() };
    write(ctx, tx, &before, &details, before.owner.as_ref().map(|o| o.id)).await
}

/// External id and name, checked; one of them is there.
fn read_key(prefix: &str, key: &AccountKey) -> Result<(Option<String>, Option<String>)> {
    let given = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    let external_id = given(&key.external_id);
    let external_id =
        external_id.map(|id| opaque_id(&format!("{prefix}external_id"), &id)).transpose()?;
    let field = format!("{prefix}name");
    let name = text::optional_line(&field, key.name.as_deref(), limits::NAME_CHARS)?;
    if external_id.is_none() && name.is_none() {
        return Err(AppError::invalid(&field, "Send an external id or a name."));
    }
    Ok((external_id, name))
}

/// The account with this external id; without one, the account with this name. An external id that
/// is new is given to the account that was known by name or domain before.
async fn find(
    ctx: &Ctx,
    tx: &mut Tx,
    external_id: Option<&str>,
    name: Option<&str>,
    domains: &[String],
) -> Result<Option<AccountId>> {
    store::lock_keys(tx, ctx.workspace, external_id, name).await?;
    Ok(match (external_id, name) {
        (Some(external_id), name) => {
            match store::by_external_id(tx, ctx.workspace, external_id).await? {
                None => store::without_id(tx, ctx.workspace, name, domains).await?,
                known => known,
            }
        }
        (None, Some(name)) => store::by_name(tx, ctx.workspace, name).await?,
        (None, None) => None,
    })
}

/// What an account without an id of its own is refused with.
const NAME_IN_USE: &str =
    "There is an account of this name. Give this one an ID if it is another company.";

/// The account of this name; whoever else looks for it waits.
async fn find_named(ctx: &Ctx, tx: &mut Tx, name: &str) -> Result<Option<AccountId>> {
    find(ctx, tx, None, Some(name), &[]).await
}

async fn insert(
    ctx: &Ctx,
    tx: &mut Tx,
    details: &AccountDetails,
    owner: Option<UserId>,
) -> Result<AccountId> {
    free(ctx, tx, None, &details.domains).await?;
    let inserted = store::insert(tx, ctx.workspace, details, owner, ctx.now).await;
    inserted.map_err(|e| refused(e, owner))
}

async fn write(
    ctx: &Ctx,
    tx: &mut Tx,
    before: &Account,
    details: &AccountDetails,
    owner: Option<UserId>,
) -> Result<()> {
    // What both have since before that was forbidden keeps nobody from changing the rest.
    let new = details.domains.iter().filter(|d| !before.details.domains.contains(d)).cloned();
    free(ctx, tx, Some(before.id), &new.collect::<Vec<_>>()).await?;
    let written = store::update(tx, ctx.workspace, before.id, details, owner, ctx.now).await;
    written.map_err(|e| refused(e, owner))?;
    if before.details.name != details.name {
        store::refresh_customers(tx, ctx.workspace, before.id).await?;
    }
    Ok(())
}

/// Refuses domains that another account has: whoever writes from one joins one account.
async fn free(ctx: &Ctx, tx: &mut Tx, own: Option<AccountId>, domains: &[String]) -> Result<()> {
    match store::taken_domains(tx, ctx.workspace, own, domains).await?.first() {
        None => Ok(()),
        Some((domain, name)) => {
            let text = format!("{domain} belongs to {name}: take it off there first.");
            Err(AppError::invalid("domains", text))
        }
    }
}

/// What the table refused, said beside the field.
fn refused(error: StoreError, owner: Option<UserId>) -> AppError {
    if error.is_constraint("accounts_external_id") {
        return AppError::invalid("external_id", "Another account has this external id.");
    }
    match error {
        StoreError::NotFound if owner.is_some() => {
            AppError::invalid("owner_id", "There is no such agent.")
        }
        other => other.into(),
    }
}
