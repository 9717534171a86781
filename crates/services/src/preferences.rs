//! How the one who acts likes to work. Nobody sees or changes another's.

use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::preferences::Preferences;
use rapport_domain::{AppError, Permission};
use rapport_store::preferences;

/// Changes some of the acting person's preferences; what `change` leaves alone stays as stored.
pub async fn change(ctx: &Ctx, change: impl FnOnce(&mut Preferences)) -> Result<()> {
    ctx.require(Permission::WorkspaceRead)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let mut chosen = preferences::lock(&mut tx, ctx.workspace, user).await?;
    change(&mut chosen);
    preferences::set(&mut tx, ctx.workspace, user, &chosen).await?;
    tx.commit(Recorded::Own).await
}
