//! Customers: found or created by identifiers, edited, linked to accounts, listed.

mod delete;
mod edit;
mod identify;
mod link;
mod merge;
mod move_events;
mod split;
mod stale;
mod write;

pub(crate) use delete::DeleteCustomer;
pub use delete::{COUNTED, Deletion, delete, deletion};
pub use edit::{edit, edit_since};
pub(crate) use identify::{Identification, describe_visitor, identify, join_waiting, suggest_by};
pub(crate) use link::link_account_at;
pub use link::{leave_account, link_account, unlink_account};
pub use merge::{UNDO_DAYS, merge, preview, preview_by, undo};
pub(crate) use move_events::MoveEvents;
pub use split::{Identity, dismiss, identity, split};
pub(crate) use stale::STALE;
pub(crate) use write::email_of_id;
pub use write::{create, update, upsert};

use crate::{Ctx, Result, fields, rules};
use rapport_domain::customer::{Customer, CustomerPage, CustomerQuery, CustomerSort, ListCursor};
use rapport_domain::{CustomerId, Permission, limits};
use rapport_store::customers::ListQuery;

/// The customer with this id, or the one it was merged into.
pub async fn get(ctx: &Ctx, id: CustomerId) -> Result<Customer> {
    ctx.require(Permission::CustomersRead)?;
    fields::show(ctx, ctx.store.customer(ctx.workspace, id).await?).await
}

/// One page of customers.
pub async fn list(ctx: &Ctx, query: CustomerQuery) -> Result<CustomerPage> {
    ctx.require(Permission::CustomersRead)?;
    let sort = query.sort.unwrap_or(CustomerSort::Activity);
    let after = query.after.as_deref().filter(|a| !a.is_empty());
    let search = match query.q.as_deref() {
        Some(q) => rules::search(ctx, q).await?,
        None => None,
    };
    let list = ListQuery {
        search,
        account: query.account,
        sort,
        after: after.map(|a| ListCursor::parse(sort, a)).transpose()?,
        limit: query.limit.unwrap_or(limits::PAGE_ROWS).clamp(1, limits::PAGE_ROWS_MAX),
    };
    let (items, next) = ctx.store.customers(ctx.workspace, &list).await?;
    // The rows name the account; only an empty list has to ask, and an unknown id is a 404.
    let account = match (query.account, items.first().and_then(|row| row.account.clone())) {
        (None, _) => None,
        (Some(_), Some(account)) => Some(account),
        (Some(id), None) => Some(ctx.store.account_ref(ctx.workspace, id).await?),
    };
    Ok(CustomerPage { items, next: next.map(|n| n.to_string()), account })
}
