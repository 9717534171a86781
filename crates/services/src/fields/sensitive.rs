//! Sensitive values: where they leave the server, and that this is written down.

use super::{may_change, may_see};
use crate::ctx::now;
use crate::{Actor, Ctx, Result};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::fields::FieldOwner;
use rapport_domain::stored::{HasFields, Stored};
use rapport_domain::{AppError, Permission};
use rapport_store::{audit, custom_fields as store};
use serde_json::{Value, json};

/// How long a key reads a record without another line in the audit log.
const READ_AGAIN: TimeDelta = TimeDelta::hours(1);

/// The record as its reader gets it: masked for people, who ask for each value, and for keys without the
/// scope; whole for a key with it, which the audit log tells of.
pub(crate) async fn show<T: HasFields>(ctx: &Ctx, stored: Stored<T>) -> Result<T> {
    let key = matches!(ctx.actor, Actor::ApiKey { .. });
    if !key || !may_see(ctx) || !stored.is_sensitive() {
        return Ok(stored.masked());
    }
    note_read(ctx, stored.owner()).await?;
    Ok(stored.whole())
}

/// The keys of those values that the actor cannot put others in the place of.
pub(crate) fn kept<T: HasFields>(ctx: &Ctx, stored: &Stored<T>) -> Vec<String> {
    if may_change(ctx) {
        return Vec::new();
    }
    stored.sensitive_keys().map(String::from).collect()
}

/// Writes down that a key read a record, once an hour.
async fn note_read(ctx: &Ctx, owner: FieldOwner) -> Result<()> {
    let Actor::ApiKey { id, .. } = &ctx.actor else { return Ok(()) };
    let ctx = &today(ctx);
    let mut tx = ctx.transaction(Permission::CustomersSensitive).await?;
    let object = owner.to_string();
    let since = ctx.now - READ_AGAIN;
    let told = audit::is_told(&mut tx, ctx.workspace, Action::FieldsRead, &object, id.0, since);
    if told.await? {
        return Ok(());
    }
    let detail = json!({ "entity": owner.entity() });
    tx.commit_audited(Action::FieldsRead, object, detail).await
}

/// One sensitive value, for somebody who asks to see it; the audit log tells of it in the same
/// transaction. Null where there is none.
pub async fn reveal(ctx: &Ctx, owner: FieldOwner, key: &str) -> Result<Value> {
    ctx.require(match owner {
        FieldOwner::Customer(_) | FieldOwner::Account(_) => Permission::CustomersRead,
        FieldOwner::Ticket(_) => Permission::TicketsRead,
    })?;
    let ctx = &today(ctx);
    let mut tx = ctx.transaction(Permission::CustomersSensitive).await?;
    let def = store::by_key(&mut tx, ctx.workspace, owner.entity(), key).await?;
    if !def.sensitive {
        let message = "This field is not sensitive any more. Reload the page to see its value.";
        return Err(AppError::Conflict(message.into()));
    }
    let (owner, value) = store::value(&mut tx, ctx.workspace, owner, key).await?;
    let detail = json!({ "entity": def.entity, "field": def.key });
    tx.commit_audited(Action::FieldRevealed, owner, detail).await?;
    Ok(value)
}

/// What is read is read now, whatever time a key writes history for.
fn today(ctx: &Ctx) -> Ctx {
    Ctx { now: now(), ..ctx.clone() }
}
