//! What the account's page asks of the server.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::customer::CustomerRow;
use rapport_domain::info::AccountInfo;
use rapport_domain::{AccountId, CustomerId};
use server_fn::codec::Json;

/// The account and what stands around it; `all_notes` brings the old ones too.
#[server(input = Json)]
pub async fn load_account(account: AccountId, all_notes: bool) -> Result<AccountInfo, Failure> {
    crate::api::run(async |ctx| rapport_services::accounts::info(ctx, account, all_notes).await)
        .await
}

/// Who could be meant: at most eight.
#[server(input = Json)]
pub async fn find_members(q: String) -> Result<Vec<CustomerRow>, Failure> {
    use rapport_domain::customer::CustomerQuery;
    let query = CustomerQuery { q: Some(q), limit: Some(8), ..CustomerQuery::default() };
    let found = async |ctx: &_| rapport_services::customers::list(ctx, query).await;
    Ok(crate::api::run(found).await?.items)
}

/// Links a customer to the account, wherever they were before.
#[server]
pub async fn link_member(account: AccountId, customer: CustomerId) -> Result<(), Failure> {
    crate::api::run(async |ctx| {
        rapport_services::customers::link_account(ctx, customer, account, None).await.map(drop)
    })
    .await
}

/// Takes a customer out of the account.
#[server]
pub async fn unlink_member(account: AccountId, customer: CustomerId) -> Result<(), Failure> {
    crate::api::run(async |ctx| {
        rapport_services::customers::leave_account(ctx, customer, account).await.map(drop)
    })
    .await
}
