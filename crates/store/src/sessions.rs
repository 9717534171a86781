//! Login sessions: opaque tokens, of which only the hash is stored.

use crate::{Result, Store};
use chrono::{DateTime, Utc};
use rapport_domain::preferences::Preferences;
use rapport_domain::session::{Viewer, Waiting};
use rapport_domain::{Role, UserId, WorkspaceId};

impl Store {
    /// The person behind a session token's hash, while session and person are valid.
    pub async fn viewer(&self, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<Viewer>> {
        let row = sqlx::query!(
            r#"select u.id as "user: UserId", u.workspace_id as "workspace: WorkspaceId",
                w.name as workspace_name, u.name, u.email, u.role,
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
            where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null"#,
            token_hash,
            now,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| Viewer {
            user: r.user,
            workspace: r.workspace,
            workspace_name: r.workspace_name,
            name: r.name,
            email: r.email,
            role: Role::from_stored(&r.role),
            away: r.away,
            waiting: Waiting { tickets: r.open_tickets, notifications: r.unread },
            preferences: Preferences::from_stored(&r.preferences),
        }))
    }

    /// Stores a new session and drops the same person's expired ones.
    pub async fn insert_session(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        token_hash: &[u8],
        expires_at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "with expired as (
                delete from sessions where workspace_id = $1 and user_id = $2 and expires_at < now()
            )
            insert into sessions (workspace_id, user_id, token_hash, expires_at)
            values ($1, $2, $3, $4)",
            workspace.0,
            user.0,
            token_hash,
            expires_at,
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
}
