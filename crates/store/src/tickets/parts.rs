//! Linked issues and participants of a ticket.

use crate::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::provider::IssueProvider;
use rapport_domain::ticket::{IssueState, LinkedIssue, NewIssue, NewParticipant, Participant};
use rapport_domain::{IssueId, TicketId, WorkspaceId};

/// How many issues and participants a ticket has.
pub async fn part_counts(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select
            (select count(*) from linked_issues
                where workspace_id = $1 and ticket_id = $2) as "issues!",
            (select count(*) from ticket_participants
                where workspace_id = $1 and ticket_id = $2) as "participants!""#,
        workspace.0,
        ticket.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.issues, row.participants))
}

/// Links an issue, or renews what is known of a linked one; says whether the link is new.
pub async fn link_issue(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    issue: &NewIssue,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"insert into linked_issues as l
            (workspace_id, id, ticket_id, provider, key, url, title, state)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (workspace_id, ticket_id, provider, key)
        do update set url = excluded.url, title = coalesce(excluded.title, l.title),
            state = coalesce(excluded.state, l.state), updated_at = now()
        returning (xmax = 0) as "new!""#,
        workspace.0,
        IssueId::generate().0,
        ticket.0,
        issue.provider.as_str(),
        issue.key,
        issue.url,
        issue.title,
        issue.state.map(IssueState::as_str),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Unlinks an issue; returns what it was.
pub async fn unlink_issue(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    issue: IssueId,
) -> Result<LinkedIssue> {
    let row = sqlx::query_as!(
        LinkedIssue,
        r#"delete from linked_issues where workspace_id = $1 and ticket_id = $2 and id = $3
        returning id as "id: IssueId", provider as "provider: IssueProvider", key, url, title,
            state as "state: IssueState""#,
        workspace.0,
        ticket.0,
        issue.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(StoreError::NotFound)
}

/// Adds somebody to the conversation, or vouches for them where they take part already; says
/// whether that is news.
pub async fn add_participant(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    person: &NewParticipant,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into ticket_participants (workspace_id, ticket_id, email, name)
        values ($1, $2, $3, $4) on conflict (workspace_id, ticket_id, email)
            do update set proven = true where not ticket_participants.proven",
        workspace.0,
        ticket.0,
        person.email,
        person.name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Lets somebody take part who only says who they are, unless they do already.
pub async fn join_unproven(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    person: &NewParticipant,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into ticket_participants (workspace_id, ticket_id, email, name, proven)
        values ($1, $2, $3, $4, false) on conflict do nothing",
        workspace.0,
        ticket.0,
        person.email,
        person.name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether somebody takes part in a ticket, and if so, whether anybody vouched for them.
pub async fn takes_part(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    email: &str,
) -> Result<Option<bool>> {
    Ok(sqlx::query_scalar!(
        "select proven from ticket_participants
        where workspace_id = $1 and ticket_id = $2 and email = $3",
        workspace.0,
        ticket.0,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Notes that a machine's mail came into a ticket, so that it is found although it woke nobody.
pub async fn note_automatic(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update tickets set automatic_at = greatest(automatic_at, $3)
        where workspace_id = $1 and id = $2",
        workspace.0,
        ticket.0,
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes somebody out of the conversation; returns who it was.
pub async fn remove_participant(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ticket: TicketId,
    email: &str,
) -> Result<Participant> {
    let row = sqlx::query_as!(
        Participant,
        "delete from ticket_participants
        where workspace_id = $1 and ticket_id = $2 and email = $3 returning email, name, proven",
        workspace.0,
        ticket.0,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.ok_or(StoreError::NotFound)
}
