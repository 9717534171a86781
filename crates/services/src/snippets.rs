//! Snippets: kept by those who configure the workspace, used by everybody who writes.

use crate::{Ctx, Result, audit};
use rapport_domain::snippet::{FilledSnippet, NewSnippet, Snippet, Variable, fill};
use rapport_domain::{AppError, Permission, SnippetId, limits, text};
use rapport_store::{StoreError, snippets};
use serde_json::json;

/// All snippets, by name.
pub async fn list(ctx: &Ctx) -> Result<Vec<Snippet>> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.snippets(ctx.workspace).await?)
}

/// The snippets whose name holds what was typed, filled in for a ticket.
pub async fn find(ctx: &Ctx, number: i64, typed: &str) -> Result<Vec<FilledSnippet>> {
    ctx.require(Permission::Write)?;
    let words = text::excerpt(typed, limits::NAME_CHARS);
    let facts = ctx.store.snippet_facts(ctx.workspace, number).await?;
    let found = ctx.store.find_snippets(ctx.workspace, &words).await?;
    let first = |name: &str| name.split_whitespace().next().map(str::to_string);
    let value = |variable| match variable {
        Variable::CustomerName => Some(facts.customer_name.clone()),
        Variable::CustomerFirstName => first(&facts.customer_name),
        Variable::CustomerEmail => facts.customer_email.clone(),
        Variable::AccountName => facts.account_name.clone(),
        Variable::TicketNumber => Some(number.to_string()),
        Variable::TicketSubject => Some(facts.subject.clone()),
        Variable::AgentName => Some(ctx.actor_name().to_string()),
        Variable::AgentFirstName => first(ctx.actor_name()),
        Variable::WorkspaceName => Some(facts.workspace_name.clone()),
    };
    let filled = |s: Snippet| FilledSnippet { body: fill(&s.body, value), name: s.name };
    Ok(found.into_iter().map(filled).collect())
}

/// Adds a snippet.
pub async fn create(ctx: &Ctx, new: NewSnippet) -> Result<SnippetId> {
    ctx.require(Permission::Configure)?;
    let new = new.checked()?;
    let id = SnippetId::generate();
    let mut tx = ctx.store.begin().await?;
    if !snippets::insert(&mut tx, ctx.workspace, id, &new).await.map_err(name_taken)? {
        let message = format!("A workspace has at most {} snippets.", limits::SNIPPETS_MAX);
        return Err(AppError::invalid("name", message));
    }
    audit::record(ctx, &mut tx, "snippet.created", &id.to_string(), json!({ "name": new.name }))
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(id)
}

/// Changes a snippet; refused when somebody changed it since.
pub async fn update(ctx: &Ctx, id: SnippetId, version: i32, new: NewSnippet) -> Result<()> {
    ctx.require(Permission::Configure)?;
    let new = new.checked()?;
    let mut tx = ctx.store.begin().await?;
    let done = snippets::update(&mut tx, ctx.workspace, id, version, &new, ctx.now).await;
    if !done.map_err(name_taken)? {
        let message = "This snippet was changed or removed meanwhile: load the page again.";
        return Err(AppError::Conflict(message.into()));
    }
    audit::record(ctx, &mut tx, "snippet.changed", &id.to_string(), json!({ "name": new.name }))
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// Removes a snippet. Messages that were written with it keep their words.
pub async fn delete(ctx: &Ctx, id: SnippetId) -> Result<()> {
    ctx.require(Permission::Configure)?;
    let mut tx = ctx.store.begin().await?;
    if !snippets::delete(&mut tx, ctx.workspace, id).await? {
        return Err(AppError::NotFound);
    }
    audit::record(ctx, &mut tx, "snippet.removed", &id.to_string(), json!({})).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

fn name_taken(error: StoreError) -> AppError {
    match error.is_constraint("snippets_name") {
        true => AppError::invalid("name", "There is a snippet with this name already."),
        false => error.into(),
    }
}
