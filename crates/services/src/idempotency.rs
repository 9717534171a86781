//! Keys under which the API keeps its answers. They belong to the key that called, which the
//! API has checked; there is no other permission to ask for.

use crate::{Result, ctx};
use rapport_store::Store;
pub use rapport_store::idempotency::{Claim, IdempotencyKey};

/// Takes the key for a request, or says what is known of it.
pub async fn claim(store: &Store, key: &IdempotencyKey, request_hash: &[u8]) -> Result<Claim> {
    Ok(store.claim_idempotent(key, request_hash, ctx::now()).await?)
}

/// Keeps the answer.
pub async fn finish(
    store: &Store,
    key: &IdempotencyKey,
    status: u16,
    body: &serde_json::Value,
) -> Result<()> {
    Ok(store.finish_idempotent(key, status, body).await?)
}

/// Gives the key back after a failure.
pub async fn release(store: &Store, key: &IdempotencyKey) -> Result<()> {
    Ok(store.release_idempotent(key).await?)
}
