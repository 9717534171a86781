//! Login sessions: opaque tokens, of which only the hash is stored.

use crate::{Result, Store, Tx, roles};
use chrono::{DateTime, Utc};
use rapport_domain::people::SessionRow;
use rapport_domain::preferences::Preferences;
use rapport_domain::session::{Device, Viewer, Waiting};
use rapport_domain::{AttachmentId, Role, UserId, Uuid, WorkspaceId, limits};

impl Store {
    /// The person behind a session token's hash, while session and person are valid, and when the
    /// session was seen before.
    pub async fn viewer(
        &self,
        token_hash: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<(Viewer, DateTime<Utc>)>> {
        let row = sqlx::query!(
            r#"select u.id as "user: UserId", u.workspace_id as "workspace: WorkspaceId",
                s.last_seen_at, w.name as workspace_name, w.getting_started, u.name, u.email, u.role,
                u.picture_id as "picture: AttachmentId", o.permissions as "own?",
                u.away_since is not null as "away!", u.preferences,
                (select count(*) from (
                    select from notifications n
                    where n.workspace_id = u.workspace_id and n.user_id = u.id
                        and n.read_at is null limit 100
                ) n) as "unread!",
                coalesce((select sum(n) from open_tickets o
                    where o.workspace_id = u.workspace_id
                        and o.assignee_id in (u.id, '00000000-0000-0000-0000-000000000000')
                ), 0)::int as "open_tickets!"
            from sessions s
            join users u on u.workspace_id = s.workspace_id and u.id = s.user_id
            join workspaces w on w.workspace_id = s.workspace_id
            left join roles o on o.workspace_id = u.workspace_id and o.id = u.role_id
            where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null"#,
            token_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?;
        let found = row.map(|r| {
            let viewer = Viewer {
                user: r.user,
                workspace: r.workspace,
                workspace_name: r.workspace_name,
                name: r.name,
                email: r.email,
                picture: r.picture,
                role: Role::from_stored(&r.role),
                permissions: roles::permissions_of(Role::from_stored(&r.role), r.own),
                away: r.away,
                starting: r.getting_started,
                waiting: Waiting { tickets: r.open_tickets, notifications: r.unread },
                preferences: Preferences::from_stored(&r.preferences),
            };
            (viewer, r.last_seen_at)
        });
        Ok(found)
    }

    /// Stores a new session and drops the same person's expired ones.
    pub async fn insert_session(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        token_hash: &[u8],
        expires_at: DateTime<Utc>,
        from: &Device,
    ) -> Result<()> {
        sqlx::query!(
            "with expired as (
                delete from sessions where workspace_id = $1 and user_id = $2 and expires_at < now()
            ), seen as (
                update users set last_seen_at = now() where workspace_id = $1 and id = $2
            )
            insert into sessions
                (workspace_id, user_id, token_hash, expires_at, address, agent, country)
            values ($1, $2, $3, $4, $5, $6, $7)",
            workspace.0,
            user.0,
            token_hash,
            expires_at,
            from.address,
            from.agent,
            from.country,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn delete_session(&self, token_hash: &[u8]) -> Result<()> {
        sqlx::query!("delete from sessions where token_hash = $1", token_hash)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Notes that a session and its person were seen.
    pub async fn session_seen(&self, token_hash: &[u8], now: DateTime<Utc>) -> Result<()> {
        sqlx::query!(
            "with seen as (
                update sessions set last_seen_at = $2 where token_hash = $1
                returning workspace_id, user_id
            )
            update users u set last_seen_at = $2 from seen
            where u.workspace_id = seen.workspace_id and u.id = seen.user_id",
            token_hash,
            now,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// A person's sessions, those seen last first. `current` is the hash of the one that asks.
    pub async fn sessions_of(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        current: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionRow>> {
        Ok(sqlx::query_as!(
            SessionRow,
            r#"select id, created_at, last_seen_at, address, agent, country,
                token_hash = $3 as "current!"
            from sessions where workspace_id = $1 and user_id = $2 and expires_at > $4
            order by token_hash = $3 desc, last_seen_at desc, id limit $5"#,
            workspace.0,
            user.0,
            current,
            now,
            limits::SESSIONS_SHOWN,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Ends all sessions of a person, but the one with the hash `keep`. A trigger ends their streams.
pub async fn end_all(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    keep: Option<&[u8]>,
) -> Result<()> {
    sqlx::query!(
        "delete from sessions
        where workspace_id = $1 and user_id = $2 and token_hash is distinct from $3",
        workspace.0,
        user.0,
        keep,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends one session of a person.
pub async fn end_one(tx: &mut Tx, workspace: WorkspaceId, user: UserId, id: Uuid) -> Result<()> {
    sqlx::query!(
        "delete from sessions where workspace_id = $1 and user_id = $2 and id = $3",
        workspace.0,
        user.0,
        id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
