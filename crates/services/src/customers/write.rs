//! Creating customers, and changing them as another system knows them.

use super::edit::STALE;
use super::link::linked;
use crate::ctx::SIGNED_BROWSER;
use crate::{Actor, Ctx, Result, accounts, audit, fields};
use rapport_domain::account::{AccountKey, AccountRef};
use rapport_domain::customer::{
    Customer, CustomerDetails, CustomerInput, CustomerKind, NewCustomer, Upserted, default_name,
    within_limit,
};
use rapport_domain::fields::{FieldDef, FieldEntity};
use rapport_domain::identity::{IdentifierKind, Key, company_domain, resolve, taken};
use rapport_domain::{AppError, CustomerId, Permission, text};
use rapport_store::customers::{self as store, NewRow};
use rapport_store::{StoreError, Tx, identifiers};
use serde_json::json;

/// Who vouches for identifiers that this actor writes.
pub(super) fn vouched_by(ctx: &Ctx) -> &'static str {
    match ctx.actor {
        Actor::User(_) => "agent",
        Actor::System { name } if name == SIGNED_BROWSER => "signed",
        Actor::ApiKey { .. } | Actor::System { .. } => "api",
    }
}

/// Finds the customer by external id, else by e-mail, else by phone, and changes them; or
/// creates them. A secret key's word makes a visitor a customer.
pub async fn upsert(ctx: &Ctx, input: CustomerInput) -> Result<Upserted<Customer>> {
    ctx.require(Permission::Write)?;
    let keys = input.keys()?;
    if keys.is_empty() {
        return Err(AppError::invalid("external_id", "Send an external id, an e-mail or a phone."));
    }
    let defs = fields::needed(ctx, FieldEntity::Customer, input.fields.is_empty()).await?;
    let mut tx = ctx.store.begin().await?;
    identifiers::lock(&mut tx, ctx.workspace, &keys).await?;
    let owners = identifiers::owners(&mut tx, ctx.workspace, &keys).await?;
    let known = resolve(&keys, &owners)?;
    let id = match known {
        Some(id) => change(ctx, &mut tx, id, &input, &keys, &defs).await?,
        None => insert(ctx, &mut tx, &input, &keys, &defs).await?,
    };
    let item = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Upserted { item, created: known.is_none() })
}

/// Changes the customer with this id. Identifiers are added; those of others are refused. With
/// the version that was read, a newer one is a conflict.
pub async fn update(
    ctx: &Ctx,
    id: CustomerId,
    version: Option<i32>,
    input: CustomerInput,
) -> Result<Customer> {
    ctx.require(Permission::Write)?;
    let keys = input.keys()?;
    let defs = fields::needed(ctx, FieldEntity::Customer, input.fields.is_empty()).await?;
    let mut tx = ctx.store.begin().await?;
    identifiers::lock(&mut tx, ctx.workspace, &keys).await?;
    let id = store::lock(&mut tx, ctx.workspace, id).await?;
    if let Some(version) = version
        && store::get(&mut tx, ctx.workspace, id).await?.version != version
    {
        return Err(AppError::Conflict(STALE.into()));
    }
    let owners = identifiers::owners(&mut tx, ctx.workspace, &keys).await?;
    if let Some(other) = owners.iter().find(|o| o.customer != id) {
        return Err(taken(other));
    }
    let id = change(ctx, &mut tx, id, &input, &keys, &defs).await?;
    let item = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(item)
}

/// Creates a customer from the form; an identifier in use is refused and names its owner.
pub async fn create(ctx: &Ctx, form: NewCustomer) -> Result<CustomerId> {
    ctx.require(Permission::Write)?;
    let some = |text: &str| Some(text.trim().to_string()).filter(|t| !t.is_empty());
    let input = CustomerInput {
        name: Some(form.name),
        email: some(&form.email),
        phone: some(&form.phone),
        external_id: some(&form.external_id),
        account: some(&form.account)
            .map(|name| AccountKey { name: Some(name), ..Default::default() }),
        source: Some("agent".into()),
        ..CustomerInput::default()
    };
    // Both halves are checked before either answers, so that the form shows all at once.
    let mut problems = rapport_domain::error::Problems::default();
    problems.check(CustomerDetails::default().apply(&input, &[]));
    let keys = problems.check(input.keys()).unwrap_or_default();
    problems.finish()?;
    let mut tx = ctx.store.begin().await?;
    identifiers::lock(&mut tx, ctx.workspace, &keys).await?;
    if let Some(owner) = identifiers::owners(&mut tx, ctx.workspace, &keys).await?.first() {
        return Err(taken(owner));
    }
    let id = insert(ctx, &mut tx, &input, &keys, &[]).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(id)
}

pub(super) async fn insert(
    ctx: &Ctx,
    tx: &mut Tx,
    input: &CustomerInput,
    keys: &[Key],
    defs: &[FieldDef],
) -> Result<CustomerId> {
    let mut details = CustomerDetails {
        name: default_name(keys),
        source: "api".into(),
        first_seen_at: Some(ctx.now),
        ..CustomerDetails::default()
    };
    details.apply(input, defs)?;
    let domain = keys
        .iter()
        .filter(|k| k.kind == IdentifierKind::Email)
        .find_map(|k| company_domain(&k.value));
    let account = match (&input.account, domain) {
        (Some(key), _) => Some(accounts::resolve(ctx, tx, key).await?.id),
        (None, Some(domain)) => {
            rapport_store::accounts::by_domain(tx, ctx.workspace, domain).await?
        }
        (None, None) => None,
    };
    let row = NewRow { kind: CustomerKind::Customer, account, details: &details, now: ctx.now };
    let id = store::insert(tx, ctx.workspace, &row).await?;
    add_keys(ctx, tx, id, input, keys, true).await?;
    audit::record(ctx, tx, "customer.created", &id.to_string(), json!({})).await?;
    Ok(id)
}

pub(super) async fn change(
    ctx: &Ctx,
    tx: &mut Tx,
    id: CustomerId,
    input: &CustomerInput,
    keys: &[Key],
    defs: &[FieldDef],
) -> Result<CustomerId> {
    let id = store::lock(tx, ctx.workspace, id).await?;
    let before = store::get(tx, ctx.workspace, id).await?;
    room_for(&before, keys)?;
    let mut details = before.details.clone();
    details.apply(input, defs)?;
    let account = match &input.account {
        Some(key) => Some(accounts::resolve(ctx, tx, key).await?),
        None => before.account.clone(),
    };
    // Another external id replaces the one there was: a customer has one.
    if let Some(key) = keys.iter().find(|k| k.kind == IdentifierKind::ExternalId) {
        let keep = std::slice::from_ref(key);
        identifiers::keep_only(tx, ctx.workspace, id, key.kind, keep).await?;
    }
    let row = NewRow {
        kind: CustomerKind::Customer,
        account: account.as_ref().map(|a: &AccountRef| a.id),
        details: &details,
        now: ctx.now,
    };
    store::update(tx, ctx.workspace, id, &row).await?;
    if before.account != account {
        linked(ctx, tx, id, before.account.as_ref(), account.as_ref()).await?;
    }
    add_keys(ctx, tx, id, input, keys, false).await?;
    Ok(id)
}

/// Adds identifiers; `email` and `phone` become primary, as do the first ones of a new customer.
async fn add_keys(
    ctx: &Ctx,
    tx: &mut Tx,
    id: CustomerId,
    input: &CustomerInput,
    keys: &[Key],
    new: bool,
) -> Result<()> {
    identifiers::add(tx, ctx.workspace, id, keys, Some(vouched_by(ctx)), ctx.now).await?;
    let given =
        |text: &Option<String>| text.as_deref().is_some_and(|t| !text::clean_line(t).is_empty());
    for (kind, named) in
        [(IdentifierKind::Email, given(&input.email)), (IdentifierKind::Phone, given(&input.phone))]
    {
        // Primary ones come first in the list of keys.
        if let Some(key) = keys.iter().find(|k| k.kind == kind).filter(|_| named || new) {
            identifiers::set_primary(tx, ctx.workspace, id, key).await?;
        }
    }
    Ok(store::refresh(tx, ctx.workspace, id).await?)
}

fn room_for(before: &Customer, keys: &[Key]) -> Result<()> {
    for (kind, field) in [(IdentifierKind::Email, "emails"), (IdentifierKind::Phone, "phones")] {
        let own = before.values(kind).map(|value| Key { kind, value: value.into() });
        let mut all: Vec<Key> =
            keys.iter().filter(|k| k.kind == kind).cloned().chain(own).collect();
        all.sort();
        all.dedup();
        within_limit(field, &all, kind)?;
    }
    Ok(())
}
