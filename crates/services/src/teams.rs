//! Teams, whose turn it is in them, and who is away.

use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::team::{Member, Team, TeamInput};
use rapport_domain::{AppError, Permission, TeamId, limits};
use rapport_store::{StoreError, teams, users};
use serde_json::json;

/// All teams with their members.
pub async fn list(ctx: &Ctx) -> Result<Vec<Team>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.teams_with_members(ctx.workspace).await?)
}

/// Everybody who could be a member of one.
pub async fn possible_members(ctx: &Ctx) -> Result<Vec<Member>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.possible_members(ctx.workspace).await?)
}

/// Changes a team to what the form says, or adds one.
pub async fn save(ctx: &Ctx, id: Option<TeamId>, input: TeamInput) -> Result<TeamId> {
    ctx.require(Permission::SettingsWrite)?;
    let input = input.checked()?;
    if id.is_none() && ctx.store.teams(ctx.workspace).await?.len() >= limits::TEAMS_MAX {
        let message = format!("A workspace has at most {} teams.", limits::TEAMS_MAX);
        return Err(AppError::invalid("name", message));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let team = id.unwrap_or_else(TeamId::generate);
    if id.is_none() {
        let made = users::insert_team(&mut tx, ctx.workspace, team, &input.name).await;
        made.map_err(name_taken)?;
    }
    let (name, round_robin) = (&input.name, input.round_robin);
    let done = teams::update_team(&mut tx, ctx.workspace, team, name, round_robin).await;
    if !done.map_err(name_taken)? {
        return Err(AppError::NotFound);
    }
    teams::set_members(&mut tx, ctx.workspace, team, &input.members).await?;
    let action = if id.is_some() { Action::TeamChanged } else { Action::TeamCreated };
    let detail = json!({ "name": name, "round_robin": round_robin, "members": input.members });
    tx.commit_audited(action, team, detail).await?;
    Ok(team)
}

/// Says that the person who acts is away, or back: round robin passes them by meanwhile.
pub async fn set_away(ctx: &Ctx, away: bool) -> Result<()> {
    ctx.require(Permission::TicketsWrite)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    teams::set_away(&mut tx, ctx.workspace, user, away.then_some(ctx.now)).await?;
    tx.commit(Recorded::Own).await
}

fn name_taken(error: StoreError) -> AppError {
    if error.is_constraint("teams_name") {
        return AppError::invalid("name", "There is a team with this name already.");
    }
    error.into()
}
