//! Linking a customer to an account, with an activity in the timeline.

use super::stale::STALE;
use crate::transaction::Recorded;
use crate::{Ctx, Result, audit, fields};
use chrono::{DateTime, Utc};
use rapport_domain::account::AccountRef;
use rapport_domain::audit::Action;
use rapport_domain::customer::Customer;
use rapport_domain::{AccountId, AppError, CustomerId, Permission};
use rapport_store::Tx;
use rapport_store::customers as store;
use rapport_store::timeline::{NewEvent, append};
use serde_json::json;

/// Links a customer to an account. `version` is the customer's as the caller saw it;
/// `None` for a server, which knows no version.
pub async fn link_account(
    ctx: &Ctx,
    id: CustomerId,
    account: AccountId,
    version: Option<i32>,
) -> Result<Customer> {
    ctx.require(Permission::CustomersWrite)?;
    let account = ctx.store.account_ref(ctx.workspace, account).await?;
    set(ctx, id, Some(account), version, None).await
}

/// Links a customer to an account as it was said at that time: what is said late moves nobody out
/// of an account that they joined since.
pub(crate) async fn link_account_at(
    ctx: &Ctx,
    id: CustomerId,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<Customer> {
    ctx.require(Permission::CustomersWrite)?;
    let account = ctx.store.account_ref(ctx.workspace, account).await?;
    set(ctx, id, Some(account), None, Some(at)).await
}

/// Takes a customer out of their account.
pub async fn unlink_account(ctx: &Ctx, id: CustomerId, version: Option<i32>) -> Result<Customer> {
    ctx.require(Permission::CustomersWrite)?;
    set(ctx, id, None, version, None).await
}

/// Takes a customer out of this account; whoever is in another one, or in none, stays there.
pub async fn leave_account(ctx: &Ctx, id: CustomerId, account: AccountId) -> Result<Customer> {
    ctx.require(Permission::CustomersWrite)?;
    let customer = ctx.store.customer(ctx.workspace, id).await?;
    if customer.account.as_ref().map(|a| a.id) != Some(account) {
        return fields::show(ctx, customer).await;
    }
    set(ctx, customer.id, None, Some(customer.version), None).await
}

async fn set(
    ctx: &Ctx,
    id: CustomerId,
    account: Option<AccountRef>,
    version: Option<i32>,
    said_at: Option<DateTime<Utc>>,
) -> Result<Customer> {
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let id = store::lock(&mut tx, ctx.workspace, id).await?;
    let before = store::get(&mut tx, ctx.workspace, id).await?;
    let named = ["account".to_string()];
    let at = said_at.unwrap_or(ctx.now);
    let claimed = store::claim(&mut tx, ctx.workspace, id, &named, None, at).await?;
    if said_at.is_some() && claimed.properties.is_empty() {
        drop(tx);
        return fields::show(ctx, before).await;
    }
    // Asking for what is already so changes nothing, and tells nobody.
    if before.account.as_ref().map(|a| a.id) == account.as_ref().map(|a| a.id) {
        tx.commit(Recorded::InLog).await?;
        return fields::show(ctx, before).await;
    }
    if version.is_some_and(|v| v != before.version) {
        return Err(AppError::Conflict(STALE.into()));
    }
    store::set_account(&mut tx, ctx.workspace, id, account.as_ref().map(|a| a.id), ctx.now).await?;
    linked(ctx, &mut tx, id, before.account.as_ref(), account.as_ref()).await?;
    let after = store::get(&mut tx, ctx.workspace, id).await?;
    tx.commit(Recorded::InLog).await?;
    fields::show(ctx, after).await
}

/// Writes down that a customer's account changed.
pub(super) async fn linked(
    ctx: &Ctx,
    tx: &mut Tx,
    id: CustomerId,
    from: Option<&AccountRef>,
    to: Option<&AccountRef>,
) -> Result<()> {
    let (action, title) = match to {
        Some(account) => {
            (Action::CustomerAccountLinked, format!("Account set to {}", account.name))
        }
        None => (Action::CustomerAccountUnlinked, "Account removed".to_string()),
    };
    let payload = json!({ "from": from, "to": to });
    let event = NewEvent::activity(id, ctx.now, action.as_str(), ctx.actor_name())
        .title(title)
        .payload(payload.clone());
    append(tx, ctx.workspace, ctx.now, &[event]).await?;
    audit::record(ctx, tx, action, &id.to_string(), payload).await
}
