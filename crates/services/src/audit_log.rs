//! The audit log as people read it, seal it and keep it.

use crate::job_env::JobEnv;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::audit_log::{AuditLine, AuditQuery};
use rapport_domain::{AccountId, ApiKeyId, AppError, CustomerId, Permission, UserId, WorkspaceId};
use rapport_queue::{JobError, Next, Periodic};
use rapport_store::{Store, StoreError, audit_log as store};
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

/// Lines of a page, and of a piece of an export.
const PAGE: usize = 50;
const PIECE: i64 = 1_000;
/// Lines of one seal.
const SEALED: i32 = 1_000;
/// Seals that are looked at together.
const SEALS: i64 = 50;
/// Days that the log can be kept.
const DAYS: std::ops::RangeInclusive<i32> = 30..=3650;

/// A page of the log, and whether more follow.
#[derive(Debug)]
pub struct AuditPage {
    pub lines: Vec<AuditLine>,
    pub more: bool,
    pub days: i32,
    /// Names of the people, customers, accounts and keys that lines are about, by the id in the line; those
    /// alone that the reader may see.
    pub names: HashMap<String, String>,
}

/// A page of the log, newest first.
pub async fn page(ctx: &Ctx, query: &AuditQuery) -> Result<AuditPage> {
    ctx.require(Permission::DataExport)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut lines = lines(ctx, query, limit).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let names = names(ctx, &lines).await?;
    let days = ctx.store.audit_log_days(ctx.workspace).await?;
    Ok(AuditPage { lines, more, days, names })
}

/// Lines about an object are found by its id, and by the name of whom the reader may know.
async fn lines(ctx: &Ctx, query: &AuditQuery, limit: i64) -> Result<Vec<AuditLine>> {
    let mut objects = Vec::new();
    if let Some(name) = &query.object {
        objects.push(name.clone());
        let named =
            ctx.store.named(ctx.workspace, name, ctx.may(Permission::CustomersRead)).await?;
        objects.extend(named);
    }
    Ok(ctx.store.audit_lines(ctx.workspace, query, &objects, limit).await?)
}

async fn names(ctx: &Ctx, lines: &[AuditLine]) -> Result<HashMap<String, String>> {
    let customers = ctx.may(Permission::CustomersRead);
    let id = |text: &str| {
        let person = text.parse().map(|UserId(id)| id).ok();
        let person = person.or_else(|| text.parse().map(|ApiKeyId(id)| id).ok());
        let customer = || text.parse().map(|CustomerId(id)| id).ok();
        let account = || text.parse().map(|AccountId(id)| id).ok();
        person.or_else(|| customer().or_else(account).filter(|_| customers))
    };
    let objects = lines.iter().map(|line| line.object.as_str());
    let objects: HashMap<_, _> = objects.filter_map(|text| Some((id(text)?, text))).collect();
    let ids: Vec<_> = objects.keys().copied().collect();
    let found = ctx.store.names_of(ctx.workspace, &ids).await?;
    let named = |(id, name)| Some(((*objects.get(&id)?).to_string(), name));
    Ok(found.into_iter().filter_map(named).collect())
}

/// Notes that somebody takes the log out, before they do.
pub async fn begin_export(ctx: &Ctx, query: &AuditQuery) -> Result<()> {
    let tx = ctx.transaction(Permission::DataExport).await?;
    let detail = json!({
        "person": query.person, "action": query.action, "object": query.object,
        "from": query.from, "to": query.to,
    });
    tx.commit_audited(Action::AuditExported, ctx.workspace, detail).await
}

/// The next lines of an export; none at its end.
pub async fn piece(ctx: &Ctx, query: &AuditQuery) -> Result<Vec<AuditLine>> {
    ctx.require(Permission::DataExport)?;
    lines(ctx, query, PIECE).await
}

/// Sets how many days the log is kept.
pub async fn set_days(ctx: &Ctx, days: i32) -> Result<()> {
    if !DAYS.contains(&days) {
        return Err(AppError::invalid("days", "Choose between 30 and 3,650 days."));
    }
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    store::set_days(&mut tx, ctx.workspace, days).await?;
    tx.commit_audited(Action::AuditDaysSet, ctx.workspace, json!({ "days": days })).await
}

/// Seals new lines, and forgets old ones.
pub(crate) struct KeepAuditLog;

impl Periodic for KeepAuditLog {
    type Env = JobEnv;
    const NAME: &'static str = "seal the audit log";
    const EVERY: Duration = Duration::from_secs(20);

    async fn run(env: &JobEnv) -> std::result::Result<Next, JobError> {
        keep(&env.store).await?;
        Ok(Next::Later)
    }
}

/// Seals what is new in every workspace, and forgets what is older than it keeps.
pub async fn keep(db: &Store) -> std::result::Result<(), StoreError> {
    for workspace in db.workspaces().await? {
        while db.seal_audit_log(workspace, SEALED).await? == SEALED {}
        while db.forget_audit_seal(workspace).await? {}
    }
    Ok(())
}

/// What a look at the chain of seals found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub seals: i64,
    pub lines: i64,
    /// Seals whose lines were old and are gone.
    pub forgotten: i64,
    /// Lines that wait for the next seal.
    pub unsealed: i64,
    /// The newest hash: whoever keeps it elsewhere finds out should all be made anew.
    pub newest: String,
    /// The first seal whose lines are not what they were, and when its newest line was written.
    pub broken: Option<(i64, String)>,
    /// Whether the hash that was expected is among the seals.
    pub expected: bool,
}

/// Looks through the chain of a workspace, from its oldest seal to its newest.
pub async fn verify(
    db: &Store,
    workspace: WorkspaceId,
    expected: Option<&str>,
) -> std::result::Result<Chain, StoreError> {
    let mut chain = Chain {
        seals: 0,
        lines: 0,
        forgotten: 0,
        unsealed: db.unsealed_lines(workspace).await?,
        newest: String::new(),
        broken: None,
        expected: expected.is_none(),
    };
    let (mut after, mut before) = (0, Vec::new());
    loop {
        let seals = db.audit_seals(workspace, after, &before, SEALS).await?;
        let Some(last) = seals.last() else { break };
        (after, before) = (last.n, last.hash.clone());
        for seal in seals {
            let whole =
                seal.forgotten || seal.hash == seal.made && seal.there == i64::from(seal.rows);
            // Numbers without a gap: a seal that is missing takes its lines along.
            let in_order = seal.n == chain.seals + 1;
            chain.seals += 1;
            chain.lines += seal.there;
            chain.forgotten += i64::from(seal.forgotten);
            chain.newest = hex(&seal.hash);
            chain.expected |= expected.is_some_and(|hash| hash.eq_ignore_ascii_case(&chain.newest));
            if !(whole && in_order) && chain.broken.is_none() {
                chain.broken = Some((seal.n, seal.last_at.format("%F %T UTC").to_string()));
            }
        }
    }
    Ok(chain)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
