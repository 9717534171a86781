//! Single sign-on: how it is set up, and log-ins that are at the provider. People who use it is in
//! [`people`].

pub mod people;

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::people::GivenRole;
use rapport_domain::sso::{GroupRole, Joins, SsoRules};
use rapport_domain::{Role, RoleId, WorkspaceId, limits};

/// Log-ins of a workspace that can be at the provider at once: the oldest give way.
const LOGINS_MAX: i64 = 5_000;

/// The settings of a workspace.
#[derive(Debug, Clone)]
pub struct SsoSettings {
    pub rules: SsoRules,
    /// Sealed to the workspace.
    pub client_secret: Vec<u8>,
    pub version: i32,
}

/// A log-in that came back from the provider.
#[derive(Debug)]
pub struct SsoLogin {
    pub workspace: WorkspaceId,
    pub next: String,
}

/// A row's two columns of a role.
fn given(role: &str, own: Option<RoleId>) -> GivenRole {
    own.map_or_else(|| GivenRole::BuiltIn(Role::from_stored(role)), GivenRole::Own)
}

/// The same the other way round. Of an own role the first column says nothing.
fn columns(role: GivenRole) -> (&'static str, Option<RoleId>) {
    match role {
        GivenRole::BuiltIn(role) => (role.as_str(), None),
        GivenRole::Own(id) => (Role::Viewer.as_str(), Some(id)),
    }
}

impl Store {
    /// How single sign-on is set up, where it is.
    pub async fn sso_settings(&self, workspace: WorkspaceId) -> Result<Option<SsoSettings>> {
        let row = sqlx::query!(
            r#"select issuer, client_id, client_secret, button, domains, trusts_addresses,
                groups_claim, joins as "joins: Joins", default_role,
                default_role_id as "default_role_id: RoleId", only_sso, version
            from sso_settings where workspace_id = $1"#,
            workspace.0,
        )
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let groups = sqlx::query!(
            r#"select name, role, role_id as "role_id: RoleId" from sso_groups
            where workspace_id = $1 order by position"#,
            workspace.0,
        )
        .fetch_all(self.pool())
        .await?;
        let groups = groups.into_iter();
        Ok(Some(SsoSettings {
            rules: SsoRules {
                issuer: row.issuer,
                client_id: row.client_id,
                button: row.button,
                domains: row.domains,
                trusts_addresses: row.trusts_addresses,
                groups_claim: row.groups_claim,
                groups: groups
                    .map(|g| GroupRole { group: g.name, role: given(&g.role, g.role_id) })
                    .collect(),
                joins: row.joins,
                default_role: given(&row.default_role, row.default_role_id),
                only: row.only_sso,
            },
            client_secret: row.client_secret,
            version: row.version,
        }))
    }

    /// The buttons of the login page, and whether no workspace takes passwords.
    pub async fn sso_buttons(&self) -> Result<(Vec<(WorkspaceId, String)>, bool)> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", button,
                not exists (select from workspaces w where not exists (
                    select from sso_settings s where s.workspace_id = w.workspace_id and s.only_sso
                )) as "only!"
            from sso_settings order by lower(button), workspace_id limit $1"#,
            limits::SSO_BUTTONS,
        )
        .fetch_all(self.pool())
        .await?;
        let only = rows.first().is_some_and(|row| row.only);
        Ok((rows.into_iter().map(|row| (row.workspace, row.button)).collect(), only))
    }

    /// Notes a log-in that goes to the provider, and drops those that took too long.
    pub async fn insert_sso_login(
        &self,
        login: &SsoLogin,
        state_hash: &[u8],
        browser_hash: &[u8],
        expires_at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "with old as (
                delete from sso_logins where workspace_id = $1 and (
                    expires_at < now() or state_hash in (
                        select state_hash from sso_logins where workspace_id = $1
                        order by expires_at desc offset $6
                    )
                )
            )
            insert into sso_logins (workspace_id, state_hash, browser_hash, next, expires_at)
            values ($1, $2, $3, $4, $5)",
            login.workspace.0,
            state_hash,
            browser_hash,
            login.next,
            expires_at,
            LOGINS_MAX,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Takes a log-in back that this browser began: once.
    pub async fn take_sso_login(
        &self,
        state_hash: &[u8],
        browser_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<SsoLogin>> {
        Ok(sqlx::query_as!(
            SsoLogin,
            r#"delete from sso_logins
            where state_hash = $1 and browser_hash = $2 and expires_at > $3
            returning workspace_id as "workspace: WorkspaceId", next"#,
            state_hash,
            browser_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?)
    }
}

/// Stores the settings: new ones where `seen` is `None`, else those of version `seen`. Answers
/// whether they still were as their author saw them.
pub async fn save(
    tx: &mut Tx,
    workspace: WorkspaceId,
    rules: &SsoRules,
    client_secret: &[u8],
    seen: Option<i32>,
) -> Result<bool> {
    let (role, own) = columns(rules.default_role);
    let done = sqlx::query!(
        "insert into sso_settings as s (workspace_id, issuer, client_id, client_secret, button, domains,
            trusts_addresses, groups_claim, joins, default_role, default_role_id, only_sso)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (workspace_id) do update set issuer = $2, client_id = $3, client_secret = $4,
            button = $5, domains = $6, trusts_addresses = $7, groups_claim = $8, joins = $9,
            default_role = $10, default_role_id = $11, only_sso = $12, version = s.version + 1
            where s.version = $13",
        workspace.0,
        rules.issuer,
        rules.client_id,
        client_secret,
        rules.button,
        &rules.domains,
        rules.trusts_addresses,
        rules.groups_claim,
        rules.joins.as_str(),
        role,
        own.map(|id| id.0),
        rules.only,
        seen,
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("delete from sso_groups where workspace_id = $1", workspace.0)
        .execute(&mut **tx)
        .await?;
    for (position, row) in (1..).zip(&rules.groups) {
        let (role, own) = columns(row.role);
        sqlx::query!(
            "insert into sso_groups (workspace_id, position, name, role, role_id)
            values ($1, $2, $3, $4, $5)",
            workspace.0,
            position,
            row.group,
            role,
            own.map(|id| id.0),
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(true)
}

/// Removes the settings and whatever followed from them; people stay.
pub async fn remove(tx: &mut Tx, workspace: WorkspaceId) -> Result<bool> {
    let done = sqlx::query!(
        "with logins as (delete from sso_logins where workspace_id = $1),
            identities as (delete from sso_identities where workspace_id = $1)
        delete from sso_settings where workspace_id = $1",
        workspace.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Lets passwords in again; answers whether they were refused.
pub async fn end_only(tx: &mut Tx, workspace: WorkspaceId) -> Result<bool> {
    let done = sqlx::query!(
        "update sso_settings set only_sso = false, version = version + 1
        where workspace_id = $1 and only_sso",
        workspace.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
