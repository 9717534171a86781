//! What belongs to a workspace as a whole.

use crate::{Result, Store, StoreError};
use rapport_domain::WorkspaceId;

impl Store {
    /// The key that signs the workspace's reply tokens, 32 bytes.
    pub async fn mail_key(&self, workspace: WorkspaceId) -> Result<Vec<u8>> {
        sqlx::query_scalar!("select mail_key from workspaces where workspace_id = $1", workspace.0)
            .fetch_optional(self.pool())
            .await?
            .ok_or(StoreError::NotFound)
    }
}
