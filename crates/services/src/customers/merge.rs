//! Making one customer of two, by an agent's decision, and taking it back.

use super::move_events::MoveEvents;
use crate::transaction::Recorded;
use crate::{Ctx, Result, audit, fields};
use chrono::TimeDelta;
use rapport_domain::audit::Action;
use rapport_domain::customer::{Customer, CustomerDetails};
use rapport_domain::identity::{IdentifierKind, Key};
use rapport_domain::merge::{self, FieldChoice, MergeForm, MergePreview, Taken};
use rapport_domain::{AppError, CustomerId, MergeId, Permission};
use rapport_queue::{NoPayload, cancel, enqueue};
use rapport_store::customers::{self as store, NewRow};
use rapport_store::merges::{self, NewMerge, UNFOLDED_MAX};
use rapport_store::timeline::{NewEvent, append};
use rapport_store::{Tx, identifiers, suggestions};
use serde_json::json;

/// How long a merge can be taken back.
pub const UNDO_DAYS: i64 = 30;
/// Times that two merges of the same people try to find each other standing.
const ATTEMPTS: usize = 5;

/// What merging `other` into `customer` would bring.
pub async fn preview(ctx: &Ctx, customer: CustomerId, other: CustomerId) -> Result<MergePreview> {
    ctx.require(Permission::CustomersMerge)?;
    let survivor = ctx.store.customer(ctx.workspace, customer).await?;
    let merged = ctx.store.customer(ctx.workspace, other).await?;
    if survivor.id == merged.id {
        return Err(AppError::Conflict("These two are one customer already.".into()));
    }
    Ok(MergePreview::new(survivor.masked(), merged.masked()))
}

/// The same, with the other named by id, external id, e-mail or phone.
pub async fn preview_by(ctx: &Ctx, customer: CustomerId, other: &str) -> Result<MergePreview> {
    use IdentifierKind::{Email, ExternalId, Phone};
    ctx.require(Permission::CustomersMerge)?;
    let other = match other.parse() {
        Ok(id) => id,
        Err(_) => {
            let key = |kind| Key::new(kind, "with", other).ok();
            let keys: Vec<Key> = [ExternalId, Email, Phone].into_iter().filter_map(key).collect();
            let mut tx = ctx.transaction(Permission::CustomersMerge).await?;
            let owners = identifiers::owners(&mut tx, ctx.workspace, &keys).await?;
            let found = owners.first().map(|o| o.customer);
            found.ok_or_else(|| AppError::invalid("with", "No customer matches this."))?
        }
    };
    preview(ctx, customer, other).await
}

/// Merges `form.other` into `customer` in one transaction: identifiers, tickets and notes move,
/// the fields that the form names are taken over, events are read side by side, and the old id
/// leads on. Answers who survives; merging what is one already changes nothing.
pub async fn merge(ctx: &Ctx, customer: CustomerId, form: &MergeForm) -> Result<CustomerId> {
    ctx.require(Permission::CustomersMerge)?;
    for _ in 0..ATTEMPTS {
        let mut tx = ctx.transaction(Permission::CustomersMerge).await?;
        let mut standing = async |id| {
            let found = merges::surviving(&mut tx, ctx.workspace, id).await?;
            found.ok_or(AppError::NotFound)
        };
        let (survivor, merged) = (standing(customer).await?, standing(form.other).await?);
        if survivor == merged {
            return Ok(survivor);
        }
        if merges::lock_pair(&mut tx, ctx.workspace, [survivor, merged]).await?.is_some() {
            write(ctx, &mut tx, survivor, merged, form).await?;
            tx.commit(Recorded::InLog).await?;
            return Ok(survivor);
        }
        // Another merge was faster: look who stands now.
    }
    Err(AppError::Conflict("These customers are being merged right now. Try again.".into()))
}

async fn write(
    ctx: &Ctx,
    tx: &mut Tx,
    survivor: CustomerId,
    merged: CustomerId,
    form: &MergeForm,
) -> Result<()> {
    if merges::unfolded(tx, ctx.workspace, survivor).await? >= UNFOLDED_MAX / 2 {
        let message =
            "Too many customers were merged into this one recently; try again in a few days.";
        return Err(AppError::Conflict(message.into()));
    }
    let into = store::get(tx, ctx.workspace, survivor).await?;
    let from = store::get(tx, ctx.workspace, merged).await?;
    if form.versions.is_some_and(|seen| seen != (into.version, from.version)) {
        return Err(AppError::Conflict(super::STALE.into()));
    }
    let kept = fields::kept(ctx, &into);
    let (details, account, taken) = merge::take(&into, &from, &form.take, &kept);
    let kind = into.kind.max(from.kind);
    let row = NewRow { kind, account, details: &details, now: ctx.now };
    store::update(tx, ctx.workspace, survivor, &row).await?;
    let new = NewMerge {
        survivor,
        merged,
        actor: ctx.actor_name(),
        taken: serde_json::to_value(&taken).map_err(crate::internal)?,
        undo_until: Some(ctx.now + TimeDelta::days(UNDO_DAYS)),
        now: ctx.now,
    };
    let id = merges::merge(tx, ctx.workspace, &new).await?;
    move_events_later(ctx, tx, merged, TimeDelta::days(UNDO_DAYS)).await?;
    suggestions::dismiss(tx, ctx.workspace, (survivor, merged), ctx.now).await?;
    let event = NewEvent::activity(survivor, ctx.now, "customer.merged", ctx.actor_name())
        .title(format!("merged {} into this customer", from.details.name))
        .payload(json!({"merge": id.to_string(), "merged": merged.to_string()}));
    append(tx, ctx.workspace, ctx.now, &[event]).await?;
    let detail = json!({"merged": merged.to_string(), "merge": id.to_string()});
    audit::record(ctx, tx, Action::CustomerMerged, &survivor.to_string(), detail).await
}

/// Plans the move of a merged customer's events.
async fn move_events_later(
    ctx: &Ctx,
    tx: &mut Tx,
    merged: CustomerId,
    wait: TimeDelta,
) -> Result<()> {
    enqueue::<MoveEvents>(tx, ctx.workspace, &merged, &NoPayload {}, ctx.now + wait).await?;
    Ok(())
}

/// A visitor turns out to be somebody known: they were nobody's record, so nothing is asked
/// and nothing is taken back. Their events move soon.
pub(super) async fn join_visitor(
    ctx: &Ctx,
    tx: &mut Tx,
    visitor: CustomerId,
    known: CustomerId,
) -> Result<()> {
    let Some(_) = merges::lock_pair(tx, ctx.workspace, [visitor, known]).await? else {
        // Merged by somebody else at this moment: the next event finds out.
        return Ok(());
    };
    let new = NewMerge {
        survivor: known,
        merged: visitor,
        actor: ctx.actor_name(),
        taken: json!([]),
        undo_until: None,
        now: ctx.now,
    };
    merges::merge(tx, ctx.workspace, &new).await?;
    move_events_later(ctx, tx, visitor, TimeDelta::zero()).await
}

/// Takes a merge back: the merged customer stands by themselves again with what they brought,
/// and fields that were taken over return to what they were, unless somebody changed them
/// since. Possible for [`UNDO_DAYS`] days.
pub async fn undo(ctx: &Ctx, id: MergeId) -> Result<CustomerId> {
    let mut tx = ctx.transaction(Permission::CustomersMerge).await?;
    let found = merges::get(&mut tx, ctx.workspace, id).await?;
    let late = found.undo_until.is_none_or(|until| until < ctx.now);
    if found.undone_at.is_some() || late {
        return Err(AppError::Conflict("This merge can no longer be undone.".into()));
    }
    let survivor = merges::surviving(&mut tx, ctx.workspace, found.merged).await?;
    let survivor = survivor.filter(|s| *s != found.merged).ok_or(AppError::NotFound)?;
    merges::lock_rows(&mut tx, ctx.workspace, [survivor, found.merged]).await?;
    if merges::surviving(&mut tx, ctx.workspace, found.merged).await? != Some(survivor) {
        return Err(AppError::Conflict(super::STALE.into()));
    }
    let before = store::get(&mut tx, ctx.workspace, survivor).await?;
    let taken: Vec<Taken> = serde_json::from_value(found.taken).unwrap_or_default();
    let (details, account) = give_back(&before, &taken);
    let row = NewRow { kind: before.kind, account, details: &details, now: ctx.now };
    store::update(&mut tx, ctx.workspace, survivor, &row).await?;
    merges::undo(&mut tx, ctx.workspace, id, survivor, found.merged, ctx.now).await?;
    cancel::<MoveEvents>(&mut tx, ctx.workspace, &found.merged).await?;
    let event = NewEvent::activity(survivor, ctx.now, "customer.unmerged", ctx.actor_name())
        .title("undid a merge")
        .payload(json!({"merge": id.to_string(), "merged": found.merged.to_string()}));
    append(&mut tx, ctx.workspace, ctx.now, &[event]).await?;
    let detail = json!({"merge": id.to_string()});
    tx.commit_audited(Action::CustomerUnmerged, survivor, detail).await?;
    Ok(found.merged)
}

fn give_back(
    now: &Customer,
    taken: &[Taken],
) -> (CustomerDetails, Option<rapport_domain::AccountId>) {
    let mut details = now.details.clone();
    let mut account = now.account.as_ref().map(|a| a.id);
    for one in taken {
        if one.field == FieldChoice::Account {
            let current = account.map(|a| a.to_string());
            if one.after.as_str() == current.as_deref() {
                account = one.before.as_str().and_then(|id| id.parse().ok());
            }
        } else if merge::value(&details, one.field) == one.after {
            merge::set(&mut details, one.field, &one.before);
        }
    }
    (details, account)
}
