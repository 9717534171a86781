//! Which fields the cards of the info pane show.

use crate::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::card::{Card, CardConfig, CardField, CardLayout};
use rapport_domain::fields::FieldType;
use rapport_domain::{UserId, WorkspaceId};

impl Store {
    /// The saved layouts, and the custom fields that a layout can name.
    pub async fn card_config(&self, workspace: WorkspaceId) -> Result<CardConfig> {
        let layouts = sqlx::query_as!(
            CardLayout,
            r#"select card as "card: Card", fields, updated_at as "saved_at?"
            from info_cards where workspace_id = $1"#,
            workspace.0,
        );
        let custom = sqlx::query_as!(
            CardField,
            r#"select entity as "card: Card", key, label, type as "kind: FieldType", options,
                sensitive
            from custom_fields where workspace_id = $1 and archived_at is null
            order by position, key"#,
            workspace.0,
        );
        Ok(CardConfig {
            layouts: layouts.fetch_all(self.pool()).await?,
            custom: custom.fetch_all(self.pool()).await?,
        })
    }
}

/// Saves a layout if it still stands as it was seen (`None`: never saved). Says whether it did.
pub async fn save(
    tx: &mut Tx,
    workspace: WorkspaceId,
    layout: &CardLayout,
    by: Option<UserId>,
    at: DateTime<Utc>,
) -> Result<bool> {
    let done = match layout.saved_at {
        Some(seen) => {
            sqlx::query!(
                "update info_cards set fields = $3, updated_by = $4, updated_at = $5
                where workspace_id = $1 and card = $2 and updated_at = $6",
                workspace.0,
                layout.card.as_str(),
                &layout.fields,
                by.map(|u| u.0),
                at,
                seen,
            )
            .execute(&mut **tx)
            .await?
        }
        None => {
            sqlx::query!(
                "insert into info_cards (workspace_id, card, fields, updated_by, updated_at)
                values ($1, $2, $3, $4, $5) on conflict do nothing",
                workspace.0,
                layout.card.as_str(),
                &layout.fields,
                by.map(|u| u.0),
                at,
            )
            .execute(&mut **tx)
            .await?
        }
    };
    Ok(done.rows_affected() == 1)
}

/// Forgets a layout: the default shows again.
pub async fn reset(tx: &mut Tx, workspace: WorkspaceId, card: Card) -> Result<()> {
    sqlx::query!(
        "delete from info_cards where workspace_id = $1 and card = $2",
        workspace.0,
        card.as_str()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
