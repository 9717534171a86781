//! Server functions of the Customers page.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::customer::{CustomerPage, CustomerQuery};
use server_fn::codec::Json;

/// A page of customers.
#[server(input = Json)]
pub async fn load_customers(query: CustomerQuery) -> Result<CustomerPage, Failure> {
    crate::api::run(async |ctx| rapport_services::customers::list(ctx, query).await).await
}

/// Creates a customer and opens their profile.
#[server]
pub async fn create_customer(
    name: String,
    email: String,
    phone: String,
    external_id: String,
    account: String,
) -> Result<(), Failure> {
    use rapport_domain::customer::NewCustomer;
    let form = NewCustomer { name, email, phone, external_id, account };
    let create = async |ctx: &_| rapport_services::customers::create(ctx, form).await;
    let id = crate::api::run(create).await?;
    leptos_axum::redirect(&format!("/customers/{id}"));
    Ok(())
}
