//! Teams, their members, and whose turn it is.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::team::{Member, Team};
use rapport_domain::{TeamId, UserId, WorkspaceId, limits};
use sqlx::types::Json;

impl Store {
    /// All teams with their members, by name.
    pub async fn teams_with_members(&self, workspace: WorkspaceId) -> Result<Vec<Team>> {
        let rows = sqlx::query!(
            r#"select t.id as "id: TeamId", t.name, t.round_robin,
                (select coalesce(json_agg(json_build_array(u.id, u.name, u.away_since is not null)
                        order by lower(u.name), u.id), '[]')
                    from team_members m
                    join users u on u.workspace_id = m.workspace_id and u.id = m.user_id
                    where m.workspace_id = t.workspace_id and m.team_id = t.id
                        and u.disabled_at is null and u.role <> 'viewer'
                ) as "members!: Json<Vec<(rapport_domain::Uuid, String, bool)>>"
            from teams t where t.workspace_id = $1 order by lower(t.name), t.id limit $2"#,
            workspace.0,
            limits::TEAMS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?;
        let member = |(id, name, away)| Member { id: UserId(id), name, away };
        Ok(rows
            .into_iter()
            .map(|r| Team {
                id: r.id,
                name: r.name,
                round_robin: r.round_robin,
                members: r.members.0.into_iter().map(member).collect(),
            })
            .collect())
    }

    /// Everybody who could be a member, by name.
    pub async fn possible_members(&self, workspace: WorkspaceId) -> Result<Vec<Member>> {
        Ok(sqlx::query_as!(
            Member,
            r#"select id as "id: UserId", name, away_since is not null as "away!" from users
            where workspace_id = $1 and disabled_at is null and role <> 'viewer'
            order by lower(name), id limit 500"#,
            workspace.0,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Writes a team's name and switch, or adds it; the constraint `teams_name` refuses a name in
/// use. False when it is not there.
pub async fn update_team(
    tx: &mut Tx,
    workspace: WorkspaceId,
    team: TeamId,
    name: &str,
    round_robin: bool,
) -> Result<bool> {
    let done = sqlx::query!(
        "update teams set name = $3, round_robin = $4 where workspace_id = $1 and id = $2",
        workspace.0,
        team.0,
        name,
        round_robin,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes these people the team's members; who stays keeps their turn.
pub async fn set_members(
    tx: &mut Tx,
    workspace: WorkspaceId,
    team: TeamId,
    members: &[UserId],
) -> Result<()> {
    let members: Vec<_> = members.iter().map(|m| m.0).collect();
    sqlx::query!(
        "delete from team_members
        where workspace_id = $1 and team_id = $2 and user_id <> all ($3)",
        workspace.0,
        team.0,
        &members,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into team_members (workspace_id, team_id, user_id)
        select $1, $2, id from users
        where workspace_id = $1 and id = any ($3) and disabled_at is null and role <> 'viewer'
        on conflict do nothing",
        workspace.0,
        team.0,
        &members,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whoever is next in a team that gives tickets out.
#[derive(Debug)]
pub struct NextMember {
    pub user: UserId,
    pub name: String,
    pub team: String,
}

/// Gives the turn to the present member who had it longest ago; `None` when the team does not
/// give tickets out, or nobody is present. Others who ask wait until this transaction ends.
pub async fn next_member(
    tx: &mut Tx,
    workspace: WorkspaceId,
    team: TeamId,
) -> Result<Option<NextMember>> {
    let turn = sqlx::query!(
        "update teams set turns = turns + 1
        where workspace_id = $1 and id = $2 and round_robin returning turns, name",
        workspace.0,
        team.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    // A statement of its own: it has to see who was given the turn while the first one waited.
    let Some(turn) = turn else { return Ok(None) };
    let next = sqlx::query!(
        r#"update team_members m set last_turn = $3
        from (
            select u.id, u.name from team_members m
            join users u on u.workspace_id = m.workspace_id and u.id = m.user_id
            where m.workspace_id = $1 and m.team_id = $2
                and u.away_since is null and u.disabled_at is null and u.role <> 'viewer'
            order by m.last_turn, m.user_id limit 1
        ) next
        where m.workspace_id = $1 and m.team_id = $2 and m.user_id = next.id
        returning next.id as "user: UserId", next.name"#,
        workspace.0,
        team.0,
        turn.turns,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(next.map(|next| NextMember { user: next.user, name: next.name, team: turn.name }))
}

/// The team of what comes to an address.
pub async fn of_mailbox(
    tx: &mut Tx,
    workspace: WorkspaceId,
    address: &str,
) -> Result<Option<TeamId>> {
    let found = sqlx::query_scalar!(
        r#"select team_id as "team: TeamId" from mailboxes
        where workspace_id = $1 and address = lower($2)"#,
        workspace.0,
        address,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.flatten())
}

/// Says since when a person is away; `None`: they are here.
pub async fn set_away(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    since: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query!(
        "update users set away_since = case when $3::timestamptz is null then null
            else coalesce(away_since, $3) end
        where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        since,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
