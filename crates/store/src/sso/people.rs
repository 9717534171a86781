//! People who come by single sign-on, and those who keep their password beside it.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::people::GivenRole;
use rapport_domain::sso::{BreakGlass, Linked};
use rapport_domain::{InvitationId, Role, RoleId, UserId, WorkspaceId, limits};

/// Somebody whom a log-in may mean.
#[derive(Debug)]
pub struct Member {
    pub user: UserId,
    pub disabled: bool,
    /// Their password and role are their own, whatever the provider says.
    pub break_glass: bool,
}

impl Store {
    /// Whether this person's password is refused.
    pub async fn password_refused(&self, workspace: WorkspaceId, user: UserId) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (
                select from sso_settings s
                join users u on u.workspace_id = s.workspace_id and u.id = $2
                where s.workspace_id = $1 and s.only_sso
                    and not (u.break_glass and u.role = 'admin')
            ) as "refused!""#,
            workspace.0,
            user.0,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Whether passwords are refused in a workspace.
    pub async fn only_sso(&self, workspace: WorkspaceId) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (
                select from sso_settings where workspace_id = $1 and only_sso
            ) as "only!""#,
            workspace.0,
        )
        .fetch_one(self.pool())
        .await?)
    }

    /// Who has come by it, those who came last first.
    pub async fn sso_linked(&self, workspace: WorkspaceId) -> Result<Vec<Linked>> {
        Ok(sqlx::query_as!(
            Linked,
            r#"select u.id as "user: UserId", u.name, u.email, i.linked_at, i.used_at
            from sso_identities i
            join users u on u.workspace_id = i.workspace_id and u.id = i.user_id
            where i.workspace_id = $1 order by i.used_at desc, u.id limit $2"#,
            workspace.0,
            limits::SSO_LINKED_SHOWN,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// The admins, and which of them keep their password.
    pub async fn break_glass(&self, workspace: WorkspaceId) -> Result<Vec<BreakGlass>> {
        Ok(sqlx::query_as!(
            BreakGlass,
            r#"select id as "user: UserId", name, email, break_glass as marked from users
            where workspace_id = $1 and role = 'admin' and disabled_at is null
            order by lower(name), id limit $2"#,
            workspace.0,
            limits::SSO_ADMINS_SHOWN,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Until the transaction ends nobody else decides who keeps a password, whether passwords are refused, or
/// who is an admin.
pub async fn lock_admins(tx: &mut Tx, workspace: WorkspaceId) -> Result<()> {
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('admins' || $1::uuid::text, 0)) as "done: ()""#,
        workspace.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Marks these admins, and nobody else; answers how many are marked.
pub async fn set_break_glass(
    tx: &mut Tx,
    workspace: WorkspaceId,
    marked: &[UserId],
) -> Result<u64> {
    let ids: Vec<_> = marked.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update users set break_glass = false
        where workspace_id = $1 and break_glass and not id = any($2)",
        workspace.0,
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    let done = sqlx::query!(
        "update users set break_glass = true
        where workspace_id = $1 and id = any($2) and role = 'admin' and disabled_at is null",
        workspace.0,
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Whom a provider's subject means; their row is locked.
pub async fn by_subject(
    tx: &mut Tx,
    workspace: WorkspaceId,
    issuer: &str,
    subject: &str,
) -> Result<Option<Member>> {
    Ok(sqlx::query_as!(
        Member,
        r#"select u.id as "user: UserId", u.disabled_at is not null as "disabled!", u.break_glass
        from sso_identities i
        join users u on u.workspace_id = i.workspace_id and u.id = i.user_id
        where i.workspace_id = $1 and i.issuer = $2 and i.subject = $3
        for no key update of u"#,
        workspace.0,
        issuer,
        subject,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Whom an address means; their row is locked.
pub async fn by_email(tx: &mut Tx, workspace: WorkspaceId, email: &str) -> Result<Option<Member>> {
    Ok(sqlx::query_as!(
        Member,
        r#"select id as "user: UserId", disabled_at is not null as "disabled!", break_glass
        from users where workspace_id = $1 and lower(email) = lower($2) for no key update"#,
        workspace.0,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Links somebody to who they are at the provider. The constraints refuse a second one.
pub async fn link(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    issuer: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into sso_identities (workspace_id, user_id, issuer, subject, linked_at, used_at)
        values ($1, $2, $3, $4, $5, $5)",
        workspace.0,
        user.0,
        issuer,
        subject,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that they came once more.
pub async fn used(
    tx: &mut Tx,
    workspace: WorkspaceId,
    issuer: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update sso_identities set used_at = $4
        where workspace_id = $1 and issuer = $2 and subject = $3",
        workspace.0,
        issuer,
        subject,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives somebody a role, an own one where `own` is said; answers whether that changed anything. The last
/// admin stays one.
pub async fn set_role(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    own: Option<RoleId>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update users u set role = $3, role_id = $4
        where workspace_id = $1 and id = $2
            and (role, role_id) is distinct from ($3::text, $4::uuid)
            and (role <> 'admin' or $3 = 'admin' or exists (
                select from users o where o.workspace_id = $1 and o.id <> $2
                    and o.role = 'admin' and o.disabled_at is null
            ))",
        workspace.0,
        user.0,
        role.as_str(),
        own.map(|id| id.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Parts somebody from who they are at the provider; answers whether they were linked.
pub async fn unlink(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from sso_identities where workspace_id = $1 and user_id = $2",
        workspace.0,
        user.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Marks the open invitation of an address as accepted; answers the role that it gives.
pub async fn accept_invitation(
    tx: &mut Tx,
    workspace: WorkspaceId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Option<(InvitationId, GivenRole)>> {
    let row = sqlx::query!(
        r#"update invitations set accepted_at = $3
        where workspace_id = $1 and lower(email) = lower($2) and accepted_at is null
            and revoked_at is null and expires_at > $3
        returning id as "id: InvitationId", role, role_id as "role_id: RoleId""#,
        workspace.0,
        email,
        now,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.id, super::given(&row.role, row.role_id))))
}
