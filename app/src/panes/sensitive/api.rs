//! What asks for a sensitive value.

use crate::Failure;
use leptos::prelude::*;
use rapport_domain::fields::FieldOwner;
use serde_json::Value;
use server_fn::codec::Json;

/// The value of a sensitive field, for somebody who asks to see it; the audit log tells of it.
#[server(input = Json)]
pub async fn reveal_field(owner: FieldOwner, key: String) -> Result<Value, Failure> {
    crate::api::run(async |ctx| rapport_services::fields::reveal(ctx, owner, &key).await).await
}
