//! The browsers that people logged in from before.

use crate::{Result, Store, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::preferences::Preferences;
use rapport_domain::{MailboxId, UserId, WorkspaceId};

/// Browsers that are remembered of a person; those used last.
const REMEMBERED: i64 = 50;
/// Mails of this kind that a person gets within an hour.
const TOLD_MAX: i64 = 3;

/// Who is told of their own log-in, and from which mailbox.
#[derive(Debug)]
pub struct Recipient {
    pub email: String,
    pub name: String,
    pub workspace_name: String,
    pub preferences: Preferences,
    pub mailbox: MailboxId,
}

impl Store {
    /// Whom to tell; `None` where they were deactivated or no mailbox can send.
    pub async fn log_in_mail_recipient(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<Recipient>> {
        let row = sqlx::query!(
            r#"select u.email, u.name, w.name as workspace_name, u.preferences,
                m.id as "mailbox: MailboxId"
            from users u
            join workspaces w on w.workspace_id = u.workspace_id
            join mailboxes m on m.workspace_id = u.workspace_id and m.is_default
                and (m.smtp_host is not null or m.transport = 'outbox')
            where u.workspace_id = $1 and u.id = $2 and u.disabled_at is null"#,
            workspace.0,
            user.0,
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|r| Recipient {
            email: r.email,
            name: r.name,
            workspace_name: r.workspace_name,
            preferences: Preferences::from_stored(&r.preferences),
            mailbox: r.mailbox,
        }))
    }
}

/// Remembers that somebody logged in from a browser; says whether they are to be told: it is new, not
/// the first one ever, and they were not told of too many within the hour.
pub async fn meet(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    mark_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    // Of two who log in at once one comes after the other.
    sqlx::query!(
        "select from users where workspace_id = $1 and id = $2 for no key update",
        workspace.0,
        user.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let before = sqlx::query!(
        r#"select count(*) as "known!", count(*) filter (where mark_hash = $3) as "this!",
            count(*) filter (where told_at > $4) as "told!"
        from known_devices where workspace_id = $1 and user_id = $2"#,
        workspace.0,
        user.0,
        mark_hash,
        now - TimeDelta::hours(1),
    )
    .fetch_one(&mut **tx)
    .await?;
    let tell = before.known > 0 && before.this == 0 && before.told < TOLD_MAX;
    sqlx::query!(
        "insert into known_devices (workspace_id, user_id, mark_hash, first_at, last_at, told_at)
        values ($1, $2, $3, $4, $4, case when $5 then $4::timestamptz end)
        on conflict (workspace_id, user_id, mark_hash) do update set last_at = excluded.last_at",
        workspace.0,
        user.0,
        mark_hash,
        now,
        tell,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from known_devices where workspace_id = $1 and user_id = $2 and mark_hash in (
            select mark_hash from known_devices where workspace_id = $1 and user_id = $2
            order by last_at desc, mark_hash offset $3
        )",
        workspace.0,
        user.0,
        REMEMBERED,
    )
    .execute(&mut **tx)
    .await?;
    Ok(tell)
}
