//! Recorded sessions: taken in from browsers, kept, watched, forgotten.

mod begin;
mod chunk;
mod json;
mod mask;
mod pack;
mod packs;
mod play;
mod selector;
mod sent;
mod take;

pub use mask::mask;
pub(crate) use pack::{PackRecording, WatchRecordings};
pub use pack::{pack as pack_now, watch as look_after};
pub(crate) use packs::GatherRecordings;
pub use packs::gather;
pub use play::{Events, Watched, Window, events, watch};
pub use sent::{Sent, Taken};
pub use take::take;

use crate::transaction::begin_unattended;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::recording::{Recording, RecordingFilter, Settings, SettingsInput};
use rapport_domain::{
    AppError, AttachmentId, Cursor, CustomerId, Page, Permission, RecordingId, WorkspaceId, limits,
};
use rapport_store::recordings as store;
use rapport_store::{Store, StoreError};
use serde_json::json;

/// What the workspace records, for those who set it.
pub async fn settings(ctx: &Ctx) -> Result<Settings> {
    ctx.require(Permission::SettingsWrite)?;
    Ok(ctx.store.recording_settings(ctx.workspace).await?)
}

/// The same for a recorder, which acts by it.
pub async fn settings_for_recorder(ctx: &Ctx) -> Result<Settings> {
    ctx.require(Permission::EventsWrite)?;
    Ok(ctx.store.recording_settings(ctx.workspace).await?)
}

/// Sets that, for sessions that begin from now on.
pub async fn set_settings(ctx: &Ctx, input: &SettingsInput) -> Result<()> {
    let mut tx = ctx.transaction(Permission::SettingsWrite).await?;
    let settings = input.read()?;
    store::set_settings(&mut tx, ctx.workspace, &settings).await?;
    let detail = serde_json::to_value(&settings).map_err(crate::internal)?;
    tx.commit_audited(Action::RecordingsSet, "workspace", detail).await
}

/// A customer's sessions, the latest first, and those of everybody merged into them.
pub async fn list(
    ctx: &Ctx,
    customer: CustomerId,
    filter: &RecordingFilter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Page<Recording>> {
    ctx.require(Permission::CustomersRead)?;
    let customer = ctx.store.customer(ctx.workspace, customer).await?.id;
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let more = i64::from(limit) + 1;
    let rows = ctx.store.recordings(ctx.workspace, customer, filter, after, more).await?;
    Ok(Page::from_rows(rows, limit, Recording::cursor))
}

/// One session, without watching it.
pub async fn get(ctx: &Ctx, id: RecordingId) -> Result<Recording> {
    ctx.require(Permission::CustomersRead)?;
    Ok(ctx.store.recording(ctx.workspace, id).await?)
}

/// The session of a customer's that ran at an instant.
pub async fn at(
    ctx: &Ctx,
    customer: CustomerId,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<RecordingId> {
    ctx.require(Permission::CustomersRead)?;
    let found = ctx.store.recording_at(ctx.workspace, customer, at).await?;
    found.ok_or(AppError::NotFound)
}

/// Deletes a session for good: its line on the timeline and its bytes go at once. Bytes that the file
/// store does not give up now are removed a day later.
pub async fn delete(ctx: &Ctx, id: RecordingId) -> Result<()> {
    ctx.require(Permission::CustomersDelete)?;
    let files = files_of(&ctx.store, ctx.workspace, id).await?;
    let mut tx = ctx.transaction(Permission::CustomersDelete).await?;
    if !store::delete(&mut tx, ctx.workspace, id, true).await? {
        return Err(AppError::NotFound);
    }
    tx.commit_audited(Action::RecordingDeleted, id, json!({})).await?;
    remove_files(&ctx.store, ctx.workspace, files).await
}

/// The same for one that began although its customer does not want to be recorded: who they are was
/// known a moment later.
async fn withdraw(ctx: &Ctx, id: RecordingId) -> Result<()> {
    let files = files_of(&ctx.store, ctx.workspace, id).await?;
    let mut tx = begin_unattended(&ctx.store).await?;
    store::delete(&mut tx, ctx.workspace, id, true).await?;
    tx.commit().await.map_err(StoreError::from)?;
    remove_files(&ctx.store, ctx.workspace, files).await
}

/// The chunks of a session, and the object that it is packed in.
type Files = (Vec<AttachmentId>, Option<AttachmentId>);

async fn files_of(store: &Store, workspace: WorkspaceId, id: RecordingId) -> Result<Files> {
    let chunks = store.recording_chunks(workspace, id).await?;
    let (packed, _) = store.recording_parts(workspace, id).await?;
    Ok((chunks.into_iter().map(|chunk| chunk.file).collect(), packed))
}

async fn remove_files(
    store: &Store,
    workspace: WorkspaceId,
    (chunks, packed): Files,
) -> Result<()> {
    pack::remove(store, workspace, chunks).await;
    if let Some(file) = packed {
        packs::leave(store, workspace, file).await?;
    }
    Ok(())
}

/// Whether a customer is recorded when their browser comes along.
pub async fn refuses(ctx: &Ctx, customer: CustomerId) -> Result<bool> {
    ctx.require(Permission::CustomersRead)?;
    let customer = ctx.store.customer(ctx.workspace, customer).await?.id;
    Ok(ctx.store.refuses_recording(ctx.workspace, customer).await?)
}

/// Notes that a customer does not want to be recorded, or wants to be again.
pub async fn set_refuses(ctx: &Ctx, customer: CustomerId, refuses: bool) -> Result<()> {
    ctx.require(Permission::CustomersWrite)?;
    let customer = ctx.store.customer(ctx.workspace, customer).await?.id;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    store::refuse(&mut tx, ctx.workspace, customer, refuses, ctx.now).await?;
    let detail = json!({ "refuses": refuses });
    tx.commit_audited(Action::RecordingsRefused, customer, detail).await
}
