//! Creating customers, and changing them as another system knows them.

use super::link::linked;
use super::stale::STALE;
use crate::transaction::Recorded;
use crate::{Ctx, Result, accounts, audit, fields, rules};
use rapport_domain::account::{AccountKey, AccountRef};
use rapport_domain::audit::Action;
use rapport_domain::customer::{
    Customer, CustomerDetails, CustomerInput, CustomerKind, NewCustomer, Upserted, default_name,
    within_limit,
};
use rapport_domain::fields::{FieldDef, FieldEntity};
use rapport_domain::identity::{IdentifierKind, Key, company_domain, email_in, resolve, taken};
use rapport_domain::{AppError, CustomerId, Permission, patch};
use rapport_store::customers::{self as store, NewRow};
use rapport_store::{Tx, identifiers};
use serde_json::json;

/// Finds the customer by external id, else by e-mail, else by phone, and changes them; or
/// creates them. A secret key's word makes a visitor a customer.
pub async fn upsert(ctx: &Ctx, input: CustomerInput) -> Result<Upserted<Customer>> {
    ctx.require(Permission::CustomersWrite)?;
    let mut keys = rules::checked(ctx, input.keys()?).await?;
    if keys.is_empty() {
        return Err(AppError::invalid("external_id", "Send an external id, an e-mail or a phone."));
    }
    let defs = fields::for_input(ctx, FieldEntity::Customer, &input.fields).await?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let implied = email_of_id(&keys);
    let all: Vec<Key> = keys.iter().chain(&implied).cloned().collect();
    identifiers::lock(&mut tx, ctx.workspace, &all).await?;
    let owners = identifiers::owners(&mut tx, ctx.workspace, &all).await?;
    // An external id that is an e-mail counts as that, unless it is somebody else's.
    let known = match resolve(&all, &owners) {
        Ok(known) => {
            keys.extend(implied);
            known
        }
        Err(_) => resolve(&keys, &owners)?,
    };
    let id = match known {
        Some(id) => change(ctx, &mut tx, id, &input, &keys, &defs).await?,
        None => insert(ctx, &mut tx, &input, &keys, &defs).await?,
    };
    claim_properties(ctx, &mut tx, id, &input).await?;
    let item = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit(Recorded::InLog).await?;
    Ok(Upserted { item: fields::show(ctx, item).await?, created: known.is_none() })
}

/// Changes the customer with this id. Identifiers are added; those of others are refused. With
/// the version that was read, a newer one is a conflict.
pub async fn update(
    ctx: &Ctx,
    id: CustomerId,
    version: Option<i32>,
    input: CustomerInput,
) -> Result<Customer> {
    ctx.require(Permission::CustomersWrite)?;
    let keys = rules::checked(ctx, input.keys()?).await?;
    let defs = fields::for_input(ctx, FieldEntity::Customer, &input.fields).await?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
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
    clear_keys(ctx, &mut tx, id, &input).await?;
    claim_properties(ctx, &mut tx, id, &input).await?;
    let item = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit(Recorded::InLog).await?;
    fields::show(ctx, item).await
}

/// Creates a customer from the form; an identifier in use is refused and names its owner.
pub async fn create(ctx: &Ctx, form: NewCustomer) -> Result<CustomerId> {
    ctx.require(Permission::CustomersWrite)?;
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
    let keys = rules::checked(ctx, keys).await?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    identifiers::lock(&mut tx, ctx.workspace, &keys).await?;
    if let Some(owner) = identifiers::owners(&mut tx, ctx.workspace, &keys).await?.first() {
        return Err(taken(owner));
    }
    let id = insert(ctx, &mut tx, &input, &keys, &[]).await?;
    tx.commit(Recorded::InLog).await?;
    Ok(id)
}

/// Whose word proves something makes a customer of somebody; others leave them what they are.
fn known_as(ctx: &Ctx, before: CustomerKind) -> CustomerKind {
    ctx.actor.proof().map_or(before, |_| CustomerKind::Customer)
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
    let account = match &input.account {
        Some(key) => Some(accounts::resolve(ctx, tx, key).await?.id),
        None => account_by_email(ctx, tx, keys.iter()).await?.map(|a| a.id),
    };
    let kind = known_as(ctx, CustomerKind::Visitor);
    let row = NewRow { kind, account, details: &details, now: ctx.now };
    let id = store::insert(tx, ctx.workspace, &row).await?;
    add_keys(ctx, tx, id, input, keys, true).await?;
    audit::record(ctx, tx, Action::CustomerCreated, &id.to_string(), json!({})).await?;
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
        None if input.cleared.contains("account") => None,
        None if before.account.is_none() => account_joined(ctx, tx, &before, keys).await?,
        None => before.account.clone(),
    };
    // Another external id replaces the one there was: a customer has one.
    if let Some(key) = keys.iter().find(|k| k.kind == IdentifierKind::ExternalId) {
        let keep = std::slice::from_ref(key);
        identifiers::keep_only(tx, ctx.workspace, id, key.kind, keep).await?;
    }
    let row = NewRow {
        kind: known_as(ctx, before.kind),
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

/// The account that has the domain of one of the e-mails.
async fn account_by_email(
    ctx: &Ctx,
    tx: &mut Tx,
    keys: impl Iterator<Item = &Key>,
) -> Result<Option<AccountRef>> {
    let emails = keys.filter(|k| k.kind == IdentifierKind::Email);
    let Some(domain) = emails.filter_map(|k| company_domain(&k.value)).next() else {
        return Ok(None);
    };
    let Some(id) = rapport_store::accounts::by_domain(tx, ctx.workspace, domain).await? else {
        return Ok(None);
    };
    let account = rapport_store::accounts::get(tx, ctx.workspace, id).await?;
    Ok(Some(AccountRef { id, name: account.details.name.clone() }))
}

/// The account that somebody without one joins by this change: the rule of those who are new holds
/// for an e-mail that comes later, and for a visitor who turns out to be a customer.
pub(super) async fn account_joined(
    ctx: &Ctx,
    tx: &mut Tx,
    before: &Customer,
    keys: &[Key],
) -> Result<Option<AccountRef>> {
    let own: Vec<Key> = before
        .values(IdentifierKind::Email)
        .map(|value| Key { kind: IdentifierKind::Email, value: value.into() })
        .collect();
    let was_visitor = before.kind == CustomerKind::Visitor;
    let new = keys.iter().filter(|k| !own.contains(k));
    let joined = account_by_email(ctx, tx, new).await?;
    match joined {
        None if was_visitor => account_by_email(ctx, tx, own.iter()).await,
        joined => Ok(joined),
    }
}

/// The e-mail that an external id is.
pub(crate) fn email_of_id(keys: &[Key]) -> Option<Key> {
    let id = keys.iter().find(|k| k.kind == IdentifierKind::ExternalId)?;
    let key = Key { kind: IdentifierKind::Email, value: email_in(&id.value)? };
    (!keys.contains(&key)).then_some(key)
}

/// Notes when properties were changed: an event that says something older of them comes too late.
async fn claim_properties(
    ctx: &Ctx,
    tx: &mut Tx,
    id: CustomerId,
    input: &CustomerInput,
) -> Result<()> {
    let mut named = patch::named(input);
    named.extend(input.cleared.iter().cloned());
    store::claim(tx, ctx.workspace, id, &named, None, ctx.now).await?;
    Ok(())
}

/// Takes away the identifiers that a patch clears.
async fn clear_keys(ctx: &Ctx, tx: &mut Tx, id: CustomerId, input: &CustomerInput) -> Result<()> {
    use IdentifierKind::{Email, ExternalId, Phone};
    let cleared = |name: &str| input.cleared.contains(name);
    let mut any = false;
    for (kind, primary, all) in
        [(ExternalId, "external_id", ""), (Email, "email", "emails"), (Phone, "phone", "phones")]
    {
        if cleared(all) || kind == ExternalId && cleared(primary) {
            identifiers::keep_only(tx, ctx.workspace, id, kind, &[]).await?;
            any = true;
        } else if cleared(primary) {
            let found = store::get(tx, ctx.workspace, id).await?;
            let value = found.identifiers.iter().find(|i| i.kind == kind && i.primary);
            if let Some(value) = value.map(|i| i.value.clone()) {
                identifiers::remove(tx, ctx.workspace, id, &Key { kind, value }).await?;
            }
            any = true;
        }
    }
    if any {
        store::refresh(tx, ctx.workspace, id).await?;
    }
    Ok(())
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
    identifiers::add(tx, ctx.workspace, id, keys, ctx.actor.proof(), ctx.now).await?;
    let rules = rules::of(ctx).await?;
    for (kind, named) in
        [(IdentifierKind::Email, &input.email), (IdentifierKind::Phone, &input.phone)]
    {
        let named = named.as_deref().and_then(|text| Key::new(kind, kind.as_str(), text).ok());
        let named = named.and_then(|key| rules::apply(&rules, key));
        let is_named = |key: &&Key| named.as_ref() == Some(*key);
        let primary = keys.iter().find(is_named);
        let primary = primary.or_else(|| keys.iter().find(|k| k.kind == kind).filter(|_| new));
        if let Some(key) = primary {
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
