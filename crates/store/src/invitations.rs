//! Invitations to a workspace.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::people::Invitation;
use rapport_domain::{InvitationId, Role, RoleId, UserId, WorkspaceId, limits};

/// An invitation as its link finds it, whatever became of it.
#[derive(Debug)]
pub struct Invited {
    pub workspace_name: String,
    pub email: String,
    pub role: Role,
    /// A role of the workspace's own, which counts instead.
    pub own_role: Option<(RoleId, String)>,
    pub invited_by: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub accepted: bool,
    pub revoked: bool,
}

/// An invitation to insert.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    pub id: InvitationId,
    pub email: &'a str,
    pub role: Role,
    pub own_role: Option<RoleId>,
    pub invited_by: Option<UserId>,
    pub at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Those who have not come yet, the newest first.
    pub async fn open_invitations(&self, workspace: WorkspaceId) -> Result<Vec<Invitation>> {
        let most = i64::try_from(limits::INVITATIONS_MAX).unwrap_or(i64::MAX);
        let rows = sqlx::query!(
            r#"select i.id as "id: InvitationId", i.email, i.role, o.name as "own?",
                u.name as "invited_by?", i.created_at, i.expires_at, i.mailed_at
            from invitations i
            left join roles o on o.workspace_id = i.workspace_id and o.id = i.role_id
            left join users u on u.workspace_id = i.workspace_id and u.id = i.invited_by
            where i.workspace_id = $1 and i.accepted_at is null and i.revoked_at is null
            order by i.created_at desc, i.id desc limit $2"#,
            workspace.0,
            most,
        )
        .fetch_all(self.pool())
        .await?;
        let rows = rows.into_iter().map(|r| Invitation {
            id: r.id,
            email: r.email,
            role: r.own.unwrap_or_else(|| Role::from_stored(&r.role).label().into()),
            invited_by: r.invited_by,
            created_at: r.created_at,
            expires_at: r.expires_at,
            mailed_at: r.mailed_at,
        });
        Ok(rows.collect())
    }

    /// The invitation behind a link.
    pub async fn invited(
        &self,
        workspace: WorkspaceId,
        id: InvitationId,
    ) -> Result<Option<Invited>> {
        let row = sqlx::query!(
            r#"select w.name as workspace_name, i.email, i.role, u.name as "invited_by?",
                o.id as "own?: RoleId", o.name as "own_name?", i.expires_at, i.accepted_at is not null as "accepted!",
                i.revoked_at is not null as "revoked!"
            from invitations i
            join workspaces w on w.workspace_id = i.workspace_id
            left join roles o on o.workspace_id = i.workspace_id and o.id = i.role_id
            left join users u on u.workspace_id = i.workspace_id and u.id = i.invited_by
            where i.workspace_id = $1 and i.id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| Invited {
            workspace_name: r.workspace_name,
            email: r.email,
            role: Role::from_stored(&r.role),
            own_role: r.own.zip(r.own_name),
            invited_by: r.invited_by,
            expires_at: r.expires_at,
            accepted: r.accepted,
            revoked: r.revoked,
        }))
    }

    /// Notes that a server took the invitation's mail.
    pub async fn invitation_mailed(
        &self,
        workspace: WorkspaceId,
        id: InvitationId,
        at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "update invitations set mailed_at = $3 where workspace_id = $1 and id = $2",
            workspace.0,
            id.0,
            at,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }
}

/// Inserts an invitation; the constraint `invitations_open` refuses one who is invited already.
pub async fn insert(tx: &mut Tx, workspace: WorkspaceId, new: &NewInvitation<'_>) -> Result<()> {
    sqlx::query!(
        "insert into invitations
            (workspace_id, id, email, role, invited_by, created_at, expires_at, role_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        workspace.0,
        new.id.0,
        new.email,
        new.role.as_str(),
        new.invited_by.map(|user| user.0),
        new.at,
        new.expires_at,
        new.own_role.map(|role| role.0),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many are open, those whose time ran out included.
pub async fn count_open(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from invitations
        where workspace_id = $1 and accepted_at is null and revoked_at is null"#,
        workspace.0,
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Gives an open one a new end; answers the address, `None` where none is open.
pub async fn renew(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: InvitationId,
    expires_at: DateTime<Utc>,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "update invitations set expires_at = $3, mailed_at = null
        where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null
        returning email",
        workspace.0,
        id.0,
        expires_at,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Takes an open one back; answers as [`renew`].
pub async fn revoke(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: InvitationId,
    at: DateTime<Utc>,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "update invitations set revoked_at = $3
        where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null
        returning email",
        workspace.0,
        id.0,
        at,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Marks an open one as accepted; answers whether it still was open: of two who use a link at once
/// one comes too late.
pub async fn accept(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: InvitationId,
    at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update invitations set accepted_at = $3
        where workspace_id = $1 and id = $2 and accepted_at is null and revoked_at is null
            and expires_at > $3",
        workspace.0,
        id.0,
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
