//! A person's own sessions: where they are logged in, and logging out elsewhere.

use crate::auth::CurrentSession;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::people::SessionRow;
use rapport_domain::{AppError, Permission, Uuid};
use rapport_store::sessions;
use serde_json::json;

/// Where the person who acts is logged in, the newest first.
pub async fn list(ctx: &Ctx, current: &CurrentSession) -> Result<Vec<SessionRow>> {
    ctx.require(Permission::WorkspaceRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    Ok(ctx.store.sessions_of(ctx.workspace, user, &current.0, ctx.now).await?)
}

/// Ends one of them. One that is over already is no error.
pub async fn end(ctx: &Ctx, id: Uuid) -> Result<()> {
    ctx.require(Permission::WorkspaceRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    sessions::end_one(&mut tx, ctx.workspace, user, id).await?;
    tx.commit_audited(Action::SessionEnded, id, json!({})).await
}

/// Ends all but the one that asks.
pub async fn end_others(ctx: &Ctx, current: &CurrentSession) -> Result<()> {
    ctx.require(Permission::WorkspaceRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    sessions::end_all(&mut tx, ctx.workspace, user, Some(&current.0)).await?;
    tx.commit_audited(Action::SessionOthersEnded, user, json!({})).await
}
