//! Snippets, and what their variables stand for.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::snippet::{NewSnippet, Snippet};
use rapport_domain::{SnippetId, WorkspaceId, limits};

/// What is known of a ticket for the variables of a snippet.
#[derive(Debug)]
pub struct SnippetFacts {
    pub customer_name: String,
    pub customer_email: Option<String>,
    pub account_name: Option<String>,
    pub subject: String,
    pub workspace_name: String,
}

impl Store {
    /// All snippets, by name.
    pub async fn snippets(&self, workspace: WorkspaceId) -> Result<Vec<Snippet>> {
        Ok(sqlx::query_as!(
            Snippet,
            r#"select id as "id: SnippetId", name, body, version from snippets
            where workspace_id = $1 order by lower(name), id limit $2"#,
            workspace.0,
            limits::SNIPPETS_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// The snippets with `words` in their name, those that start with them first.
    pub async fn find_snippets(&self, workspace: WorkspaceId, words: &str) -> Result<Vec<Snippet>> {
        Ok(sqlx::query_as!(
            Snippet,
            r#"select id as "id: SnippetId", name, body, version from snippets
            where workspace_id = $1 and strpos(lower(name), lower($2)) > 0
            order by strpos(lower(name), lower($2)) > 1, lower(name), id limit $3"#,
            workspace.0,
            words,
            i64::from(limits::SUGGESTIONS),
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// What a ticket's snippets are filled with.
    pub async fn snippet_facts(&self, workspace: WorkspaceId, number: i64) -> Result<SnippetFacts> {
        sqlx::query_as!(
            SnippetFacts,
            r#"select c.name as customer_name, c.email as customer_email,
                a.name as "account_name?", t.subject, w.name as workspace_name
            from tickets t
            join workspaces w on w.workspace_id = t.workspace_id
            join customers c on c.workspace_id = t.workspace_id and c.id = t.customer_id
            left join accounts a on a.workspace_id = c.workspace_id and a.id = c.account_id
            where t.workspace_id = $1 and t.number = $2"#,
            workspace.0,
            number,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)
    }
}

/// Adds a snippet; the constraint `snippets_name` refuses a name in use. False when there are as
/// many as a workspace may have.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: SnippetId,
    new: &NewSnippet,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into snippets (workspace_id, id, name, body)
        select $1, $2, $3, $4
        where (select count(*) from snippets where workspace_id = $1) < $5",
        workspace.0,
        id.0,
        new.name,
        new.body,
        limits::SNIPPETS_MAX as i64,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes the version of a snippet that somebody saw; false when there is a newer one.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: SnippetId,
    version: i32,
    new: &NewSnippet,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update snippets set name = $4, body = $5, version = version + 1, updated_at = $6
        where workspace_id = $1 and id = $2 and version = $3",
        workspace.0,
        id.0,
        version,
        new.name,
        new.body,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a snippet; false when there is none.
pub async fn delete(tx: &mut Tx, workspace: WorkspaceId, id: SnippetId) -> Result<bool> {
    let done =
        sqlx::query!("delete from snippets where workspace_id = $1 and id = $2", workspace.0, id.0)
            .execute(&mut **tx)
            .await?;
    Ok(done.rows_affected() == 1)
}
