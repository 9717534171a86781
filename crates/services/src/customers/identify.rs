//! Identifying by events: nobody can be asked what was meant, so what contradicts is left out
//! and becomes a hint, and two known people never become one.

use super::merge::join_visitor;
use super::write::{change, insert};
use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use rapport_domain::customer::{Customer, CustomerInput, CustomerKind};
use rapport_domain::fields::FieldDef;
use rapport_domain::identity::{IdentifierKind, Key, settle};
use rapport_domain::limits::{ANONYMOUS_IDS_MAX, IDENTIFIERS_BY_EVENT};
use rapport_domain::{CustomerId, Permission};
use rapport_store::customers::{self as store, NewRow};
use rapport_store::timeline::insert_visitors;
use rapport_store::{StoreError, Tx, identifiers, merges, suggestions};

/// What an event says about a proven person.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    pub keys: &'a [Key],
    /// The browser they used.
    pub anonymous: Option<&'a Key>,
    pub input: &'a CustomerInput,
    /// When it was said: older traits that come late change nothing.
    pub at: DateTime<Utc>,
}

/// Finds or creates the person, adds what identifies them as far as it is nobody else's, and
/// sets their traits. The visitor behind the browser becomes this person.
pub(crate) async fn identify(ctx: &Ctx, said: &Said<'_>, defs: &[FieldDef]) -> Result<CustomerId> {
    ctx.require(Permission::Write)?;
    let all: Vec<Key> = said.keys.iter().chain(said.anonymous).cloned().collect();
    let mut tx = ctx.store.begin().await?;
    identifiers::lock(&mut tx, ctx.workspace, &all).await?;
    let owners = identifiers::owners(&mut tx, ctx.workspace, &all).await?;
    let settled = settle(&all, &owners);
    let visitor = visitor(ctx, &mut tx, said.anonymous, &owners).await?;
    let keep: Vec<Key> =
        settled.keep.into_iter().filter(|k| k.kind != IdentifierKind::AnonymousId).collect();
    // A visitor whom nobody is known for yet simply becomes the person.
    let target = settled.target.or(visitor);
    if let (Some(target), Some(visitor)) = (target, visitor)
        && target != visitor
    {
        // Both at once and in order: who writes events of both does the same.
        merges::lock_rows(&mut tx, ctx.workspace, [target, visitor]).await?;
    }
    let id = match target {
        Some(id) => {
            let id = store::lock(&mut tx, ctx.workspace, id).await?;
            let before = store::get(&mut tx, ctx.workspace, id).await?;
            let newer = store::newer_traits(&mut tx, ctx.workspace, id, said.at).await?;
            let nothing = CustomerInput::default();
            let input = if newer { said.input } else { &nothing };
            if nothing_new(&before, said, input) {
                id
            } else {
                let keep = with_room(&before, keep);
                change(ctx, &mut tx, id, input, &keep, defs).await?
            }
        }
        None => {
            let id = insert(ctx, &mut tx, said.input, &keep, defs).await?;
            store::newer_traits(&mut tx, ctx.workspace, id, said.at).await?;
            id
        }
    };
    if let Some(key) = said.anonymous {
        match (visitor, owners.iter().find(|o| o.key == *key)) {
            (Some(visitor), _) if visitor != id => join_visitor(ctx, &mut tx, visitor, id).await?,
            (None, None) => own_browser(ctx, &mut tx, id, key).await?,
            _ => {}
        }
    }
    for dropped in settled.dropped.iter().filter(|d| Some(d.customer) != visitor) {
        let pair = (dropped.customer, id);
        suggestions::suggest(&mut tx, ctx.workspace, pair, &dropped.key, ctx.now).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(id)
}

/// The browser's owner, if they are a visitor and nothing more.
async fn visitor(
    ctx: &Ctx,
    tx: &mut Tx,
    browser: Option<&Key>,
    owners: &[rapport_domain::identity::Owner],
) -> Result<Option<CustomerId>> {
    let Some(owner) = owners.iter().find(|o| Some(&o.key) == browser) else { return Ok(None) };
    let found = store::get(tx, ctx.workspace, owner.customer).await?;
    let known = found.kind == CustomerKind::Customer || found.external_id.is_some();
    Ok((!known).then_some(found.id))
}

/// Whether a page that identifies its user on every load has nothing to tell.
fn nothing_new(before: &Customer, said: &Said<'_>, input: &CustomerInput) -> bool {
    let has = |k: &Key| {
        before
            .identifiers
            .iter()
            .any(|i| i.kind == k.kind && i.value == k.value && i.verified_at.is_some())
    };
    *input == CustomerInput::default()
        && before.kind == CustomerKind::Customer
        && said.keys.iter().all(has)
}

/// The keys that one customer has room for.
fn with_room(before: &Customer, keys: Vec<Key>) -> Vec<Key> {
    let mut keep: Vec<Key> = Vec::new();
    for key in keys {
        let own = before.values(key.kind).count();
        let has = before.values(key.kind).any(|value| value == key.value);
        let new = keep.iter().filter(|k| k.kind == key.kind).count();
        if has || key.kind == IdentifierKind::ExternalId || own + new < IDENTIFIERS_BY_EVENT {
            keep.push(key);
        }
    }
    keep
}

async fn own_browser(ctx: &Ctx, tx: &mut Tx, id: CustomerId, key: &Key) -> Result<()> {
    let customer = store::get(tx, ctx.workspace, id).await?;
    if customer.values(IdentifierKind::AnonymousId).count() >= ANONYMOUS_IDS_MAX {
        return Ok(());
    }
    let keys = std::slice::from_ref(key);
    Ok(identifiers::add(tx, ctx.workspace, id, keys, Some(super::write::vouched_by(ctx)), ctx.now)
        .await?)
}

/// Sets the traits of the visitor behind a browser, who is created when new; false when
/// somebody is known there, for whom unproven words count nothing.
pub(crate) async fn describe_visitor(
    ctx: &Ctx,
    browser: &Key,
    input: &CustomerInput,
    defs: &[FieldDef],
    at: DateTime<Utc>,
) -> Result<bool> {
    ctx.require(Permission::Write)?;
    let keys = std::slice::from_ref(browser);
    let mut tx = ctx.store.begin().await?;
    identifiers::lock(&mut tx, ctx.workspace, keys).await?;
    let owner = identifiers::owners(&mut tx, ctx.workspace, keys).await?.into_iter().next();
    let id = match owner {
        Some(owner) => owner.customer,
        None => {
            let new = insert_visitors(&mut tx, ctx.workspace, keys, ctx.now).await?;
            new.into_values().next().ok_or(rapport_domain::AppError::Unavailable)?
        }
    };
    let id = store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    if before.kind == CustomerKind::Customer {
        return Ok(false);
    }
    let changes = *input != CustomerInput::default();
    if changes && store::newer_traits(&mut tx, ctx.workspace, id, at).await? {
        let mut details = before.details.clone();
        details.apply(input, defs)?;
        let account = before.account.as_ref().map(|a| a.id);
        let row = NewRow { kind: before.kind, account, details: &details, now: ctx.now };
        store::update(&mut tx, ctx.workspace, id, &row).await?;
        store::refresh(&mut tx, ctx.workspace, id).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(true)
}

/// Notes that whoever has `key` may be `customer`.
pub(crate) async fn suggest_by(ctx: &Ctx, customer: CustomerId, key: &Key) -> Result<()> {
    ctx.require(Permission::Write)?;
    let mut tx = ctx.store.begin().await?;
    let owners = identifiers::owners(&mut tx, ctx.workspace, std::slice::from_ref(key)).await?;
    if let Some(owner) = owners.first() {
        let pair = (owner.customer, customer);
        suggestions::suggest(&mut tx, ctx.workspace, pair, key, ctx.now).await?;
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
