//! Switches of a workspace as a whole.

use crate::{Ctx, Result, audit};
use rapport_domain::Permission;
use rapport_store::{StoreError, workspaces};
use serde_json::json;

/// Whether mails tell when they were opened.
pub async fn open_tracking(ctx: &Ctx) -> Result<bool> {
    ctx.require(Permission::Configure)?;
    Ok(ctx.store.open_tracking(ctx.workspace).await?)
}

/// Switches that for mails written from now on.
pub async fn set_open_tracking(ctx: &Ctx, on: bool) -> Result<()> {
    ctx.require(Permission::Configure)?;
    let mut tx = ctx.store.begin().await?;
    workspaces::set_open_tracking(&mut tx, ctx.workspace, on).await?;
    audit::record(ctx, &mut tx, "open_tracking.set", "workspace", json!({"on": on})).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
