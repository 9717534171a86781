//! Mailboxes as mail arrives for them. The server itself asks, for all workspaces: mail starts
//! with an address, and reading starts with whatever is set up.

use crate::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use rapport_domain::mailbox::{Server, Tls};
use rapport_domain::reading::Reading;
use rapport_domain::{MailboxId, WorkspaceId};

/// Mailboxes that one server reads.
const READ_MAX: i64 = 1_000;

/// A mailbox that is read over IMAP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMailbox {
    pub workspace: WorkspaceId,
    pub id: MailboxId,
    pub address: String,
    pub server: Server,
    /// Sealed.
    pub password: Option<Vec<u8>>,
    pub folder: String,
    /// The server whose Authentication-Results are believed.
    pub trusted_authserv: Option<String>,
    /// Grows with each change of the settings.
    pub version: i32,
}

/// How far a mailbox was read: its uidvalidity, and the highest uid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadTo {
    pub uidvalidity: u32,
    pub uid: u32,
}

impl Store {
    /// The workspace whose mailbox has this address (lower case, without a tag). Where several
    /// claim it, it stays with the first one.
    pub async fn receiving_workspace(&self, address: &str) -> Result<Option<WorkspaceId>> {
        Ok(sqlx::query_scalar!(
            r#"select workspace_id as "workspace: WorkspaceId" from mailboxes
            where address = $1 order by created_at, workspace_id limit 1"#,
            address,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// The mailboxes that are read over IMAP, in all workspaces.
    pub async fn read_mailboxes(&self) -> Result<Vec<ReadMailbox>> {
        let rows = sqlx::query!(
            r#"select workspace_id as "workspace: WorkspaceId", id as "id: MailboxId", address,
                imap_host as "host!", imap_port as "port!", imap_tls as "tls!: Tls", imap_user,
                imap_password, imap_folder, imap_authserv_id, version
            from mailboxes where imap_host is not null
            order by workspace_id, id limit $1"#,
            READ_MAX,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .filter_map(|r| {
                let port = u16::try_from(r.port).ok()?;
                Some(ReadMailbox {
                    workspace: r.workspace,
                    id: r.id,
                    address: r.address,
                    server: Server { host: r.host, port, tls: r.tls, user: r.imap_user },
                    password: r.imap_password,
                    folder: r.imap_folder,
                    trusted_authserv: r.imap_authserv_id,
                    version: r.version,
                })
            })
            .collect())
    }

    /// How far a mailbox was read; `None` when it never was.
    pub async fn read_to(&self, workspace: WorkspaceId, id: MailboxId) -> Result<Option<ReadTo>> {
        let row = sqlx::query!(
            "select imap_uidvalidity, imap_last_uid from mailboxes
            where workspace_id = $1 and id = $2",
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?;
        let number = |n: Option<i64>| n.and_then(|n| u32::try_from(n).ok());
        Ok(row.and_then(|r| {
            let uidvalidity = number(r.imap_uidvalidity)?;
            Some(ReadTo { uidvalidity, uid: number(r.imap_last_uid)? })
        }))
    }
}

/// Notes how far a mailbox was read, with the mail that was taken from there.
pub async fn set_read_to(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MailboxId,
    to: ReadTo,
) -> Result<()> {
    sqlx::query!(
        "update mailboxes set imap_uidvalidity = $3,
            -- of two servers that read one mailbox, the slower one takes nothing back
            imap_last_uid = case when imap_uidvalidity = $3 then greatest(imap_last_uid, $4)
                else $4 end
        where workspace_id = $1 and id = $2",
        workspace.0,
        id.0,
        i64::from(to.uidvalidity),
        i64::from(to.uid),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Notes when a mailbox was last reached, or why it was not.
    pub async fn set_read_state(
        &self,
        workspace: WorkspaceId,
        id: MailboxId,
        at: DateTime<Utc>,
        error: Option<&str>,
    ) -> Result<()> {
        sqlx::query!(
            "update mailboxes set imap_error = $4,
                imap_reached_at = case when $4::text is null then $3 else imap_reached_at end
            where workspace_id = $1 and id = $2",
            workspace.0,
            id.0,
            at,
            error,
        )
        .execute(self.pool())
        .await?;
        Ok(())
    }
}

impl Store {
    /// How the reading of a workspace's mailboxes goes.
    pub async fn readings(&self, workspace: WorkspaceId) -> Result<Vec<Reading>> {
        Ok(sqlx::query_as!(
            Reading,
            r#"select id as "mailbox: MailboxId", imap_reached_at as reached_at,
                imap_error as error, imap_authserv_id as trusted_authserv
            from mailboxes where workspace_id = $1 and imap_host is not null
            order by address limit $2"#,
            workspace.0,
            READ_MAX,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Sets whose Authentication-Results are believed in mail that is read from a mailbox.
pub async fn set_trusted_authserv(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MailboxId,
    authserv_id: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update mailboxes set imap_authserv_id = $3
        where workspace_id = $1 and id = $2 returning id",
        workspace.0,
        id.0,
        authserv_id,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    Ok(())
}
