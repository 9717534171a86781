//! Mailboxes as mail arrives for them. But for the two settings at the end all of this acts as
//! the system: mail comes with nobody logged in, and what an admin set up says where it belongs.

use crate::mailboxes::place;
use crate::messages::{Arrived, StoredMail, plain_address, store_mail_in};
use crate::secrets::{Keyring, Locked};
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::reading::Reading;
use rapport_domain::{AppError, MailboxId, Permission, WorkspaceId, limits, text};
use rapport_store::Store;
use rapport_store::receiving::{self as store, ReadMailbox, ReadTo};
use secrecy::SecretString;
use serde_json::json;

/// The workspace whose mailbox an address is, with or without a tag behind a `+`.
pub async fn workspace_of(store: &Store, address: &str) -> Result<Option<WorkspaceId>> {
    Ok(store.receiving_workspace(&plain_address(address)).await?)
}

/// The mailboxes of all workspaces that are read over IMAP, passwords sealed.
pub async fn read_mailboxes(store: &Store) -> Result<Vec<ReadMailbox>> {
    Ok(store.read_mailboxes().await?)
}

/// The opened password of a mailbox's IMAP server.
pub fn imap_password(
    keys: &Keyring,
    id: MailboxId,
    sealed: &[u8],
) -> std::result::Result<SecretString, Locked> {
    keys.open(&place(id, "imap_password"), sealed)
}

/// How far a mailbox was read; `None` when it never was.
pub async fn read_to(ctx: &Ctx, id: MailboxId) -> Result<Option<ReadTo>> {
    ctx.require(Permission::MailWrite)?;
    Ok(ctx.store.read_to(ctx.workspace, id).await?)
}

/// Stores a mail from a mailbox together with how far that is read now, so that it is taken
/// once. What can never be stored is passed by, and the error says why it was.
pub async fn store_read(
    ctx: &Ctx,
    id: MailboxId,
    to: ReadTo,
    mail: Arrived,
) -> Result<std::result::Result<StoredMail, AppError>> {
    let mut tx = ctx.transaction(Permission::MailWrite).await?;
    let stored = match store_mail_in(&mut tx, ctx, mail).await {
        Ok(stored) => Ok(stored),
        Err(refused @ AppError::Invalid(_)) => Err(refused),
        Err(error) => return Err(error),
    };
    store::set_read_to(&mut tx, ctx.workspace, id, to).await?;
    tx.commit(Recorded::Received).await?;
    Ok(stored)
}

/// Passes by what is not even fetched, or starts anew where the numbers changed.
pub async fn pass_by(ctx: &Ctx, id: MailboxId, to: ReadTo) -> Result<()> {
    let mut tx = ctx.transaction(Permission::MailWrite).await?;
    store::set_read_to(&mut tx, ctx.workspace, id, to).await?;
    tx.commit(Recorded::Received).await
}

/// Notes that a mailbox was reached, or why it was not.
pub async fn note_state(ctx: &Ctx, id: MailboxId, error: Option<&str>) -> Result<()> {
    ctx.require(Permission::MailWrite)?;
    let error = error.map(|e| text::excerpt(e, limits::LINE_CHARS));
    Ok(ctx.store.set_read_state(ctx.workspace, id, ctx.now, error.as_deref()).await?)
}

/// How the reading of the mailboxes goes: those with an IMAP server.
pub async fn readings(ctx: &Ctx) -> Result<Vec<Reading>> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.readings(ctx.workspace).await?)
}

/// Sets the mail server whose Authentication-Results are believed in mail that is read from a
/// mailbox; `None` or empty for nobody. It must be one that takes headers in its own name out of
/// what it receives, or strangers could write them.
pub async fn trust_authserv(ctx: &Ctx, id: MailboxId, authserv_id: Option<&str>) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let name = text::optional_line("imap_authserv_id", authserv_id, limits::NAME_CHARS)?;
    if name.as_deref().is_some_and(|n| n.contains([' ', ';', '('])) {
        return Err(AppError::invalid(
            "imap_authserv_id",
            "This is not the name of a mail server.",
        ));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set_trusted_authserv(&mut tx, ctx.workspace, id, name.as_deref()).await?;
    let detail = json!({ "authserv_id": name });
    tx.commit_audited(Action::MailboxTrustChanged, id, detail).await
}
