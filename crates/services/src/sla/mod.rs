//! How soon tickets are to be answered: policies, due times, and what was missed.

mod follow;
mod missed;

pub(crate) use follow::{follow, start};
pub(crate) use missed::{WatchDues, watch_dues};

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::sla::{SlaPolicy, SlaPolicyInput};
use rapport_domain::{AppError, Permission, SlaPolicyId, limits};
use rapport_store::sla;
use serde_json::json;

/// The policies in the order in which tickets try them, archived ones last.
pub async fn list(ctx: &Ctx) -> Result<Vec<SlaPolicy>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.sla_policies(ctx.workspace).await?)
}

/// Changes a policy to what the form says, or adds one as the last. It holds for tickets from
/// their next change on; due times that are set stay.
pub async fn save(ctx: &Ctx, id: Option<SlaPolicyId>, input: SlaPolicyInput) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let rules = input.checked()?;
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let all = sla::lock_policies(&mut tx, ctx.workspace).await?;
    if let Some(team) = rules.team_id
        && !rapport_store::users::is_team(&mut tx, ctx.workspace, team).await?
    {
        return Err(AppError::invalid("team", "There is no such team."));
    }
    let policy = match id {
        Some(id) => {
            let before = all.iter().find(|p| p.id == id).ok_or(AppError::NotFound)?;
            SlaPolicy { rules, ..before.clone() }
        }
        None if all.iter().filter(|p| !p.archived).count() >= limits::SLA_POLICIES_MAX => {
            let message = format!("At most {} policies are possible.", limits::SLA_POLICIES_MAX);
            return Err(AppError::invalid("name", message));
        }
        None => SlaPolicy {
            id: SlaPolicyId::generate(),
            position: all.iter().map(|p| p.position).max().unwrap_or(0) + 1,
            archived: false,
            rules,
        },
    };
    sla::save_policy(&mut tx, ctx.workspace, &policy, ctx.now).await?;
    tx.commit_audited(Action::SlaSaved, policy.id, json!(policy)).await
}

/// Puts a policy one place up: tickets try it before the one above.
pub async fn move_up(ctx: &Ctx, id: SlaPolicyId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let all = sla::lock_policies(&mut tx, ctx.workspace).await?;
    let policy = all.iter().find(|p| p.id == id).ok_or(AppError::NotFound)?;
    let above = all.iter().filter(|p| !p.archived).take_while(|p| p.id != id).last();
    let Some(above) = above.filter(|_| !policy.archived) else { return Ok(()) };
    for (policy, position) in [(policy, above.position), (above, policy.position)] {
        let moved = SlaPolicy { position, ..policy.clone() };
        sla::save_policy(&mut tx, ctx.workspace, &moved, ctx.now).await?;
    }
    tx.commit_audited(Action::SlaMoved, id, json!({})).await
}

/// Archives a policy, or brings it back. Tickets that have an archived one keep it until a
/// property changes that policies look at.
pub async fn archive(ctx: &Ctx, id: SlaPolicyId, archived: bool) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let all = sla::lock_policies(&mut tx, ctx.workspace).await?;
    let policy = all.iter().find(|p| p.id == id).ok_or(AppError::NotFound)?;
    let policy = SlaPolicy { archived, ..policy.clone() };
    sla::save_policy(&mut tx, ctx.workspace, &policy, ctx.now).await?;
    let action = if archived { Action::SlaArchived } else { Action::SlaRestored };
    tx.commit_audited(action, id, json!({})).await
}
