//! Identifying by events: nobody can be asked what was meant, so what contradicts is left out
//! and becomes a hint, and two known people never become one.

use super::merge::join_visitor;
use super::write::{change, insert};
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use rapport_domain::customer::{Customer, CustomerInput, CustomerKind};
use rapport_domain::fields::FieldDef;
use rapport_domain::identity::{IdentifierKind, Key, settle};
use rapport_domain::limits::{ANONYMOUS_IDS_MAX, IDENTIFIERS_BY_EVENT, IDENTIFIERS_MAX};
use rapport_domain::{CustomerId, Permission, patch};
use rapport_store::customers::{self as store, Claimed, NewRow};
use rapport_store::timeline::{NewEvent, append, insert_visitors};
use rapport_store::{Tx, identifiers, merges, suggestions};
use serde_json::json;

/// What an event says about a proven person.
#[derive(Debug)]
pub(crate) struct Identification<'a> {
    pub keys: &'a [Key],
    /// The browser they used.
    pub anonymous: Option<&'a Key>,
    /// The e-mail that was said to be theirs now, one of the keys.
    pub email: Option<&'a Key>,
    pub input: &'a CustomerInput,
    /// When it was said: what comes late sets what nothing newer set.
    pub at: DateTime<Utc>,
}

impl Identification<'_> {
    /// The properties that were said, an e-mail among them.
    fn properties(&self) -> Vec<String> {
        let mut named = patch::named(self.input);
        named.extend(self.email.map(|_| "email".to_string()));
        named
    }

    /// What counts of it: the properties that nothing newer set. An e-mail that was said before
    /// is no news, whichever agents chose to write to.
    fn counted(&self, claimed: &Claimed) -> CustomerInput {
        let email = self.email.filter(|_| claimed.properties.iter().any(|p| p == "email"));
        let email = email.filter(|key| claimed.email_before.as_ref() != Some(&key.value));
        CustomerInput {
            email: email.map(|key| key.value.clone()),
            ..patch::only(self.input, &claimed.properties)
        }
    }
}

/// Finds or creates the person, adds what identifies them as far as it is nobody else's, and
/// sets their traits. The visitor behind the browser becomes this person.
pub(crate) async fn identify(
    ctx: &Ctx,
    claims: &Identification<'_>,
    defs: &[FieldDef],
) -> Result<CustomerId> {
    ctx.require(Permission::CustomersWrite)?;
    let all: Vec<Key> = claims.keys.iter().chain(claims.anonymous).cloned().collect();
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    identifiers::lock(&mut tx, ctx.workspace, &all).await?;
    let owners = identifiers::owners(&mut tx, ctx.workspace, &all).await?;
    let settled = settle(&all, &owners);
    let visitor = visitor(ctx, &mut tx, claims.anonymous, &owners).await?;
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
    let properties = claims.properties();
    let email = claims.email.map(|key| key.value.as_str());
    let id = match target {
        Some(id) => {
            let id = store::lock(&mut tx, ctx.workspace, id).await?;
            let before = store::get(&mut tx, ctx.workspace, id).await?;
            let claimed =
                store::claim(&mut tx, ctx.workspace, id, &properties, email, claims.at).await?;
            let input = claims.counted(&claimed);
            if nothing_new(&before, claims, &input) {
                id
            } else {
                let keep = make_room(ctx, &mut tx, &before, keep).await?;
                change(ctx, &mut tx, id, &input, &keep, defs).await?
            }
        }
        None => {
            let email = claims.email.map(|key| key.value.clone());
            let input = CustomerInput { email: email.clone(), ..claims.input.clone() };
            let id = insert(ctx, &mut tx, &input, &keep, defs).await?;
            store::claim(&mut tx, ctx.workspace, id, &properties, email.as_deref(), claims.at)
                .await?;
            id
        }
    };
    if let Some(key) = claims.anonymous {
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
    tx.commit(Recorded::Received).await?;
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
fn nothing_new(before: &Customer, claims: &Identification<'_>, input: &CustomerInput) -> bool {
    let has = |k: &Key| {
        before
            .identifiers
            .iter()
            .any(|i| i.kind == k.kind && i.value == k.value && i.verified_at.is_some())
    };
    *input == CustomerInput::default()
        && before.kind == CustomerKind::Customer
        && claims.keys.iter().all(has)
}

/// Makes room for keys that are new: where a customer has as many as events may add, the oldest
/// that nobody vouched for gives way, and the timeline tells of it. Without such a one there is
/// room up to what a customer may have at all, and then the oldest gives way.
async fn make_room(ctx: &Ctx, tx: &mut Tx, before: &Customer, keys: Vec<Key>) -> Result<Vec<Key>> {
    for kind in [IdentifierKind::Email, IdentifierKind::Phone] {
        let mut own = before.values(kind).count();
        let is_new = |k: &&Key| k.kind == kind && !before.values(kind).any(|v| v == k.value);
        for new in keys.iter().filter(is_new) {
            own += 1;
            if own <= IDENTIFIERS_BY_EVENT {
                continue;
            }
            let full = own > IDENTIFIERS_MAX;
            let old = identifiers::to_give_way(tx, ctx.workspace, before.id, kind, full).await?;
            let Some(old) = old else { continue };
            identifiers::remove(tx, ctx.workspace, before.id, &old).await?;
            own -= 1;
            let label = kind.label();
            let title = format!(
                "replaced the {label} {} with {}: there was no more room",
                old.value, new.value
            );
            let payload = json!({"kind": kind, "from": old.value, "to": new.value});
            let event = NewEvent::activity(
                before.id,
                ctx.now,
                "customer.identifier_replaced",
                ctx.actor_name(),
            )
            .title(title)
            .payload(payload);
            append(tx, ctx.workspace, ctx.now, &[event]).await?;
        }
    }
    Ok(keys)
}

async fn own_browser(ctx: &Ctx, tx: &mut Tx, id: CustomerId, key: &Key) -> Result<()> {
    let customer = store::get(tx, ctx.workspace, id).await?;
    if customer.values(IdentifierKind::AnonymousId).count() >= ANONYMOUS_IDS_MAX {
        return Ok(());
    }
    let keys = std::slice::from_ref(key);
    Ok(identifiers::add(tx, ctx.workspace, id, keys, ctx.actor.proof(), ctx.now).await?)
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
    ctx.require(Permission::CustomersWrite)?;
    let keys = std::slice::from_ref(browser);
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    identifiers::lock(&mut tx, ctx.workspace, keys).await?;
    let owner = identifiers::owners(&mut tx, ctx.workspace, keys).await?.into_iter().next();
    let id = match owner {
        Some(owner) => owner.customer,
        None => {
            let new = insert_visitors(&mut tx, ctx.workspace, keys, ctx.now).await?;
            new.into_values()
                .next()
                .ok_or_else(|| crate::internal("no customer came of an identify"))?
        }
    };
    let id = store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    if before.kind == CustomerKind::Customer {
        return Ok(false);
    }
    let properties = patch::named(input);
    let claimed = store::claim(&mut tx, ctx.workspace, id, &properties, None, at).await?;
    if !claimed.properties.is_empty() {
        let mut details = before.details.clone();
        details.apply(&patch::only(input, &claimed.properties), defs)?;
        let account = before.account.as_ref().map(|a| a.id);
        let row = NewRow { kind: before.kind, account, details: &details, now: ctx.now };
        store::update(&mut tx, ctx.workspace, id, &row).await?;
        store::refresh(&mut tx, ctx.workspace, id).await?;
    }
    tx.commit(Recorded::Received).await?;
    Ok(true)
}

/// Notes that whoever has `key` may be `customer`.
pub(crate) async fn suggest_by(ctx: &Ctx, customer: CustomerId, key: &Key) -> Result<()> {
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let owners = identifiers::owners(&mut tx, ctx.workspace, std::slice::from_ref(key)).await?;
    if let Some(owner) = owners.first() {
        let pair = (owner.customer, customer);
        suggestions::suggest(&mut tx, ctx.workspace, pair, key, ctx.now).await?;
    }
    tx.commit(Recorded::Received).await
}

/// Events that wait for `previous`, by whom nobody is known, are `customer`'s: whoever may say so
/// said that the two are one. Answers whether there were any.
pub(crate) async fn join_waiting(ctx: &Ctx, customer: CustomerId, previous: &Key) -> Result<bool> {
    ctx.require(Permission::CustomersWrite)?;
    let keys = std::slice::from_ref(previous);
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    identifiers::lock(&mut tx, ctx.workspace, keys).await?;
    let known = !identifiers::owners(&mut tx, ctx.workspace, keys).await?.is_empty();
    let found = store::get(&mut tx, ctx.workspace, customer).await?;
    let own = found.identifiers.iter().min_by_key(|i| i.kind);
    let own = own.map(|i| Key { kind: i.kind, value: i.value.clone() });
    let Some(own) = own.filter(|_| !known) else { return Ok(false) };
    let any = rapport_store::event_log::wait_for(&mut tx, ctx.workspace, previous, &own).await?;
    tx.commit(Recorded::Received).await?;
    Ok(any)
}
