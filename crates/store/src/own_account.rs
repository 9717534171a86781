//! What people set for themselves: their name, picture and signatures.

use crate::{Result, Store, Tx};
use rapport_domain::own_account::OwnSignature;
use rapport_domain::{AttachmentId, MailboxId, UserId, WorkspaceId, limits};

/// The bytes of a picture, in the file store.
#[derive(Debug)]
pub struct NewPicture<'a> {
    pub id: AttachmentId,
    pub bytes: i32,
    pub sha256: &'a [u8],
}

impl Store {
    /// The picture of a person of the workspace: the outer `None` is nobody, the inner no picture.
    pub async fn picture_of(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<Option<AttachmentId>>> {
        Ok(sqlx::query_scalar!(
            r#"select picture_id as "id: AttachmentId" from users
            where workspace_id = $1 and id = $2"#,
            workspace.0,
            user.0,
        )
        .fetch_optional(self.pool())
        .await?)
    }

    /// A person's signature in each mailbox that can send, the default mailbox first.
    pub async fn signatures_of(
        &self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Vec<OwnSignature>> {
        Ok(sqlx::query_as!(
            OwnSignature,
            r#"select m.id as "mailbox: MailboxId", m.address, m.signature as shared,
                coalesce(s.body, '') as "own!"
            from mailboxes m
            left join user_signatures s on s.workspace_id = m.workspace_id
                and s.mailbox_id = m.id and s.user_id = $2
            where m.workspace_id = $1 and (m.smtp_host is not null or m.transport = 'outbox')
            order by m.is_default desc, m.address limit $3"#,
            workspace.0,
            user.0,
            limits::MAILBOXES_MAX as i64,
        )
        .fetch_all(self.pool())
        .await?)
    }
}

/// Sets a person's name; what they wrote before keeps the one they had.
pub async fn rename(tx: &mut Tx, workspace: WorkspaceId, user: UserId, name: &str) -> Result<()> {
    sqlx::query!(
        "update users set name = $3 where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets a person's picture, or takes it away; a trigger notes that the old bytes can go.
pub async fn set_picture(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    picture: Option<&NewPicture<'_>>,
) -> Result<()> {
    sqlx::query!(
        "update users set picture_id = $3, picture_bytes = $4, picture_sha256 = $5
        where workspace_id = $1 and id = $2",
        workspace.0,
        user.0,
        picture.map(|p| p.id.0),
        picture.map(|p| p.bytes),
        picture.map(|p| p.sha256),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Sets a person's signature in a mailbox; an empty one is none. False where there is no such mailbox.
pub async fn set_signature(
    tx: &mut Tx,
    workspace: WorkspaceId,
    user: UserId,
    mailbox: MailboxId,
    body: &str,
) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from mailboxes where workspace_id = $1 and id = $2) as "known!""#,
        workspace.0,
        mailbox.0,
    )
    .fetch_one(&mut **tx)
    .await?;
    if !known {
        return Ok(false);
    }
    sqlx::query!(
        "with gone as (
            delete from user_signatures
            where workspace_id = $1 and user_id = $2 and mailbox_id = $3 and $4 = ''
        )
        insert into user_signatures (workspace_id, user_id, mailbox_id, body)
        select $1, $2, $3, $4 where $4 <> ''
        on conflict (workspace_id, user_id, mailbox_id) do update set body = excluded.body",
        workspace.0,
        user.0,
        mailbox.0,
        body,
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}
