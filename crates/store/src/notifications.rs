//! What people are told of.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::notification::{Notification, Notifications};
use rapport_domain::{
    Cursor, CustomerId, MailboxId, MessageId, NotificationId, TicketId, UserId, WorkspaceId, limits,
};

/// A note that names people.
#[derive(Debug)]
pub struct Mention<'a> {
    pub ticket: TicketId,
    pub message: MessageId,
    pub actor: Option<UserId>,
    pub actor_name: &'a str,
    pub excerpt: &'a str,
    pub at: DateTime<Utc>,
}

/// A mail that tells somebody.
#[derive(Debug)]
pub struct MentionMail {
    pub email: String,
    pub name: String,
    pub mailbox: MailboxId,
    pub actor_name: String,
    pub excerpt: String,
    pub number: i64,
    pub subject: String,
    pub customer: CustomerId,
    pub message: MessageId,
}

/// Tells people that a note names them: not its author, and nobody who left.
pub async fn insert_mentions(
    tx: &mut Tx,
    workspace: WorkspaceId,
    mention: &Mention<'_>,
    users: &[UserId],
) -> Result<Vec<NotificationId>> {
    let ids: Vec<_> = users.iter().map(|_| NotificationId::generate().0).collect();
    let users: Vec<_> = users.iter().map(|u| u.0).collect();
    Ok(sqlx::query_scalar!(
        r#"insert into notifications (workspace_id, user_id, id, kind, ticket_id, message_id,
            actor_name, excerpt, created_at)
        select u.workspace_id, u.id, n.id, 'mention', $4, $5, $6, $7, $8
        from unnest($2::uuid[], $3::uuid[]) as n (id, user_id)
        join users u on u.workspace_id = $1 and u.id = n.user_id
        where u.disabled_at is null and u.id is distinct from $9
        returning id as "id: NotificationId""#,
        workspace.0,
        &ids,
        &users,
        mention.ticket.0,
        mention.message.0,
        mention.actor_name,
        mention.excerpt,
        mention.at,
        mention.actor.map(|a| a.0),
    )
    .fetch_all(&mut **tx)
    .await?)
}

impl Store {
    /// A person's notifications, newest first.
    pub async fn notifications(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        before: Option<Cursor>,
    ) -> Result<Notifications> {
        let mails = sqlx::query_scalar!(
            "select mention_mails from users where workspace_id = $1 and id = $2",
            workspace.0,
            user.0
        );
        let mails = mails.fetch_optional(self.pool()).await?.unwrap_or_default();
        let limit = limits::PAGE_ROWS_MAX as usize;
        // Their ids grow with time, so the key is the order.
        let mut items = sqlx::query_as!(
            Notification,
            r#"select n.id as "id: NotificationId", t.number as ticket_number,
                t.subject as ticket_subject, t.customer_id as "customer: CustomerId",
                n.message_id as "message: MessageId", n.actor_name, n.excerpt,
                n.created_at as at, n.read_at is not null as "read!"
            from notifications n
            join tickets t on t.workspace_id = n.workspace_id and t.id = n.ticket_id
            where n.workspace_id = $1 and n.user_id = $2 and ($3::uuid is null or n.id < $3)
            order by n.id desc limit $4"#,
            workspace.0,
            user.0,
            before.map(|c| c.id),
            limit as i64 + 1,
        )
        .fetch_all(self.pool())
        .await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| Cursor::new(last.at, last.id.0));
        Ok(Notifications { items, next, mails })
    }

    /// Marks one notification of a person as read, or all of them; says where the one leads.
    pub async fn read_notifications(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        id: Option<NotificationId>,
        now: DateTime<Utc>,
    ) -> Result<Option<(CustomerId, i64, MessageId)>> {
        sqlx::query!(
            "update notifications set read_at = $4
            where workspace_id = $1 and user_id = $2 and ($3::uuid is null or id = $3)
                and read_at is null",
            workspace.0,
            user.0,
            id.map(|id| id.0),
            now,
        )
        .execute(self.pool())
        .await?;
        let place = sqlx::query!(
            r#"select t.customer_id as "customer: CustomerId", t.number,
                n.message_id as "message: MessageId"
            from notifications n
            join tickets t on t.workspace_id = n.workspace_id and t.id = n.ticket_id
            where n.workspace_id = $1 and n.user_id = $2 and n.id = $3"#,
            workspace.0,
            user.0,
            id.map(|id| id.0),
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(place.map(|p| (p.customer, p.number, p.message)))
    }

    /// Removes what was read before, a thousand at a time. For all workspaces: no person asks.
    pub async fn forget_notifications(&self, before: DateTime<Utc>) -> Result<u64> {
        let done = sqlx::query!(
            "delete from notifications where (workspace_id, user_id, id) in (
                select workspace_id, user_id, id from notifications
                where read_at < $1 order by read_at limit 1000)",
            before,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected())
    }

    /// Whether a person gets mails when somebody names them.
    pub async fn set_mention_mails(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        wanted: bool,
    ) -> Result<()> {
        sqlx::query!(
            "update users set mention_mails = $3 where workspace_id = $1 and id = $2",
            workspace.0,
            user.0,
            wanted,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The mail for a notification, while it is unread and its reader wants mails; `None` too
    /// where no mailbox can send.
    pub async fn mention_mail(
        &self,
        workspace: WorkspaceId,
        id: NotificationId,
    ) -> Result<Option<MentionMail>> {
        Ok(sqlx::query_as!(
            MentionMail,
            r#"select u.email, u.name, m.id as "mailbox: MailboxId", n.actor_name, n.excerpt,
                t.number, t.subject, t.customer_id as "customer: CustomerId",
                n.message_id as "message: MessageId"
            from notifications n
            join users u on u.workspace_id = n.workspace_id and u.id = n.user_id
            join tickets t on t.workspace_id = n.workspace_id and t.id = n.ticket_id
            join mailboxes m on m.workspace_id = n.workspace_id and m.is_default
                and (m.smtp_host is not null or m.transport = 'outbox')
            where n.workspace_id = $1 and n.id = $2 and n.read_at is null and u.mention_mails
                and u.disabled_at is null"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// The people whose name holds what was typed, those whose name starts with it first.
    pub async fn find_people(
        &self,
        workspace: WorkspaceId,
        typed: &str,
    ) -> Result<Vec<(UserId, String)>> {
        let found = sqlx::query!(
            r#"select id as "id: UserId", name from users
            where workspace_id = $1 and disabled_at is null and strpos(lower(name), lower($2)) > 0
            order by strpos(lower(name), lower($2)) > 1, lower(name), id limit $3"#,
            workspace.0,
            typed,
            i64::from(limits::SUGGESTIONS),
        )
        .fetch_all(self.pool())
        .await?;
        Ok(found.into_iter().map(|p| (p.id, p.name)).collect())
    }
}
