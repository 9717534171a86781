//! The addresses that a workspace answers from: set up by admins.

pub(crate) mod post;
pub(crate) mod smtp;

use crate::secrets::Keyring;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::mailbox::{Mailbox, MailboxInput};
use rapport_domain::{AppError, MailboxId, Permission, WorkspaceId, limits};
use rapport_mail::DkimKey;
use rapport_store::mailboxes::{self, SealedSecrets};
use rapport_store::{Store, StoreError};
use serde_json::json;

/// All mailboxes, the default first. Passwords and keys are not among it.
pub async fn list(ctx: &Ctx) -> Result<Vec<Mailbox>> {
    ctx.require(Permission::SettingsRead)?;
    Ok(ctx.store.mailboxes(ctx.workspace).await?)
}

/// One mailbox. Passwords and keys are not in it.
pub async fn get(ctx: &Ctx, id: MailboxId) -> Result<Mailbox> {
    let all = list(ctx).await?;
    all.into_iter().find(|m| m.id == id).ok_or(AppError::NotFound)
}

/// Adds a mailbox; the first one becomes the default.
pub async fn create(ctx: &Ctx, keys: &Keyring, new: MailboxInput) -> Result<MailboxId> {
    ctx.require(Permission::SettingsWrite)?;
    add(ctx, keys, new, false).await
}

/// Adds the demo's mailbox, whose mail reaches nobody. Only a demo server calls it.
pub(crate) async fn create_catching(ctx: &Ctx, new: MailboxInput) -> Result<MailboxId> {
    ctx.require(Permission::SettingsWrite)?;
    add(ctx, &Keyring::default(), new, true).await
}

async fn add(ctx: &Ctx, keys: &Keyring, new: MailboxInput, outbox: bool) -> Result<MailboxId> {
    let new = new.checked()?;
    let id = MailboxId::generate();
    let secrets = seal(keys, id, &new)?;
    if ctx.store.mailboxes(ctx.workspace).await?.len() >= limits::MAILBOXES_MAX {
        let message = format!("A workspace has at most {} mailboxes.", limits::MAILBOXES_MAX);
        return Err(AppError::invalid("address", message));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let made = mailboxes::insert(&mut tx, ctx.workspace, id, &new.address, outbox).await;
    made.map_err(refused)?;
    mailboxes::update(&mut tx, ctx.workspace, id, 0, &new, &secrets).await.map_err(refused)?;
    tx.commit_audited(Action::MailboxCreated, &new.address, json!({})).await?;
    Ok(id)
}

/// Changes everything of a mailbox to what the form says, if it still has the version that
/// the form was made from. Secrets that the form leaves empty stay.
pub async fn update(
    ctx: &Ctx,
    keys: &Keyring,
    id: MailboxId,
    version: i32,
    new: MailboxInput,
) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let new = new.checked()?;
    let secrets = seal(keys, id, &new)?;
    if !ctx.store.mailboxes(ctx.workspace).await?.iter().any(|m| m.id == id) {
        return Err(AppError::NotFound);
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let done = mailboxes::update(&mut tx, ctx.workspace, id, version, &new, &secrets).await;
    if !done.map_err(refused)? {
        return Err(AppError::Conflict(
            "Somebody else changed this mailbox meanwhile. Nothing was overwritten; reload to see their version.".into(),
        ));
    }
    tx.commit_audited(Action::MailboxChanged, &new.address, json!({})).await
}

/// Removes a mailbox. What still waits to leave from it fails, and says so.
pub async fn remove(ctx: &Ctx, id: MailboxId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let address = mailboxes::remove(&mut tx, ctx.workspace, id).await?;
    tx.commit_audited(Action::MailboxRemoved, &address, json!({})).await
}

/// Connects to a mailbox's SMTP server and logs in, without sending anything. The inner error
/// is what went wrong there, in the server's words.
pub async fn test_connection(
    ctx: &Ctx,
    keys: &Keyring,
    id: MailboxId,
) -> Result<std::result::Result<(), String>> {
    ctx.require(Permission::SettingsWrite)?;
    test_any(&ctx.store, keys, ctx.workspace, id).await
}

/// The same of any workspace, for whoever runs the server.
pub(crate) async fn test_any(
    store: &Store,
    keys: &Keyring,
    workspace: WorkspaceId,
    id: MailboxId,
) -> Result<std::result::Result<(), String>> {
    let mailbox = store.sending_mailbox(workspace, id).await?;
    if mailbox.outbox {
        return Ok(Ok(()));
    }
    let Some(server) = &mailbox.smtp else {
        return Ok(Err("This mailbox has no server for sending.".into()));
    };
    let password = match smtp_password(keys, id, mailbox.smtp_password.as_deref()) {
        Ok(password) => password,
        Err(locked) => return Ok(Err(locked.to_string())),
    };
    let tested = smtp::test(server, password.as_ref(), &mailbox.address).await;
    Ok(tested.map_err(|failure| failure.text))
}

/// The opened password of a mailbox's SMTP server.
pub(crate) fn smtp_password(
    keys: &Keyring,
    id: MailboxId,
    sealed: Option<&[u8]>,
) -> std::result::Result<Option<secrecy::SecretString>, crate::secrets::Locked> {
    sealed.map(|sealed| keys.open(&place(id, "smtp_password"), sealed)).transpose()
}

/// Where a secret of a mailbox belongs: what is sealed for one opens nowhere else.
/// `column` is `smtp_password`, `imap_password` or `dkim_key`.
pub(crate) fn place(id: MailboxId, column: &str) -> String {
    format!("{id}:{column}")
}

fn seal(keys: &Keyring, id: MailboxId, new: &MailboxInput) -> Result<SealedSecrets> {
    let one = |column: &str, secret: Option<&String>| {
        secret.map(|s| keys.seal(&place(id, column), column, s)).transpose()
    };
    if let Some(pem) = &new.dkim_key
        && DkimKey::from_pem(pem).is_err()
    {
        let message = "This is no RSA (2048 bits or more) or Ed25519 private key in PEM.";
        return Err(AppError::invalid("dkim_key", message));
    }
    Ok(SealedSecrets {
        smtp_password: one("smtp_password", new.smtp.as_ref().and_then(|s| s.password.as_ref()))?,
        imap_password: one("imap_password", new.imap.as_ref().and_then(|s| s.password.as_ref()))?,
        dkim_key: one("dkim_key", new.dkim_key.as_ref())?,
    })
}

fn refused(error: StoreError) -> AppError {
    if error.is_constraint("mailboxes_address") {
        return AppError::invalid("address", "There is a mailbox with this address already.");
    }
    if error.is_constraint("mailboxes_workspace_id_team_id_fkey") {
        return AppError::invalid("team", "There is no such team.");
    }
    error.into()
}
