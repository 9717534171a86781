//! Surveys after closing: which are due, which were sent, how often they were answered.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::{MailboxId, TicketId, WorkspaceId};

/// A survey to send.
#[derive(Debug)]
pub struct DueSurvey {
    pub number: i64,
    pub subject: String,
    pub customer_name: String,
    pub email: String,
    pub mailbox: MailboxId,
}

/// A survey that was sent, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub workspace_name: String,
    pub number: i64,
    pub subject: String,
    pub sent_at: DateTime<Utc>,
    pub answers: i16,
}

/// Minutes after closing until the survey leaves; `None`: never.
pub async fn delay(tx: &mut Tx, workspace: WorkspaceId) -> Result<Option<i32>> {
    Ok(sqlx::query_scalar!(
        "select csat_delay_minutes from workspaces where workspace_id = $1",
        workspace.0
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Sets it for tickets closed from now on.
pub async fn set_delay(tx: &mut Tx, workspace: WorkspaceId, minutes: Option<i32>) -> Result<()> {
    sqlx::query!(
        "update workspaces set csat_delay_minutes = $2 where workspace_id = $1",
        workspace.0,
        minutes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Minutes after closing until the survey leaves; `None`: never.
    pub async fn csat_delay(&self, workspace: WorkspaceId) -> Result<Option<i32>> {
        let mut tx = self.begin().await?;
        delay(&mut tx, workspace).await
    }

    /// The survey of a ticket, if it should be sent: closed for good, answered by somebody,
    /// never asked before, with an address to ask at and a mailbox to ask from.
    pub async fn due_survey(
        &self,
        workspace: WorkspaceId,
        ticket: TicketId,
    ) -> Result<Option<DueSurvey>> {
        Ok(sqlx::query_as!(
            DueSurvey,
            r#"select t.number, t.subject, c.name as customer_name, c.email as "email!",
                m.id as "mailbox: MailboxId"
            from tickets t
            join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
            join lateral (
                select id from mailboxes m
                where m.workspace_id = t.workspace_id and (m.address = t.mailbox or m.is_default)
                    and (m.smtp_host is not null or m.transport = 'outbox')
                order by (m.address = t.mailbox) desc nulls last limit 1
            ) m on true
            where t.workspace_id = $1 and t.id = $2 and t.status = 'closed' and t.spam_at is null
                and t.merged_into is null and t.first_response_at is not null
                and c.email is not null and not exists (
                    select from csat_surveys s
                    where s.workspace_id = t.workspace_id and s.ticket_id = t.id
                )"#,
            workspace.0,
            ticket.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// Remembers that a ticket's survey left.
    pub async fn survey_sent(
        &self,
        workspace: WorkspaceId,
        ticket: TicketId,
        now: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "insert into csat_surveys (workspace_id, ticket_id, sent_at) values ($1, $2, $3)
            on conflict do nothing",
            workspace.0,
            ticket.0,
            now,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// A survey that was sent.
    pub async fn survey(&self, workspace: WorkspaceId, ticket: TicketId) -> Result<Survey> {
        sqlx::query_as!(
            Survey,
            "select w.name as workspace_name, t.number, t.subject, s.sent_at, s.answers
            from csat_surveys s
            join tickets t on t.workspace_id = s.workspace_id and t.id = s.ticket_id
            join workspaces w on w.workspace_id = s.workspace_id
            where s.workspace_id = $1 and s.ticket_id = $2",
            workspace.0,
            ticket.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }

    /// Counts an answer; false when there were `max` already.
    pub async fn count_survey_answer(
        &self,
        workspace: WorkspaceId,
        ticket: TicketId,
        now: DateTime<Utc>,
        max: i16,
    ) -> Result<bool> {
        let done = sqlx::query!(
            "update csat_surveys set answers = answers + 1, answered_at = $3
            where workspace_id = $1 and ticket_id = $2 and answers < $4",
            workspace.0,
            ticket.0,
            now,
            max,
        )
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
