//! People as admins look after them: lists, roles, who is still here.

use crate::{Result, Store, Tx, roles};
use chrono::{DateTime, Utc};
use rapport_domain::people::{People, PersonRow};
use rapport_domain::{PermissionSet, Role, RoleId, UserId, WorkspaceId};

/// A person whose row is locked until the end of the transaction.
#[derive(Debug)]
pub struct LockedPerson {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// What their role is called, which may be one of the workspace's own.
    pub role_name: String,
    pub permissions: PermissionSet,
    pub disabled: bool,
}

impl Store {
    /// People whose name or address contains `find`, those who can log in first: at most `limit` behind
    /// the one whom the page before ended with.
    pub async fn people_of(
        &self,
        workspace: WorkspaceId,
        find: &str,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<People> {
        let pattern: String = find.to_lowercase().chars().fold(String::from("%"), |mut p, c| {
            if matches!(c, '%' | '_' | '\\') {
                p.push('\\');
            }
            p.push(c);
            p
        }) + "%";
        let rows = sqlx::query!(
            r#"select u.id as "id: UserId", u.name, u.email, u.role, o.id as "own?: RoleId",
                o.name as "own_name?",
                u.away_since is not null as "away!", u.disabled_at, u.last_seen_at,
                exists (select from two_factors f where f.workspace_id = u.workspace_id
                    and f.user_id = u.id and f.confirmed_at is not null) as "two_factor!",
                exists (select from passkeys p where p.workspace_id = u.workspace_id
                    and p.user_id = u.id) as "passkeys!",
                coalesce((
                    select array_agg(t.name order by lower(t.name))
                    from team_members m
                    join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id
                    where m.workspace_id = u.workspace_id and m.user_id = u.id
                ), '{}') as "teams!: Vec<String>"
            from users u
            left join roles o on o.workspace_id = u.workspace_id and o.id = u.role_id
            where u.workspace_id = $1 and (lower(u.name) like $2 or lower(u.email) like $2)
                and ($4::uuid is null
                    or (u.disabled_at is not null, lower(u.name), u.id) > (
                        select a.disabled_at is not null, lower(a.name), a.id from users a
                        where a.workspace_id = $1 and a.id = $4))
            order by u.disabled_at is not null, lower(u.name), u.id
            limit $3"#,
            workspace.0,
            pattern,
            limit + 1,
            after.map(|user| user.0),
        )
        .fetch_all(self.pool())
        .await?;
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|r| PersonRow {
                id: r.id,
                name: r.name,
                email: r.email,
                role: Role::from_stored(&r.role),
                own_role: r.own.zip(r.own_name),
                away: r.away,
                disabled_at: r.disabled_at,
                last_seen_at: r.last_seen_at,
                teams: r.teams,
                two_factor: r.two_factor,
                passkeys: r.passkeys,
            })
            .collect();
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let total = sqlx::query_scalar!(
            r#"select count(*) as "n!" from users u
            where u.workspace_id = $1 and (lower(u.name) like $2 or lower(u.email) like $2)"#,
            workspace.0,
            pattern,
        )
        .fetch_one(self.pool())
        .await?;
        Ok(People { rows, total, more })
    }
}

/// Locks a person's row; `None` where there is no such person.
pub async fn lock_person(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<LockedPerson>> {
    let row = sqlx::query!(
        r#"select u.name, u.email, u.role, u.disabled_at is not null as "disabled!",
            o.permissions as "own?", o.name as "own_name?"
        from users u
        left join roles o on o.workspace_id = u.workspace_id and o.id = u.role_id
        where u.workspace_id = $1 and u.id = $2 for no key update of u"#,
        workspace.0,
        user.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|r| LockedPerson {
        name: r.name,
        email: r.email,
        role: Role::from_stored(&r.role),
        role_name: r.own_name.unwrap_or_else(|| Role::from_stored(&r.role).label().into()),
        permissions: roles::permissions_of(Role::from_stored(&r.role), r.own),
        disabled: r.disabled,
    }))
}

/// Sets a person's role; the constraint `users_last_admin` refuses to take the last admin's.
pub async fn set_role(tx: &mut Tx, workspace: WorkspaceId, user: UserId, role: Role) -> Result<()> {
    sqlx::query!(
        "update users set role = $3, role_id = null where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        role.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Locks a person out from `at`, or lets them in again; `users_last_admin` as above.
pub async fn set_disabled(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query!(
        "update users set disabled_at = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which of these addresses, in lower case, are people's of this workspace: whether they can still
/// log in stands beside each.
pub async fn members_among(
    tx: &mut Tx,
    workspace: WorkspaceId,
    emails: &[String],
) -> Result<Vec<(String, bool)>> {
    let rows = sqlx::query!(
        r#"select lower(email) as "email!", disabled_at is null as "active!" from users
        where workspace_id = $1 and lower(email) = any($2) order by 1"#,
        workspace.0,
        emails,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|r| (r.email, r.active)).collect())
}
