//! Who somebody is, in full: identifiers, hints, merges; and parting one record into two.

use super::write::insert;
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::customer::{Customer, CustomerInput};
use rapport_domain::identity::{Key, Suggestion};
use rapport_domain::merge::PastMerge;
use rapport_domain::{AppError, CustomerId, Permission};
use rapport_store::customers as store;
use rapport_store::timeline::{NewEvent, append};
use rapport_store::{merges, suggestions};
use serde_json::json;

/// What a customer's identity page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    pub customer: Customer,
    pub suggestions: Vec<Suggestion>,
    pub merges: Vec<PastMerge>,
}

/// Everything that says who a customer is.
pub async fn identity(ctx: &Ctx, id: CustomerId) -> Result<Identity> {
    ctx.require(Permission::CustomersRead)?;
    let customer = ctx.store.customer(ctx.workspace, id).await?.masked();
    Ok(Identity {
        suggestions: ctx.store.merge_suggestions(ctx.workspace, customer.id).await?,
        merges: ctx.store.merges_into(ctx.workspace, customer.id, ctx.now).await?,
        customer,
    })
}

/// Says that two customers are two people: the hints so far are put away.
pub async fn dismiss(ctx: &Ctx, customer: CustomerId, other: CustomerId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::CustomersMerge).await?;
    suggestions::dismiss(&mut tx, ctx.workspace, (customer, other), ctx.now).await?;
    tx.commit(Recorded::Own).await
}

/// Parts one record into two: a new customer gets the identifiers `keys`, and with them
/// whatever comes by them from now on. What happened before stays where it is; tickets can be
/// moved one by one.
pub async fn split(ctx: &Ctx, id: CustomerId, keys: &[Key], name: &str) -> Result<CustomerId> {
    let mut tx = ctx.transaction(Permission::CustomersMerge).await?;
    let id = store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    let owned = |k: &Key| before.identifiers.iter().any(|i| i.kind == k.kind && i.value == k.value);
    if keys.is_empty() || !keys.iter().all(owned) {
        return Err(AppError::invalid("keys", "Choose which identifiers are somebody else's."));
    }
    if keys.len() == before.identifiers.len() {
        return Err(AppError::invalid("keys", "Somebody has to keep one of them."));
    }
    let name = Some(name.to_string()).filter(|n| !n.trim().is_empty());
    let input = CustomerInput { name, source: Some("split".into()), ..CustomerInput::default() };
    // It begins without identifiers, and gets those of the old one.
    let new = insert(ctx, &mut tx, &input, &[], &[]).await?;
    merges::move_identifiers(&mut tx, ctx.workspace, id, new, keys).await?;
    for (customer, title) in
        [(id, "split this customer in two"), (new, "split this customer off another one")]
    {
        let event = NewEvent::activity(customer, ctx.now, "customer.split", ctx.actor_name())
            .title(title)
            .payload(json!({"from": id.to_string(), "to": new.to_string()}));
        append(&mut tx, ctx.workspace, ctx.now, &[event]).await?;
    }
    let detail = json!({"new": new.to_string()});
    tx.commit_audited(Action::CustomerSplit, id, detail).await?;
    Ok(new)
}
