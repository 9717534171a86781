//! What `rapport doctor` looks at, of every workspace.

use crate::{Result, Store};
use chrono::{DateTime, Utc};
use rapport_domain::{MailboxId, WorkspaceId};

/// A mailbox, as far as looking after it needs it.
#[derive(Debug)]
pub struct MailboxState {
    pub workspace: WorkspaceId,
    pub id: MailboxId,
    pub address: String,
    /// It has a server for sending.
    pub sends: bool,
    /// It is read over IMAP.
    pub read: bool,
    /// When that worked last, and what went wrong since.
    pub reached_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
}

impl Store {
    /// The mailboxes of all workspaces, a hundred at most.
    pub async fn mailbox_states(&self) -> Result<Vec<MailboxState>> {
        Ok(sqlx::query_as!(
            MailboxState,
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: MailboxId", address,
                smtp_host is not null as "sends!", imap_host is not null as "read!",
                imap_reached_at as reached_at, imap_error as error
            from mailboxes order by workspace_id, address limit 100"#,
        )
        .fetch_all(self.pool())
        .await?)
    }

    /// Everything that is sealed, wherever it stands; a million at most.
    pub async fn sealed(&self) -> Result<Vec<Vec<u8>>> {
        let all = sqlx::query_scalar!(
            r#"select sealed as "sealed!" from (
                select smtp_password as sealed from mailboxes
                union all select imap_password from mailboxes
                union all select dkim_key from mailboxes
                union all select sealed_key from push_keys
                union all select sealed_key from link_keys
                union all select secret from identity_secrets
                union all select secret from two_factors
                union all select client_secret from sso_settings
            ) all_of_them where sealed is not null limit 1000000"#,
        );
        Ok(all.fetch_all(self.pool()).await?)
    }
}
