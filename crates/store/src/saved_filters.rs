//! Filters of the timeline that agents saved for themselves.

use crate::{Result, Tx};
use rapport_domain::limits::SAVED_FILTERS_MAX;
use rapport_domain::timeline::SavedFilter;
use rapport_domain::{FilterId, UserId, WorkspaceId};

/// Saves a filter; one of the same name (in any case) is replaced. Answers false when the agent
/// has [`SAVED_FILTERS_MAX`] others.
pub async fn save(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    name: &str,
    query: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into saved_filters (workspace_id, user_id, id, name, query)
        select $1, $2, $3, $4, $5 where $6 > (select count(*) from saved_filters
            where workspace_id = $1 and user_id = $2 and lower(name) <> lower($4))
        on conflict (workspace_id, user_id, lower(name))
        do update set name = excluded.name, query = excluded.query",
        workspace.0,
        user.0,
        FilterId::generate().0,
        name,
        query,
        SAVED_FILTERS_MAX,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// An agent's filters by name.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId, user: UserId) -> Result<Vec<SavedFilter>> {
    Ok(sqlx::query_as!(
        SavedFilter,
        r#"select id as "id: FilterId", name, query from saved_filters
        where workspace_id = $1 and user_id = $2 order by lower(name)"#,
        workspace.0,
        user.0,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Forgets a filter; one that is gone is no error.
pub async fn delete(tx: &mut Tx, workspace: WorkspaceId, user: UserId, id: FilterId) -> Result<()> {
    sqlx::query!(
        "delete from saved_filters where workspace_id = $1 and user_id = $2 and id = $3",
        workspace.0,
        user.0,
        id.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
