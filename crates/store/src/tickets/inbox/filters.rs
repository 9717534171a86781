//! The conditions of the inbox's filters.

use super::Asked;
use super::search::push_of_account;
use rapport_domain::ticket::{
    AssigneeFilter, DueFilter, InboxSort, MailFilter, MentionFilter, Status, StatusFilter,
    TeamFilter,
};
use sqlx::{Postgres, QueryBuilder};

/// Pushes ` and …` for each filter. Statuses are written out, not bound: the planner matches them
/// to the partial indexes. An API key is nobody: it has no tickets, teams or mentions.
pub(super) fn push_filters(sql: &mut QueryBuilder<Postgres>, asked: &Asked<'_>) {
    let query = asked.query;
    let (workspace, viewer) = (asked.workspace.0, asked.viewer.map(|v| v.0));
    sql.push(match query.status {
        StatusFilter::All | StatusFilter::Label(_) => "",
        StatusFilter::ToDo => " and t.status in ('new', 'open')",
        StatusFilter::Waiting => " and t.status in ('pending', 'snoozed')",
        StatusFilter::Unclosed => " and t.status <> 'closed'",
        StatusFilter::Spam => " and t.spam_at is not null",
        StatusFilter::Only(Status::New) => " and t.status = 'new'",
        StatusFilter::Only(Status::Open) => " and t.status = 'open'",
        StatusFilter::Only(Status::Pending) => " and t.status = 'pending'",
        StatusFilter::Only(Status::Snoozed) => " and t.status = 'snoozed'",
        StatusFilter::Only(Status::Closed) => " and t.status = 'closed' and t.spam_at is null",
    });
    if let StatusFilter::Label(label) = query.status {
        sql.push(" and t.label_id = ").push_bind(label.0);
    }
    push_whose(sql, asked);
    push_what(sql, asked);
    match query.due {
        Some(DueFilter::Over) => drop(sql.push(" and t.due_at < now()")),
        Some(DueFilter::Soon) => drop(sql.push(" and t.due_at < now() + interval '1 day'")),
        // Without a due time there is no place in that order.
        None if query.sort == InboxSort::Due => drop(sql.push(" and t.due_at is not null")),
        None => {}
    }
    if let Some(MentionFilter::Me) = query.mention {
        sql.push(" and t.id in (select n.ticket_id from notifications n where n.workspace_id = ");
        sql.push_bind(workspace).push(" and n.user_id = ").push_bind(viewer);
        sql.push(" and n.kind = 'mention')");
    }
    if let Some(MailFilter::Automatic) = query.mail {
        sql.push(" and t.automatic_at is not null");
    }
    if let Some(hits) = asked.found.hits.as_ref().filter(|hits| !hits.common) {
        hits.push(sql);
    }
}

/// Assignee and team.
fn push_whose(sql: &mut QueryBuilder<Postgres>, asked: &Asked<'_>) {
    let query = asked.query;
    let (workspace, viewer) = (asked.workspace.0, asked.viewer.map(|v| v.0));
    match query.assignee {
        AssigneeFilter::Anyone => {}
        AssigneeFilter::Unassigned => drop(sql.push(" and t.assignee_id is null")),
        AssigneeFilter::Me => {
            sql.push(" and t.assignee_id = ").push_bind(viewer);
        }
        AssigneeFilter::User(user) => {
            sql.push(" and t.assignee_id = ").push_bind(user.0);
        }
    }
    match query.team {
        TeamFilter::Any => {}
        TeamFilter::Nobodys => drop(sql.push(" and t.team_id is null")),
        TeamFilter::Mine => {
            sql.push(
                " and t.team_id = any (array(select team_id from team_members where workspace_id = ",
            );
            sql.push_bind(workspace).push(" and user_id = ").push_bind(viewer).push("))");
        }
        TeamFilter::Team(team) => {
            sql.push(" and t.team_id = ").push_bind(team.0);
        }
    }
}

/// Channel, priority, tag and account.
fn push_what(sql: &mut QueryBuilder<Postgres>, asked: &Asked<'_>) {
    let query = asked.query;
    if let Some(channel) = query.channel {
        sql.push(" and t.channel = ").push_bind(channel.as_str());
    }
    if let Some(priority) = query.priority {
        sql.push(" and t.priority_rank = ").push_bind(i16::from(priority.rank()));
    }
    if let Some(tag) = &query.tag.0 {
        match &asked.found.tagged {
            Some(ids) => sql.push(" and t.id = any (").push_bind(ids.clone()).push(")"),
            None => sql.push(" and t.tags @> array[").push_bind(tag.clone()).push("]"),
        };
    }
    if let Some(account) = &query.account {
        if let Some(customers) = &asked.found.customers {
            sql.push(" and t.customer_id = any (").push_bind(customers.clone()).push(")");
        } else {
            sql.push(" and t.customer_id in (select c.id from customers c where c.workspace_id = ");
            sql.push_bind(asked.workspace.0);
            push_of_account(sql, asked.workspace, account);
            sql.push(")");
        }
    }
}
