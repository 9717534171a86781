//! The address of an event's picture.

use crate::{Result, Store, StoreError};
use rapport_domain::timeline::{EventKind, Stream};
use rapport_domain::{Cursor, WorkspaceId};

impl Store {
    /// What an event of this stream, or of somebody merged into its customer, says of its picture.
    /// [`StoreError::NotFound`] where there is no such event, or it says nothing.
    pub async fn event_icon(
        &self,
        workspace: WorkspaceId,
        stream: Stream,
        at: Cursor,
    ) -> Result<String> {
        // With every kind named, the primary key leads to the one row.
        let kinds: Vec<String> = EventKind::ALL.iter().map(|k| k.as_str().to_string()).collect();
        sqlx::query_scalar!(
            r#"with ids as materialized (
                select $2::uuid as id
                union all (
                    select id from customers
                    where workspace_id = $1 and merged_into = $2 and folded_at is null limit 50
                )
            )
            select e.payload->>'$rapport.icon_url' as icon_url from ids cross join lateral (
                select payload from timeline_events
                where workspace_id = $1 and customer_id = ids.id and kind = any($5)
                    and occurred_at = $3 and id = $4
                limit 1
            ) e
            limit 1"#,
            workspace.0,
            stream.id(),
            at.at,
            at.id,
            &kinds,
        )
        .fetch_optional(self.pool())
        .await?
        .flatten()
        .ok_or(StoreError::NotFound)
    }
}
