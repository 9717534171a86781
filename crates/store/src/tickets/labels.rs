//! What a workspace calls its statuses.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::ticket::{StatusCategory, StatusLabel};
use rapport_domain::{LabelId, WorkspaceId, limits};

impl Store {
    /// All labels in the order of the categories and in theirs, archived ones last.
    pub async fn status_labels(&self, workspace: WorkspaceId) -> Result<Vec<StatusLabel>> {
        let mut tx = self.begin().await?;
        labels(&mut tx, workspace).await
    }
}

/// The same inside a transaction.
pub async fn labels(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<StatusLabel>> {
    Ok(sqlx::query_as!(
        StatusLabel,
        r#"select id as "id: LabelId", name, category as "category: StatusCategory", position,
            is_default, archived_at is not null as "archived!"
        from status_labels where workspace_id = $1
        order by archived_at is not null, array_position(array['open', 'waiting', 'closed'], category),
            position, id limit $2"#,
        workspace.0,
        limits::LABELS_MAX as i64,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The same for whoever changes them: others who do wait their turn.
pub async fn lock_labels(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<StatusLabel>> {
    sqlx::query!(
        "select 1 as one from workspaces where workspace_id = $1 for no key update",
        workspace.0
    )
    .fetch_one(&mut **tx)
    .await?;
    labels(tx, workspace).await
}

/// Adds a label; the constraint `status_labels_name` refuses a name in use.
pub async fn insert_label(tx: &mut Tx, workspace: WorkspaceId, label: &StatusLabel) -> Result<()> {
    sqlx::query!(
        "insert into status_labels (workspace_id, id, name, category, position, is_default)
        values ($1, $2, $3, $4, $5, $6)",
        workspace.0,
        label.id.0,
        label.name,
        label.category.as_str(),
        label.position,
        label.is_default,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes name, place, and whether it is the default or archived. A category's new default is
/// written after the old one gave that up.
pub async fn update_label(
    tx: &mut Tx,
    workspace: WorkspaceId,
    label: &StatusLabel,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update status_labels set name = $3, position = $4, is_default = $5,
            archived_at = case when $6 then coalesce(archived_at, $7) end
        where workspace_id = $1 and id = $2",
        workspace.0,
        label.id.0,
        label.name,
        label.position,
        label.is_default,
        label.archived,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
