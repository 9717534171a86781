//! A person's own sessions: where they are logged in, and logging out elsewhere.

use crate::auth::CurrentSession;
use crate::{Ctx, Result, audit};
use rapport_domain::people::SessionRow;
use rapport_domain::{AppError, Permission, Uuid};
use rapport_store::{StoreError, sessions};
use serde_json::json;

/// Where the person who acts is logged in, the newest first.
pub async fn list(ctx: &Ctx, current: &CurrentSession) -> Result<Vec<SessionRow>> {
    ctx.require(Permission::Read)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    Ok(ctx.store.sessions_of(ctx.workspace, user, &current.0, ctx.now).await?)
}

/// Ends one of them. One that is over already is no error.
pub async fn end(ctx: &Ctx, id: Uuid) -> Result<()> {
    ctx.require(Permission::Read)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.store.begin().await?;
    sessions::end_one(&mut tx, ctx.workspace, user, id).await?;
    audit::record(ctx, &mut tx, "session.ended", &id.to_string(), json!({})).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// Ends all but the one that asks.
pub async fn end_others(ctx: &Ctx, current: &CurrentSession) -> Result<()> {
    ctx.require(Permission::Read)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.store.begin().await?;
    sessions::end_all(&mut tx, ctx.workspace, user, Some(&current.0)).await?;
    audit::record(ctx, &mut tx, "session.others_ended", &user.to_string(), json!({})).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}
