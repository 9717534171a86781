//! What people are told of.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::notification::{Notification, Notifications};
use rapport_domain::notify::{News, Stands};
use rapport_domain::preferences::Preferences;
use rapport_domain::{
    Cursor, CustomerId, MailboxId, MessageId, NotificationId, TeamId, TicketId, UserId,
    WorkspaceId, limits,
};

/// People told of one thing at the most.
const TOLD_MAX: i64 = 500;
/// Notifications in one mail.
const IN_A_MAIL: i64 = 50;

/// Something that happened to a ticket.
#[derive(Debug)]
pub struct Happened<'a> {
    pub news: News,
    pub ticket: TicketId,
    /// The message to open, where there is one.
    pub message: Option<MessageId>,
    pub actor_name: &'a str,
    pub excerpt: &'a str,
    pub at: DateTime<Utc>,
}

/// Somebody whom it may concern.
#[derive(Debug)]
pub struct Concerned {
    pub user: UserId,
    pub preferences: Preferences,
    pub stands: Stands,
}

/// By which ways one person is told.
#[derive(Debug)]
pub struct Tell {
    pub id: NotificationId,
    pub user: UserId,
    pub in_app: bool,
    pub mail_at: Option<DateTime<Utc>>,
}

/// Of which ticket, and whose it is.
#[derive(Debug)]
pub struct Of<'a> {
    pub ticket: TicketId,
    pub mine: &'a [UserId],
    pub team: Option<TeamId>,
    pub at: DateTime<Utc>,
}

/// The people whom news of a ticket may concern: whose it is, their team, and those who want to
/// hear of all; not `actor`, nobody who left, and nobody who was told of another part of the same
/// action: a new ticket that is assigned brings its first message along.
pub async fn concerned(
    tx: &mut Tx,
    workspace: WorkspaceId,
    news: News,
    of: &Of<'_>,
    actor: Option<UserId>,
) -> Result<Vec<Concerned>> {
    let Of { ticket, mine, team, at } = *of;
    let mine: Vec<_> = mine.iter().map(|user| user.0).collect();
    let rows = sqlx::query!(
        r#"select u.id as "user: UserId", u.preferences, u.id = any($2) as "mine!",
            m.user_id is not null as "team!"
        from users u
        left join team_members m on m.workspace_id = u.workspace_id and m.user_id = u.id
            and m.team_id = $3
        where u.workspace_id = $1 and u.disabled_at is null and u.id is distinct from $4
            and (u.id = any($2) or m.user_id is not null
                or u.preferences #>> array['notify', $5, 'whose'] = 'all')
            and not exists (select from notifications n where n.workspace_id = u.workspace_id
                and n.ticket_id = $7 and n.user_id = u.id and n.created_at = $8)
        order by u.id limit $6"#,
        workspace.0,
        &mine,
        team.map(|t| t.0),
        actor.map(|a| a.0),
        news.as_str(),
        TOLD_MAX,
        ticket.0,
        at,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|r| Concerned {
        user: r.user,
        preferences: Preferences::from_stored(&r.preferences),
        stands: match (r.mine, r.team) {
            (true, _) => Stands::Mine,
            (false, true) => Stands::Team,
            (false, false) => Stands::Others,
        },
    });
    Ok(rows.collect())
}

/// Notes what people are told. What does not stand at the bell counts as read there.
pub async fn insert_notifications(
    tx: &mut Tx,
    workspace: WorkspaceId,
    happened: &Happened<'_>,
    news: &[Tell],
) -> Result<()> {
    let ids: Vec<_> = news.iter().map(|t| t.id.0).collect();
    let users: Vec<_> = news.iter().map(|t| t.user.0).collect();
    let in_app: Vec<_> = news.iter().map(|t| t.in_app).collect();
    let mail_at: Vec<_> = news.iter().map(|t| t.mail_at).collect();
    sqlx::query!(
        r#"insert into notifications (workspace_id, user_id, id, kind, ticket_id, message_id,
            actor_name, excerpt, created_at, in_app, mail_at, read_at)
        select $1, t.user_id, t.id, $6, $7, $8, $9, $10, $11::timestamptz, t.in_app, t.mail_at,
            case when not t.in_app then $11::timestamptz end
        from unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::timestamptz[])
            as t (id, user_id, in_app, mail_at)"#,
        workspace.0,
        &ids,
        &users,
        &in_app,
        &mail_at as &[Option<DateTime<Utc>>],
        happened.news.as_str(),
        happened.ticket.0,
        happened.message.map(|m| m.0),
        happened.actor_name,
        happened.excerpt,
        happened.at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A mail that tells somebody what they have not looked at.
#[derive(Debug)]
pub struct NewsMail {
    pub email: String,
    pub name: String,
    pub mailbox: MailboxId,
    pub items: Vec<Notification>,
}

impl Store {
    /// A person's notifications, newest first.
    pub async fn notifications(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        before: Option<Cursor>,
    ) -> Result<Notifications> {
        let limit = limits::PAGE_ROWS_MAX as usize;
        // Their ids grow with time, so the key is the order.
        let mut items = sqlx::query_as!(
            Notification,
            r#"select n.id as "id: NotificationId", n.kind as "news: News",
                t.number as ticket_number, t.subject as ticket_subject,
                t.customer_id as "customer: CustomerId", n.message_id as "message: MessageId",
                n.actor_name, n.excerpt, n.created_at as at, n.read_at is not null as "read!"
            from notifications n
            join tickets t on t.workspace_id = n.workspace_id and t.id = n.ticket_id
            where n.workspace_id = $1 and n.user_id = $2 and ($3::uuid is null or n.id < $3)
                and n.in_app
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
        Ok(Notifications { items, next })
    }

    /// One notification of a person; `None` once it is read, or its ticket or reader gone.
    pub async fn unread_notification(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        id: NotificationId,
    ) -> Result<Option<Notification>> {
        Ok(sqlx::query_as!(
            Notification,
            r#"select n.id as "id: NotificationId", n.kind as "news: News",
                t.number as ticket_number, t.subject as ticket_subject,
                t.customer_id as "customer: CustomerId", n.message_id as "message: MessageId",
                n.actor_name, n.excerpt, n.created_at as at, n.read_at is not null as "read!"
            from notifications n
            join users u on u.workspace_id = n.workspace_id and u.id = n.user_id
            join tickets t on t.workspace_id = n.workspace_id and t.id = n.ticket_id
            where n.workspace_id = $1 and n.user_id = $2 and n.id = $3 and u.disabled_at is null
                and (n.read_at is null or not n.in_app)"#,
            workspace.0,
            user.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// Marks one notification of a person as read, or all of them; says where the one leads.
    pub async fn read_notifications(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        id: Option<NotificationId>,
        now: DateTime<Utc>,
    ) -> Result<Option<(CustomerId, i64, Option<MessageId>)>> {
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

    /// What is to be mailed to a person by now: oldest first, without what they have looked at.
    /// `None` when there is nothing, they left, or no mailbox can send.
    pub async fn news_mail(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<NewsMail>> {
        let reader = sqlx::query!(
            r#"select u.email, u.name, m.id as "mailbox: MailboxId"
            from users u
            join mailboxes m on m.workspace_id = u.workspace_id and m.is_default
                and (m.smtp_host is not null or m.transport = 'outbox')
            where u.workspace_id = $1 and u.id = $2 and u.disabled_at is null"#,
            workspace.0,
            user.0,
        )
        .fetch_optional(self.pool())
        .await?;
        let Some(reader) = reader else { return Ok(None) };
        let items = sqlx::query_as!(
            Notification,
            r#"select n.id as "id: NotificationId", n.kind as "news: News",
                t.number as ticket_number, t.subject as ticket_subject,
                t.customer_id as "customer: CustomerId", n.message_id as "message: MessageId",
                n.actor_name, n.excerpt, n.created_at as at, n.read_at is not null as "read!"
            from notifications n
            join tickets t on t.workspace_id = n.workspace_id and t.id = n.ticket_id
            where n.workspace_id = $1 and n.user_id = $2 and n.mail_at <= $3
                and (n.read_at is null or not n.in_app)
            order by n.mail_at, n.id limit $4"#,
            workspace.0,
            user.0,
            now,
            IN_A_MAIL,
        )
        .fetch_all(self.pool())
        .await?;
        let (email, name, mailbox) = (reader.email, reader.name, reader.mailbox);
        Ok((!items.is_empty()).then_some(NewsMail { email, name, mailbox, items }))
    }

    /// Notes that these were mailed to a person.
    pub async fn set_mailed(
        &self,
        workspace: WorkspaceId,
        user: UserId,
        ids: &[NotificationId],
    ) -> Result<()> {
        let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        sqlx::query!(
            "update notifications set mail_at = null
            where workspace_id = $1 and user_id = $2 and id = any($3)",
            workspace.0,
            user.0,
            &ids,
        )
        .execute(self.pool())
        .await?;
        Ok(())
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
