//! Writing the audit log in the transaction of the change it tells of.

use crate::{Actor, Ctx, Result};
use rapport_domain::audit::Action;
use rapport_store::Tx;
use rapport_store::audit::Entry;
use serde_json::Value;

/// Writes down that the actor did `action` to `object`.
pub(crate) async fn record(
    ctx: &Ctx,
    tx: &mut Tx,
    action: Action,
    object: &str,
    detail: Value,
) -> Result<()> {
    let (actor_kind, actor_id) = match &ctx.actor {
        Actor::User(viewer) => ("user", Some(viewer.user.0)),
        Actor::ApiKey { id, .. } => ("api_key", Some(id.0)),
        Actor::Operator => ("operator", None),
        Actor::Browser | Actor::System { .. } => ("system", None),
    };
    let entry =
        Entry { at: ctx.now, actor_kind, actor_id, action, object, detail, address: &ctx.address };
    Ok(rapport_store::audit::record(tx, ctx.workspace, &entry).await?)
}
