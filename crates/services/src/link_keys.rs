//! The keys that sign the addresses in our mails: where answers go, surveys, opened pictures.
//!
//! They lie in the database sealed. A server without `RAPPORT_SECRET_KEY` signs nothing: its
//! mails leave without such addresses.

use crate::secrets::Keyring;
use crate::transaction::begin_unattended;
use crate::{Ctx, Result, ctx};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::{Permission, Uuid, WorkspaceId};
use rapport_store::{Store, StoreError, link_keys};
use secrecy::ExposeSecret;
use serde_json::json;

/// How long an address that an earlier key signed still works, unless it has to end at once.
const RETIRE_DAYS: i64 = 30;

/// A key in the clear, 32 bytes.
pub type LinkKey = Vec<u8>;

/// The keys of a workspace that verify, the newest first; none for a workspace that is not there.
pub async fn verifying(store: &Store, workspace: WorkspaceId) -> Result<Vec<LinkKey>> {
    let sealed = store.link_keys(workspace, ctx::now()).await?;
    let open = |key: link_keys::LinkKey| {
        let opened = store.keys().open(&place(workspace, key.id), &key.sealed_key);
        let opened = opened
            .inspect_err(|error| tracing::error!(%error, key = %key.id, "cannot verify addresses"));
        STANDARD.decode(opened.ok()?.expose_secret()).ok()
    };
    Ok(sealed.into_iter().filter_map(open).collect())
}

/// The key that signs, made the first time that one is needed. `None` where the server cannot
/// seal it.
pub async fn signing(store: &Store, workspace: WorkspaceId) -> Result<Option<LinkKey>> {
    let known = store.link_keys(workspace, ctx::now()).await?;
    let Some(newest) = known.into_iter().find(|key| key.retires_at.is_none()) else {
        // Two servers at once make two keys: both verify.
        let key = rand::random::<[u8; 32]>().to_vec();
        let Some((id, sealed)) = seal(store.keys(), workspace, &key) else { return Ok(None) };
        let mut tx = begin_unattended(store).await?;
        link_keys::insert(&mut tx, workspace, id, &sealed).await?;
        tx.commit().await.map_err(StoreError::from)?;
        return Ok(Some(key));
    };
    let opened = store.keys().open(&place(workspace, newest.id), &newest.sealed_key);
    match opened {
        Ok(text) => Ok(STANDARD.decode(text.expose_secret()).ok()),
        Err(error) => {
            tracing::error!(%error, key = %newest.id, "cannot sign addresses");
            Ok(None)
        }
    }
}

/// Signs with a new key from now on. Addresses in mails that left before work for another 30
/// days, or no longer at all: then answers to them are found by their References alone.
pub async fn renew(ctx: &Ctx, at_once: bool) -> Result<()> {
    let (keys, id) = (ctx.store.keys(), Uuid::now_v7());
    let text = STANDARD.encode(rand::random::<[u8; 32]>());
    let sealed = keys.seal(&place(ctx.workspace, id), "link_key", &text)?;
    let retires_at = if at_once { ctx.now } else { ctx.now + TimeDelta::days(RETIRE_DAYS) };
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    link_keys::retire(&mut tx, ctx.workspace, retires_at).await?;
    link_keys::insert(&mut tx, ctx.workspace, id, &sealed).await?;
    let what = json!({ "at_once": at_once });
    tx.commit_audited(Action::LinkKeyRenewed, id, what).await
}

/// Seals the keys that lie open since before keys were sealed. Their addresses keep working.
pub async fn seal_open(store: &Store) -> Result<()> {
    loop {
        let open = store.open_mail_keys().await?;
        if open.is_empty() {
            return Ok(());
        }
        for (workspace, key) in open {
            let Some((id, sealed)) = seal(store.keys(), workspace, &key) else {
                tracing::warn!("a key lies open in the database: set RAPPORT_SECRET_KEY");
                return Ok(());
            };
            let mut tx = begin_unattended(store).await?;
            if link_keys::forget_open_key(&mut tx, workspace).await? {
                link_keys::insert(&mut tx, workspace, id, &sealed).await?;
            }
            tx.commit().await.map_err(StoreError::from)?;
        }
    }
}

/// `None` without a key to seal with.
fn seal(keys: &Keyring, workspace: WorkspaceId, key: &[u8]) -> Option<(Uuid, Vec<u8>)> {
    let id = Uuid::now_v7();
    let sealed = keys.seal(&place(workspace, id), "link_key", &STANDARD.encode(key)).ok()?;
    Some((id, sealed))
}

fn place(workspace: WorkspaceId, id: Uuid) -> String {
    format!("link_key {workspace} {id}")
}
