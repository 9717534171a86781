//! What a workspace calls its statuses: set up by admins.

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::ticket::{StatusCategory, StatusLabel};
use rapport_domain::{AppError, LabelId, Permission, limits};
use rapport_store::{StoreError, Tx, tickets};
use serde_json::json;

/// All labels in their order, archived ones last.
pub async fn list(ctx: &Ctx) -> Result<Vec<StatusLabel>> {
    ctx.require(Permission::WorkspaceRead)?;
    Ok(ctx.store.status_labels(ctx.workspace).await?)
}

/// Adds a label, last in its category.
pub async fn create(ctx: &Ctx, category: StatusCategory, name: &str) -> Result<StatusLabel> {
    ctx.require(Permission::SettingsWrite)?;
    let name = StatusLabel::check_name(name)?;
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let all = tickets::lock_labels(&mut tx, ctx.workspace).await?;
    if all.len() >= limits::LABELS_MAX {
        let message = format!("At most {} statuses are possible; rename one.", limits::LABELS_MAX);
        return Err(AppError::invalid("name", message));
    }
    let last = all.iter().filter(|l| l.category == category).map(|l| l.position).max();
    let label = StatusLabel {
        id: LabelId::generate(),
        name,
        category,
        position: last.unwrap_or(0) + 1,
        is_default: false,
        archived: false,
    };
    tickets::insert_label(&mut tx, ctx.workspace, &label).await.map_err(name_taken)?;
    tx.commit_audited(Action::StatusCreated, label.id, json!(label)).await?;
    Ok(label)
}

/// What can be done to a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Rename(String),
    /// One place up in its category.
    Up,
    /// Makes it what a ticket gets that comes into the category by itself.
    Default,
    /// Nothing gets it any more. A category's default cannot be archived, so one is left.
    Archive,
    Restore,
}

/// Changes a label. Tickets keep it, whatever becomes of it.
pub async fn edit(ctx: &Ctx, id: LabelId, edit: Edit) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let all = tickets::lock_labels(&mut tx, ctx.workspace).await?;
    let before = all.iter().find(|l| l.id == id).ok_or(AppError::NotFound)?;
    let mut after = before.clone();
    match &edit {
        Edit::Rename(name) => after.name = StatusLabel::check_name(name)?,
        Edit::Up => {
            let ours = all.iter().filter(|l| l.category == before.category && !l.archived);
            let above = ours.take_while(|l| l.id != id).last().filter(|_| !before.archived);
            let Some(above) = above else { return Ok(()) };
            after.position = above.position;
            let below = StatusLabel { position: before.position, ..above.clone() };
            write(&mut tx, ctx, &below).await?;
        }
        Edit::Default => {
            let old = all.iter().find(|l| l.category == before.category && l.is_default);
            if let Some(old) = old {
                write(&mut tx, ctx, &StatusLabel { is_default: false, ..old.clone() }).await?;
            }
            (after.is_default, after.archived) = (true, false);
        }
        Edit::Archive if before.is_default => {
            let message = "Make another status the default of its group first.";
            return Err(AppError::invalid("archive", message));
        }
        Edit::Archive => after.archived = true,
        Edit::Restore => after.archived = false,
    }
    write(&mut tx, ctx, &after).await?;
    let detail = json!({ "from": before, "to": after });
    tx.commit_audited(Action::StatusChanged, id, detail).await
}

async fn write(tx: &mut Tx, ctx: &Ctx, label: &StatusLabel) -> Result<()> {
    tickets::update_label(tx, ctx.workspace, label, ctx.now).await.map_err(name_taken)
}

fn name_taken(error: StoreError) -> AppError {
    if error.is_constraint("status_labels_name") {
        return AppError::invalid("name", "There is a status with this name already.");
    }
    error.into()
}
