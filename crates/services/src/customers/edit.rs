//! The edit form of a customer.

use super::link::linked;
use super::stale::STALE;
use super::write::account_joined;
use crate::{Ctx, Result, fields, rules};
use rapport_domain::audit::Action;
use rapport_domain::customer::{Customer, CustomerDetails, CustomerEdit};
use rapport_domain::error::{Problems, Theirs};
use rapport_domain::fields::{FieldEntity, HIDDEN, is_hidden};
use rapport_domain::identity::{IdentifierKind, Key, taken};
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_store::customers::{self as store, NewRow};
use rapport_store::{Tx, identifiers};
use serde_json::json;

/// Takes the edit form; refused when somebody else was faster.
pub async fn edit(ctx: &Ctx, id: CustomerId, form: CustomerEdit) -> Result<Customer> {
    edit_since(ctx, id, form, None).await
}

/// The same for a form that says what it was filled with: it changes what differs from that, and
/// is refused where others changed the very same to something else.
pub async fn edit_since(
    ctx: &Ctx,
    id: CustomerId,
    form: CustomerEdit,
    was: Option<CustomerEdit>,
) -> Result<Customer> {
    ctx.require(Permission::CustomersWrite)?;
    let form = match &was {
        Some(was) => form.changes_since(was),
        None => form,
    };
    let defs = fields::for_form(ctx, FieldEntity::Customer, form.values()).await?;
    let mut problems = Problems::default();
    // The rest of the form is looked at too, so that all that is wrong is said at once.
    let lists = problems.check(lists(&form));
    if lists.is_none() {
        problems.check(CustomerDetails::default().apply_edit(&form, &defs));
    }
    problems.finish()?;
    let mut lists = lists.unwrap_or_default();
    for (_, keys) in &mut lists {
        *keys = rules::checked(ctx, std::mem::take(keys)).await?;
    }
    let keys: Vec<Key> = lists.iter().flat_map(|(_, keys)| keys.iter().cloned()).collect();
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    identifiers::lock(&mut tx, ctx.workspace, &keys).await?;
    let id = store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    match &was {
        Some(was) => refuse_overtaken(&form, was, &before.clone().masked())?,
        None if before.version != form.version => return Err(AppError::Conflict(STALE.into())),
        None => {}
    }
    let owners = identifiers::owners(&mut tx, ctx.workspace, &keys).await?;
    if let Some(other) = owners.iter().find(|o| o.customer != id) {
        return Err(taken(other));
    }
    let mut details = before.details.clone();
    details.apply_edit(&form, &defs)?;
    let joined = match &before.account {
        Some(_) => None,
        None => account_joined(ctx, &mut tx, &before, &keys).await?,
    };
    let account = joined.as_ref().or(before.account.as_ref()).map(|a| a.id);
    let row = NewRow { kind: before.kind, account, details: &details, now: ctx.now };
    store::update(&mut tx, ctx.workspace, id, &row).await?;
    for (kind, keys) in &lists {
        replace(ctx, &mut tx, id, *kind, keys).await?;
    }
    if joined.is_some() {
        linked(ctx, &mut tx, id, None, joined.as_ref()).await?;
    }
    store::refresh(&mut tx, ctx.workspace, id).await?;
    let after = store::get(&mut tx, ctx.workspace, id).await?;
    let changed = changed(&before, &after)?;
    store::claim(
        &mut tx,
        ctx.workspace,
        id,
        &property_names(&before, &after, &changed),
        None,
        ctx.now,
    )
    .await?;
    let detail = json!({ "changed": changed });
    tx.commit_audited(Action::CustomerEdited, id, detail).await?;
    fields::show(ctx, after).await
}

/// `before` is masked: what is hidden is hidden from whoever is too late, too.
fn refuse_overtaken(form: &CustomerEdit, was: &CustomerEdit, before: &Customer) -> Result<()> {
    let theirs = form.overtaken(was, &CustomerEdit::of(before));
    if theirs.is_empty() {
        return Ok(());
    }
    let overtaken = theirs.into_iter().map(|(field, now)| {
        let shown = if is_hidden(&now) { HIDDEN } else { &now };
        Theirs::new("Somebody else", &field, &*now, shown)
    });
    Err(AppError::Changed(overtaken.collect()))
}

/// The identifiers that the form lists, by kind; all that is wrong is said at once.
fn lists(form: &CustomerEdit) -> Result<Vec<(IdentifierKind, Vec<Key>)>> {
    let mut problems = Problems::default();
    let mut lists = Vec::new();
    for kind in [IdentifierKind::ExternalId, IdentifierKind::Email, IdentifierKind::Phone] {
        if let Some(Some(keys)) = problems.check(form.keys(kind)) {
            lists.push((kind, keys));
        }
    }
    problems.finish()?;
    Ok(lists)
}

async fn replace(
    ctx: &Ctx,
    tx: &mut Tx,
    id: CustomerId,
    kind: IdentifierKind,
    keys: &[Key],
) -> Result<()> {
    identifiers::keep_only(tx, ctx.workspace, id, kind, keys).await?;
    identifiers::add(tx, ctx.workspace, id, keys, ctx.actor.proof(), ctx.now).await?;
    if let Some(first) = keys.first() {
        identifiers::set_primary(tx, ctx.workspace, id, first).await?;
    }
    Ok(())
}

/// The same as events name them, custom fields each by itself.
fn property_names(before: &Customer, after: &Customer, changed: &[String]) -> Vec<String> {
    let (before, after) = (&before.details.fields, &after.details.fields);
    let keys = before.keys().chain(after.keys()).filter(|key| before.get(*key) != after.get(*key));
    let custom = keys.map(|key| format!("fields.{key}"));
    let own = changed.iter().filter(|name| *name != "fields").cloned();
    let mut named: Vec<String> = own.chain(custom).collect();
    named.sort();
    named.dedup();
    named
}

/// The names of the properties that differ: the log says what, not whose data.
fn changed(before: &Customer, after: &Customer) -> Result<Vec<String>> {
    let value = |c: &Customer| serde_json::to_value(c).map_err(crate::internal);
    let (before, after) = (value(before)?, value(after)?);
    let names =
        after.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let noise = ["version", "updated_at"];
    Ok(names
        .into_iter()
        .filter(|n| !noise.contains(&n.as_str()) && before[n] != after[n])
        .collect())
}
