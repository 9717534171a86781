//! Making and revoking API keys. A key is told once, to whoever makes it.

use crate::auth::{hash_token, random_token};
use crate::people::within;
use crate::{Ctx, Result};
use chrono::TimeDelta;
use rapport_domain::api_key::{KeyInput, KeyRow, Overlap};
use rapport_domain::audit::Action;
use rapport_domain::{ApiKeyId, AppError, Permission, PermissionSet, limits};
use rapport_store::api_keys::{self, NewApiKey};
use serde_json::json;

/// Characters of a key by which people know it again: a tenth of what is secret.
const SHOWN_CHARS: usize = 8;

/// Old secrets of a key that may work at once.
const OLD_SECRETS_MAX: i64 = 3;

/// All keys that are valid, and those revoked last.
pub async fn list(ctx: &Ctx) -> Result<Vec<KeyRow>> {
    ctx.require(Permission::PeopleManage)?;
    Ok(ctx.store.api_keys(ctx.workspace).await?)
}

/// Makes a key and answers it. It is stored nowhere.
pub async fn create(ctx: &Ctx, input: KeyInput) -> Result<String> {
    ctx.require(Permission::PeopleManage)?;
    let input = input.checked()?;
    within(ctx, "scopes", PermissionSet::of_scopes(&input.scopes))?;
    let secret = format!("{}{}", input.kind.prefix(), random_token());
    let days = TimeDelta::days(input.days.into());
    let expires_at = (input.days > 0).then(|| ctx.now + days);
    let id = ApiKeyId::generate();
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let most = i64::try_from(limits::API_KEYS_MAX).unwrap_or(i64::MAX);
    if api_keys::count_api_keys(&mut tx, ctx.workspace).await? >= most {
        let message = format!("A workspace has at most {most} keys: revoke one that is not used.");
        return Err(AppError::invalid("name", message));
    }
    let new = NewApiKey {
        workspace: ctx.workspace,
        id,
        name: &input.name,
        kind: input.kind,
        prefix: &secret[..SHOWN_CHARS],
        hash: &hash_token(&secret),
        scopes: &input.scopes,
        allowed_origins: &input.allowed_origins,
        created_by: ctx.user(),
        expires_at,
    };
    api_keys::insert_api_key(&mut tx, &new).await.map_err(|error| {
        if error.is_constraint("api_keys_name") {
            return AppError::invalid("name", "There is a key with this name already.");
        }
        error.into()
    })?;
    let detail = json!({
        "name": input.name, "kind": input.kind, "scopes": input.scopes,
        "origins": input.allowed_origins, "expires_at": expires_at,
    });
    tx.commit_audited(Action::ApiKeyCreated, id, detail).await?;
    Ok(secret)
}

/// Gives a key another secret and answers it; the one before works for a while, or no longer, and then
/// neither do those before it.
pub async fn rotate(ctx: &Ctx, id: ApiKeyId, overlap: Overlap) -> Result<String> {
    ctx.require(Permission::PeopleManage)?;
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let key = api_keys::lock_api_key(&mut tx, ctx.workspace, id, ctx.now).await?;
    let key = key.ok_or_else(|| {
        AppError::invalid("key", "This key is revoked or expired: make a new one instead.")
    })?;
    // The new secret is told to them: it opens no door that is shut to them.
    within(ctx, "key", PermissionSet::of_scopes(&key.scopes))?;
    if overlap == Overlap::None {
        api_keys::end_old_secrets(&mut tx, ctx.workspace, id).await?;
    } else if key.old >= OLD_SECRETS_MAX {
        let text = "Three old secrets of this key work still. End them first.";
        return Err(AppError::invalid("key", text));
    }
    let secret = format!("{}{}", key.kind.prefix(), random_token());
    let until = (overlap != Overlap::None).then(|| ctx.now + overlap.length());
    let new = (&secret[..SHOWN_CHARS], hash_token(&secret));
    api_keys::replace_secret(&mut tx, ctx.workspace, id, (new.0, &new.1), until).await?;
    let detail = json!({"name": key.name, "old": key.prefix, "old_works_until": until});
    tx.commit_audited(Action::ApiKeyRotated, id, detail).await?;
    Ok(secret)
}

/// Ends the old secrets of a key before their time.
pub async fn end_old_secrets(ctx: &Ctx, id: ApiKeyId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let key = api_keys::lock_api_key(&mut tx, ctx.workspace, id, ctx.now).await?;
    let key = key.ok_or(AppError::NotFound)?;
    let ended = api_keys::end_old_secrets(&mut tx, ctx.workspace, id).await?;
    let detail = json!({"name": key.name, "ended": ended});
    tx.commit_audited(Action::ApiKeyOldSecretsEnded, id, detail).await
}

/// Revokes a key: the REST API refuses it at once, the way in for events within five seconds.
pub async fn revoke(ctx: &Ctx, id: ApiKeyId) -> Result<()> {
    let mut tx = ctx.transaction(Permission::PeopleManage).await?;
    let revoked = api_keys::revoke_api_key(&mut tx, ctx.workspace, id, ctx.now).await?;
    let name = revoked.ok_or(AppError::NotFound)?;
    tx.commit_audited(Action::ApiKeyRevoked, id, json!({"name": name})).await
}
