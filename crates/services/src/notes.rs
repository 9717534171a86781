//! Notes on customers and accounts. Authors change their own; admins, and the workspace's
//! own servers, any.

use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::audit::Action;
use rapport_domain::note::{self, NewNote, Note, NoteChange, NoteTarget};
use rapport_domain::{AppError, Cursor, NoteId, Page, Permission, limits};
use rapport_store::Tx;
use rapport_store::notes::NewNoteRow;
use serde_json::json;

/// The notes of a customer or account, newest first.
pub async fn list(
    ctx: &Ctx,
    target: NoteTarget,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Page<Note>> {
    ctx.require(Permission::CustomersRead)?;
    let page = ctx
        .store
        .notes(ctx.workspace, target, after, limit.clamp(1, limits::PAGE_ROWS_MAX))
        .await?;
    // No notes on somebody unknown is an error, not an empty list.
    if page.items.is_empty() && !ctx.store.note_target_exists(ctx.workspace, target).await? {
        return Err(AppError::NotFound);
    }
    Ok(page)
}

/// One note.
pub async fn get(ctx: &Ctx, id: NoteId) -> Result<Note> {
    ctx.require(Permission::CustomersRead)?;
    Ok(ctx.store.note(ctx.workspace, id).await?)
}

/// Writes a note on a customer or account.
pub async fn create(ctx: &Ctx, target: NoteTarget, note: NewNote) -> Result<Note> {
    ctx.require(Permission::CustomersWrite)?;
    let body = note::body(&note.body)?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let row = NewNoteRow {
        id: NoteId::generate(),
        target,
        author: ctx.user(),
        author_name: ctx.actor_name(),
        body: &body,
        at: ctx.now,
    };
    let note = rapport_store::notes::insert(&mut tx, ctx.workspace, &row).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(note)
}

/// Changes a note's text; refused when somebody changed it since.
pub async fn update(ctx: &Ctx, id: NoteId, change: NoteChange) -> Result<Note> {
    ctx.require(Permission::CustomersWrite)?;
    let body = note::body(&change.body)?;
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let known = lock(ctx, &mut tx, id, None).await?;
    // The same once more changes nothing.
    if known.body == body {
        return Ok(known);
    }
    if known.version != change.version {
        return Err(stale());
    }
    let note = rapport_store::notes::update(&mut tx, ctx.workspace, id, &body, ctx.now).await?;
    tx.commit(Recorded::OnTimeline).await?;
    Ok(note)
}

/// Removes a note; with a version, only if nobody changed it since.
pub async fn delete(ctx: &Ctx, id: NoteId, version: Option<i32>) -> Result<()> {
    let mut tx = ctx.transaction(Permission::CustomersWrite).await?;
    let note = lock(ctx, &mut tx, id, version).await?;
    rapport_store::notes::delete(&mut tx, ctx.workspace, id).await?;
    // The text is gone for good; who wrote it and whom it was about is not.
    let detail = json!({"about": note.about, "author": note.author_name, "customer": note.customer, "account": note.account});
    tx.commit_audited(Action::NoteDeleted, id, detail).await
}

/// Takes a note that the actor may change.
async fn lock(ctx: &Ctx, tx: &mut Tx, id: NoteId, version: Option<i32>) -> Result<Note> {
    let note = rapport_store::notes::lock(tx, ctx.workspace, id).await?;
    let own = ctx.user().is_some() && ctx.user() == note.author;
    if !own {
        ctx.require(Permission::NotesModerate)?;
    }
    if version.is_some_and(|v| v != note.version) {
        return Err(stale());
    }
    Ok(note)
}

fn stale() -> AppError {
    AppError::Conflict("Somebody changed this note meanwhile. Nothing was overwritten.".into())
}
