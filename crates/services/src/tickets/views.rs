//! The views of the inbox.

use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::ticket::{NewView, SavedView, Views};
use rapport_domain::{AppError, Permission, UserId, ViewId, limits, text};
use rapport_store::{StoreError, tickets};

/// All views of the reader, with how many tickets they have.
pub async fn views(ctx: &Ctx) -> Result<Views> {
    Ok(ctx.store.inbox_views(ctx.workspace, reader(ctx)?).await?)
}

/// The views that people saved: the reader's own and what others share.
pub async fn saved_views(ctx: &Ctx) -> Result<Vec<SavedView>> {
    Ok(ctx.store.saved_views(ctx.workspace, reader(ctx)?).await?)
}

/// Saves a view for the reader. What everybody sees, those who only read may not add to.
pub async fn save_view(ctx: &Ctx, view: NewView) -> Result<()> {
    let user = reader(ctx)?;
    share(ctx, view.shared)?;
    let view = view.checked()?;
    let mut tx = ctx.transaction(Permission::TicketsRead).await?;
    let saved = tickets::save_view(&mut tx, ctx.workspace, user, &view).await;
    if !saved.map_err(name_taken)? {
        let message = format!("You have {} views: delete one first.", limits::VIEWS_SAVED_MAX);
        return Err(AppError::invalid("name", message));
    }
    tx.commit(Recorded::Own).await
}

/// Renames a view of the reader's, and shares it or does so no longer.
pub async fn update_view(ctx: &Ctx, id: ViewId, name: &str, shared: bool) -> Result<()> {
    let user = reader(ctx)?;
    share(ctx, shared)?;
    let name = text::required_line("name", name, limits::VIEW_NAME_CHARS)?;
    let mut tx = ctx.transaction(Permission::TicketsRead).await?;
    let found = tickets::update_view(&mut tx, ctx.workspace, user, id, &name, shared).await;
    if !found.map_err(name_taken)? {
        return Err(AppError::NotFound);
    }
    tx.commit(Recorded::Own).await
}

/// Puts a view of the reader's one place up or down.
pub async fn move_view(ctx: &Ctx, id: ViewId, up: bool) -> Result<()> {
    let user = reader(ctx)?;
    let mut tx = ctx.transaction(Permission::TicketsRead).await?;
    tickets::move_view(&mut tx, ctx.workspace, user, id, up).await?;
    tx.commit(Recorded::Own).await
}

/// Forgets a view of the reader's.
pub async fn delete_view(ctx: &Ctx, id: ViewId) -> Result<()> {
    let user = reader(ctx)?;
    let mut tx = ctx.transaction(Permission::TicketsRead).await?;
    tickets::delete_view(&mut tx, ctx.workspace, user, id).await?;
    tx.commit(Recorded::Own).await
}

/// A name stands for one view of a person's: another under it would be lost without a word.
fn name_taken(error: StoreError) -> AppError {
    match error {
        StoreError::Constraint(name) if name == "inbox_views_name" => AppError::invalid(
            "name",
            "You have a view of this name. Choose another, or delete that one.",
        ),
        other => other.into(),
    }
}

/// Views are a person's; an API key has none.
fn reader(ctx: &Ctx) -> Result<UserId> {
    ctx.require(Permission::TicketsRead)?;
    ctx.user().ok_or(AppError::Forbidden)
}

fn share(ctx: &Ctx, shared: bool) -> Result<()> {
    if shared { ctx.require(Permission::TicketsWrite) } else { Ok(()) }
}
