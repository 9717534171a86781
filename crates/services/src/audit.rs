//! Writing the audit log in the transaction of the change it tells of.

use crate::ctx::now;
use crate::{Actor, Ctx, Result};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_store::Tx;
use rapport_store::audit::Entry;
use serde_json::{Value, json};

/// Past instants that are later than this are now, a moment later.
const HISTORY: TimeDelta = TimeDelta::minutes(1);

/// Writes down that the actor did `action` to `object`. The log tells what happened here: a key that acts for somebody
/// else, or tells of the past, is named itself, at the time when it did so, with what it said beside.
pub(crate) async fn record(
    ctx: &Ctx,
    tx: &mut Tx,
    action: Action,
    object: &str,
    mut detail: Value,
) -> Result<()> {
    let (actor_kind, actor_id) = match (&ctx.actor, ctx.key) {
        (Actor::ApiKey { id, .. }, _) => ("api_key", Some(id.0)),
        (Actor::User(_), Some(key)) => ("api_key", Some(key.0)),
        (Actor::User(viewer), None) => ("user", Some(viewer.user.0)),
        (Actor::Operator, _) => ("operator", None),
        (Actor::Browser | Actor::System { .. }, _) => ("system", None),
    };
    let at = now();
    if let Some(detail) = detail.as_object_mut() {
        if ctx.key.is_some() && ctx.user().is_some() {
            detail.insert("in_the_name_of".into(), ctx.actor_name().into());
        }
        if at - ctx.now > HISTORY {
            detail.insert("said_to_be_at".into(), json!(ctx.now));
        }
    }
    let entry = Entry { at, actor_kind, actor_id, action, object, detail, address: &ctx.address };
    Ok(rapport_store::audit::record(tx, ctx.workspace, &entry).await?)
}
