//! Switches of a workspace as a whole.

use crate::{Ctx, Result};
use rapport_domain::Permission;
use rapport_domain::audit::Action;
use rapport_store::workspaces;
use serde_json::json;

/// Whether mails tell when they were opened.
pub async fn open_tracking(ctx: &Ctx) -> Result<bool> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.open_tracking(ctx.workspace).await?)
}

/// Switches that for mails written from now on.
pub async fn set_open_tracking(ctx: &Ctx, on: bool) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    workspaces::set_open_tracking(&mut tx, ctx.workspace, on).await?;
    tx.commit_audited(Action::OpenTrackingSet, "workspace", json!({"on": on})).await
}
