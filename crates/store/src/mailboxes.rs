//! The addresses a workspace answers from. Passwords and keys are stored as they come: sealed.

use crate::{Result, Store, StoreError, Tx};
use rapport_domain::mailbox::{Dkim, MailServer, Mailbox, MailboxInput, Server, Tls};
use rapport_domain::{MailboxId, TeamId, UserId, Uuid, WorkspaceId, limits};

struct Row {
    id: Uuid,
    address: String,
    name: String,
    signature: String,
    quotes: bool,
    is_default: bool,
    team_id: Option<Uuid>,
    transport: String,
    smtp_host: Option<String>,
    smtp_port: Option<i32>,
    smtp_tls: Option<Tls>,
    smtp_user: Option<String>,
    smtp_password_set: bool,
    imap_host: Option<String>,
    imap_port: Option<i32>,
    imap_tls: Option<Tls>,
    imap_user: Option<String>,
    imap_password_set: bool,
    imap_folder: String,
    dkim_domain: Option<String>,
    dkim_selector: Option<String>,
    dkim_key_set: bool,
    version: i32,
}

impl From<Row> for Mailbox {
    fn from(r: Row) -> Self {
        let server = |host: Option<String>, port: Option<i32>, tls, user, password_set| {
            let port = u16::try_from(port?).ok()?;
            Some(MailServer { host: host?, port, tls: tls?, user, password_set })
        };
        let dkim = r.dkim_domain.zip(r.dkim_selector);
        let key_set = r.dkim_key_set;
        Self {
            id: MailboxId(r.id),
            address: r.address,
            name: r.name,
            signature: r.signature,
            quotes: r.quotes,
            is_default: r.is_default,
            team_id: r.team_id.map(TeamId),
            outbox: r.transport == "outbox",
            smtp: server(r.smtp_host, r.smtp_port, r.smtp_tls, r.smtp_user, r.smtp_password_set),
            imap: server(r.imap_host, r.imap_port, r.imap_tls, r.imap_user, r.imap_password_set),
            imap_folder: r.imap_folder,
            dkim: dkim.map(|(domain, selector)| Dkim { domain, selector, key_set }),
            version: r.version,
        }
    }
}

impl Store {
    /// All mailboxes, the default first.
    pub async fn mailboxes(&self, workspace: WorkspaceId) -> Result<Vec<Mailbox>> {
        let rows = sqlx::query_as!(
            Row,
            r#"select id, address, name, signature, quotes, is_default, team_id, transport, smtp_host, smtp_port,
                smtp_tls as "smtp_tls: Tls", smtp_user,
                smtp_password is not null as "smtp_password_set!", imap_host, imap_port,
                imap_tls as "imap_tls: Tls", imap_user,
                imap_password is not null as "imap_password_set!", imap_folder, dkim_domain,
                dkim_selector, dkim_key is not null as "dkim_key_set!", version
            from mailboxes where workspace_id = $1
            order by is_default desc, address limit $2"#,
            workspace.0,
            limits::MAILBOXES_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(Mailbox::from).collect())
    }
}

/// What sending from a mailbox needs.
#[derive(Debug)]
pub struct SendingMailbox {
    pub id: MailboxId,
    pub address: String,
    pub name: String,
    pub signature: String,
    pub outbox: bool,
    pub smtp: Option<Server>,
    /// Sealed.
    pub smtp_password: Option<Vec<u8>>,
    /// Domain, selector and sealed key.
    pub dkim: Option<(String, String, Vec<u8>)>,
}

impl Store {
    /// A mailbox with its sealed secrets.
    pub async fn sending_mailbox(
        &self,
        workspace: WorkspaceId,
        id: MailboxId,
    ) -> Result<SendingMailbox> {
        let row = sqlx::query!(
            r#"select address, name, signature, transport, smtp_host, smtp_port,
                smtp_tls as "smtp_tls: Tls", smtp_user, smtp_password, dkim_domain,
                dkim_selector, dkim_key
            from mailboxes where workspace_id = $1 and id = $2"#,
            workspace.0,
            id.0,
        )
        .fetch_optional(self.pool())
        .await?
        .ok_or(StoreError::NotFound)?;
        let port = row.smtp_port.and_then(|p| u16::try_from(p).ok());
        let smtp = row.smtp_host.zip(port).zip(row.smtp_tls);
        let user = row.smtp_user;
        let dkim = row.dkim_domain.zip(row.dkim_selector).zip(row.dkim_key);
        Ok(SendingMailbox {
            id,
            address: row.address,
            name: row.name,
            signature: row.signature,
            outbox: row.transport == "outbox",
            smtp: smtp.map(|((host, port), tls)| Server { host, port, tls, user }),
            smtp_password: row.smtp_password,
            dkim: dkim.map(|((domain, selector), key)| (domain, selector, key)),
        })
    }
}

/// The mailbox that an answer leaves from.
#[derive(Debug)]
pub struct Answering {
    pub id: MailboxId,
    pub address: String,
    pub name: String,
    /// The author's own, else the mailbox's.
    pub signature: String,
    /// The author's own is Markdown, the mailbox's plain text.
    pub own_signature: bool,
    pub quotes: bool,
}

/// The mailbox that answers in a ticket, of those that can send: the one with the address it came
/// to, else the default.
pub async fn answering(
    tx: &mut Tx,
    workspace: WorkspaceId,
    came_to: Option<&str>,
    author: Option<UserId>,
) -> Result<Option<Answering>> {
    Ok(sqlx::query_as!(
        Answering,
        r#"select m.id as "id: MailboxId", m.address, m.name,
            coalesce(s.body, m.signature) as "signature!", s.body is not null as "own_signature!",
            m.quotes
        from mailboxes m
        left join user_signatures s on s.workspace_id = m.workspace_id and s.mailbox_id = m.id
            and s.user_id = $3
        where m.workspace_id = $1 and (m.address = lower($2) or m.is_default)
            and (m.smtp_host is not null or m.transport = 'outbox')
        order by (m.address = lower($2)) desc nulls last limit 1"#,
        workspace.0,
        came_to,
        author.map(|user| user.0),
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The addresses of all mailboxes: nobody writes to themselves.
pub async fn addresses(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select address from mailboxes where workspace_id = $1 limit $2",
        workspace.0,
        limits::MAILBOXES_MAX as i64,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Secrets to store with a mailbox, sealed; `None` keeps what is there.
#[derive(Debug, Default)]
pub struct SealedSecrets {
    pub smtp_password: Option<Vec<u8>>,
    pub imap_password: Option<Vec<u8>>,
    pub dkim_key: Option<Vec<u8>>,
}

/// Inserts an empty mailbox, for [`update`] to fill. The first one becomes the default.
/// The constraint `mailboxes_address` refuses an address in use.
pub async fn insert(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MailboxId,
    address: &str,
    outbox: bool,
) -> Result<()> {
    sqlx::query!(
        "insert into mailboxes (workspace_id, id, address, name, transport, version, is_default)
        values ($1, $2, $3, '', $4, 0,
            not exists (select 1 from mailboxes where workspace_id = $1))",
        workspace.0,
        id.0,
        address,
        if outbox { "outbox" } else { "smtp" },
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes everything of a mailbox that still has this version; says whether it had. A server
/// that is left out loses its password, and so does one without a user.
pub async fn update(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: MailboxId,
    version: i32,
    new: &MailboxInput,
    secrets: &SealedSecrets,
) -> Result<bool> {
    if new.is_default {
        sqlx::query!(
            "update mailboxes set is_default = false
            where workspace_id = $1 and is_default and id <> $2",
            workspace.0,
            id.0,
        )
        .execute(&mut **tx)
        .await?;
    }
    let (smtp, imap) = (new.smtp.as_ref(), new.imap.as_ref());
    let done = sqlx::query!(
        "update mailboxes set address = $4, name = $5, signature = $6,
            -- a workspace with mailboxes has a default
            is_default = is_default or $7,
            smtp_host = $8, smtp_port = $9, smtp_tls = $10, smtp_user = $11,
            smtp_password = case when $11::text is not null then coalesce($12, smtp_password) end,
            imap_host = $13, imap_port = $14, imap_tls = $15, imap_user = $16,
            imap_password = case when $16::text is not null then coalesce($17, imap_password) end,
            -- elsewhere, other mails have these numbers
            imap_uidvalidity = case when imap_host is not distinct from $13
                and imap_user is not distinct from $16 and imap_folder = $18
                then imap_uidvalidity end,
            imap_last_uid = case when imap_host is not distinct from $13
                and imap_user is not distinct from $16 and imap_folder = $18
                then imap_last_uid end,
            imap_folder = $18, dkim_domain = $19, dkim_selector = $20,
            dkim_key = case when $19::text is not null then coalesce($21, dkim_key) end,
            team_id = $22, quotes = $23,
            version = version + 1, updated_at = now()
        where workspace_id = $1 and id = $2 and version = $3",
        workspace.0,
        id.0,
        version,
        new.address,
        new.name,
        new.signature,
        new.is_default,
        smtp.map(|s| s.host.clone()),
        smtp.and_then(|s| s.port).map(i32::from),
        smtp.map(|s| s.tls.as_str()),
        smtp.and_then(|s| s.user.clone()),
        secrets.smtp_password,
        imap.map(|s| s.host.clone()),
        imap.and_then(|s| s.port).map(i32::from),
        imap.map(|s| s.tls.as_str()),
        imap.and_then(|s| s.user.clone()),
        secrets.imap_password,
        new.imap_folder.as_deref().unwrap_or("INBOX"),
        new.dkim_domain,
        new.dkim_selector,
        secrets.dkim_key,
        new.team_id.map(|t| t.0),
        new.quotes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a mailbox and answers its address; another becomes the default where it was.
pub async fn remove(tx: &mut Tx, workspace: WorkspaceId, id: MailboxId) -> Result<String> {
    let address = sqlx::query_scalar!(
        "delete from mailboxes where workspace_id = $1 and id = $2 returning address",
        workspace.0,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    sqlx::query!(
        "update mailboxes set is_default = true
        where workspace_id = $1
            and id = (select id from mailboxes where workspace_id = $1 order by address limit 1)
            and not exists (select 1 from mailboxes where workspace_id = $1 and is_default)",
        workspace.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(address)
}
