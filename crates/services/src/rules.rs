//! What a workspace knows of its own ids and phone numbers: values that identify nobody there, and
//! the country of numbers without one. Asked with every event, changed seldom.

use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::customer_search::Search;
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::limits::{EXTERNAL_ID_CHARS, NOBODY_IDS_MAX};
use rapport_domain::{AppError, Permission, WorkspaceId, nobody, text};
use rapport_store::workspaces;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use rapport_store::workspaces::IdentityRules;

/// How long rules are believed: other servers hear of a change that much later.
const AGE: Duration = Duration::from_secs(5);
const KEPT_MAX: usize = 10_000;

type Kept = HashMap<WorkspaceId, (Instant, Arc<IdentityRules>)>;
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// The workspace's rules.
pub(crate) async fn of(ctx: &Ctx) -> Result<Arc<IdentityRules>> {
    let known = {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&ctx.workspace).filter(|(at, _)| at.elapsed() < AGE).map(|(_, r)| r.clone())
    };
    if let Some(rules) = known {
        return Ok(rules);
    }
    let rules = Arc::new(ctx.store.identity_rules(ctx.workspace).await?);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT_MAX {
        kept.clear();
    }
    kept.insert(ctx.workspace, (Instant::now(), rules.clone()));
    Ok(rules)
}

/// The key as this workspace means it: a phone number with the workspace's country where it has
/// none. `None` when it identifies nobody here.
pub(crate) fn apply(rules: &IdentityRules, key: Key) -> Option<Key> {
    if nobody::is_among(&rules.nobody_ids, &key.value) {
        return None;
    }
    let value = match key.kind {
        IdentifierKind::Phone => {
            rapport_domain::phone::with_country(&key.value, rules.phone_country.as_deref())
        }
        _ => key.value,
    };
    Some(Key { value, ..key })
}

/// The same of all keys of a request; one that identifies nobody is refused.
pub(crate) async fn checked(ctx: &Ctx, keys: Vec<Key>) -> Result<Vec<Key>> {
    if keys.is_empty() {
        return Ok(keys);
    }
    let rules = of(ctx).await?;
    let mut checked: Vec<Key> = Vec::with_capacity(keys.len());
    for key in keys {
        let field = key.kind.as_str();
        let named = key.value.clone();
        let refused =
            || AppError::invalid(field, format!("“{named}” identifies nobody in this workspace."));
        let key = apply(&rules, key).ok_or_else(refused)?;
        if !checked.contains(&key) {
            checked.push(key);
        }
    }
    Ok(checked)
}

/// What was typed to find somebody: a number is stored with its country, and is typed without.
pub(crate) async fn search(ctx: &Ctx, q: &str) -> Result<Option<Search>> {
    let Some(mut search) = Search::parse(q) else { return Ok(None) };
    if search.exact.iter().any(|key| key.kind == IdentifierKind::Phone) {
        let rules = of(ctx).await?;
        let whole = search.exact.iter().filter_map(|key| apply(&rules, key.clone()));
        let new: Vec<_> = whole.filter(|key| !search.exact.contains(key)).collect();
        search.exact.extend(new);
    }
    Ok(Some(search))
}

/// The rules, for the page that changes them.
pub async fn get(ctx: &Ctx) -> Result<IdentityRules> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.identity_rules(ctx.workspace).await?)
}

/// Sets the rules. What was stored before stays as it is.
pub async fn set(ctx: &Ctx, nobody_ids: &[String], phone_country: &str) -> Result<()> {
    ctx.require(Permission::SettingsWrite)?;
    let mut ids: Vec<String> = Vec::new();
    for id in nobody_ids {
        let Some(id) = text::optional_line("nobody_ids", Some(id), EXTERNAL_ID_CHARS)? else {
            continue;
        };
        if !nobody::is_among(&ids, &id) {
            ids.push(id);
        }
    }
    if ids.len() > NOBODY_IDS_MAX {
        return Err(AppError::invalid("nobody_ids", format!("At most {NOBODY_IDS_MAX} fit.")));
    }
    let country = Some(phone_country.trim().to_uppercase()).filter(|c| !c.is_empty());
    if country.as_deref().is_some_and(|c| !rapport_domain::phone::is_country(c)) {
        let message = "Two letters of ISO 3166, such as DE, US or GB.";
        return Err(AppError::invalid("phone_country", message));
    }
    let rules = IdentityRules { nobody_ids: ids, phone_country: country };
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    workspaces::set_identity_rules(&mut tx, ctx.workspace, &rules).await?;
    let detail = json!({"nobody_ids": rules.nobody_ids, "phone_country": rules.phone_country});
    tx.commit_audited(Action::IdentityRulesChanged, "identity_rules", detail).await?;
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).remove(&ctx.workspace);
    Ok(())
}
