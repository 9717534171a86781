//! Workspaces, the people in them, and teams.

use crate::{Result, Store, Tx, roles};
use rapport_domain::preferences::Preferences;
use rapport_domain::session::{Viewer, Waiting};
use rapport_domain::{AttachmentId, Role, TeamId, UserId, WorkspaceId};

/// What login needs to know of a person.
#[derive(Debug)]
pub struct Credentials {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub password_hash: String,
}

/// A person or team that a ticket can be assigned to.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: String,
}

/// An address that belongs to us.
#[derive(Debug)]
pub struct OwnAddress {
    pub address: String,
    /// The person; `None` for a mailbox.
    pub user: Option<UserId>,
    pub name: String,
}

impl Store {
    /// Whether first-run set-up is still to do.
    pub async fn has_workspace(&self) -> Result<bool> {
        Ok(sqlx::query_scalar!(r#"select exists (select 1 from workspaces) as "found!""#)
            .fetch_one(self.pool())
            .await?)
    }

    /// The credentials for an e-mail, unless the person is disabled.
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>> {
        Ok(sqlx::query_as!(
            Credentials,
            r#"select workspace_id as "workspace: WorkspaceId", id as "user: UserId", password_hash
            from users where lower(email) = lower($1) and disabled_at is null"#,
            email,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// A person of the workspace, by e-mail, unless disabled.
    pub async fn person_by_email(
        &self,
        workspace: WorkspaceId,
        email: &str,
    ) -> Result<Option<Viewer>> {
        let row = sqlx::query!(
            r#"select u.id as "user: UserId", w.name as workspace_name, u.name, u.email, u.role,
                u.picture_id as "picture: AttachmentId", o.permissions as "own?",
                u.away_since is not null as "away!", u.preferences,
                coalesce((select sum(n) from open_tickets o
                    where o.workspace_id = u.workspace_id
                        and o.assignee_id in (u.id, '00000000-0000-0000-0000-000000000000')
                ), 0)::int as "open_tickets!"
            from users u join workspaces w on w.workspace_id = u.workspace_id
            left join roles o on o.workspace_id = u.workspace_id and o.id = u.role_id
            where u.workspace_id = $1 and lower(u.email) = lower($2) and u.disabled_at is null"#,
            workspace.0,
            email,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| Viewer {
            user: r.user,
            workspace,
            workspace_name: r.workspace_name,
            name: r.name,
            email: r.email,
            picture: r.picture,
            role: Role::from_stored(&r.role),
            permissions: roles::permissions_of(Role::from_stored(&r.role), r.own),
            away: r.away,
            starting: false,
            waiting: Waiting { tickets: r.open_tickets, notifications: 0 },
            preferences: Preferences::from_stored(&r.preferences),
        }))
    }

    /// Which of these addresses belong to people who work here or to mailboxes, and whose.
    /// `emails` are in lower case, as are the answers.
    pub async fn own_addresses(
        &self,
        workspace: WorkspaceId,
        emails: &[String],
    ) -> Result<Vec<OwnAddress>> {
        Ok(sqlx::query_as!(
            OwnAddress,
            r#"select lower(email) as "address!", id as "user?: UserId", name as "name!" from users
            where workspace_id = $1 and lower(email) = any($2)
            union all
            select address, null, name from mailboxes
            where workspace_id = $1 and address = any($2)"#,
            workspace.0,
            emails,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Everybody who can be assigned a ticket, by name; at most 500.
    pub async fn people(&self, workspace: WorkspaceId) -> Result<Vec<Person>> {
        Ok(sqlx::query_as!(
            Person,
            r#"select id as "id: UserId", name, email, role from users
            where workspace_id = $1 and disabled_at is null
            order by lower(name), id limit 500"#,
            workspace.0,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// All teams, by name; at most 200.
    pub async fn teams(&self, workspace: WorkspaceId) -> Result<Vec<(TeamId, String)>> {
        let rows = sqlx::query!(
            r#"select id as "id: TeamId", name from teams
            where workspace_id = $1 order by lower(name), id limit 200"#,
            workspace.0,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
    }
}

/// Takes the lock under which first-run set-up checks and writes.
pub async fn lock_setup(tx: &mut Tx) -> Result<()> {
    // 0x7261 ("ra"): any constant that nobody else uses.
    sqlx::query!("select pg_advisory_xact_lock(29281)").execute(&mut **tx).await?;
    Ok(())
}

/// Inserts a workspace, with the statuses that each starts with.
pub async fn insert_workspace(tx: &mut Tx, id: WorkspaceId, name: &str) -> Result<()> {
    sqlx::query!("insert into workspaces (workspace_id, name) values ($1, $2)", id.0, name)
        .execute(&mut **tx)
        .await?;
    sqlx::query!("select add_default_labels($1)", id.0).execute(&mut **tx).await?;
    Ok(())
}

/// A person to insert.
#[derive(Debug)]
pub struct NewUser<'a> {
    pub workspace: WorkspaceId,
    pub id: UserId,
    pub email: &'a str,
    pub name: &'a str,
    pub role: &'a str,
    pub password_hash: &'a str,
}

/// Inserts a person; the constraint `users_email` refuses an address in use.
pub async fn insert_user(tx: &mut Tx, user: &NewUser<'_>) -> Result<()> {
    sqlx::query!(
        "insert into users (workspace_id, id, email, name, role, password_hash)
        values ($1, $2, $3, $4, $5, $6)",
        user.workspace.0,
        user.id.0,
        user.email,
        user.name,
        user.role,
        user.password_hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Inserts a team.
pub async fn insert_team(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: TeamId,
    name: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into teams (workspace_id, id, name) values ($1, $2, $3)",
        workspace.0,
        id.0,
        name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether a person is of this workspace, not disabled, and may work on tickets.
pub async fn is_assignable(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select 1 from users
            where workspace_id = $1 and id = $2 and disabled_at is null and role <> 'viewer'
        ) as "found!""#,
        workspace.0,
        user.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Whether a team is of this workspace.
pub async fn is_team(tx: &mut Tx, workspace: WorkspaceId, team: TeamId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
            select 1 from teams where workspace_id = $1 and id = $2
        ) as "found!""#,
        workspace.0,
        team.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The names of these people.
pub async fn names_of_people(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ids: &[UserId],
) -> Result<Vec<(UserId, String)>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: UserId", name from users where workspace_id = $1 and id = any($2)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// The names of these teams.
pub async fn names_of_teams(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ids: &[TeamId],
) -> Result<Vec<(TeamId, String)>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: TeamId", name from teams where workspace_id = $1 and id = any($2)"#,
        workspace.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}
