//! Writes files whose rows come in the next transaction.

use super::kind::content_type;
use crate::{Ctx, Result};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use rapport_domain::{AppError, AttachmentId, MessageId, WorkspaceId};
use rapport_store::Store;
use rapport_store::messages::InsertAttachment;
use sha2::{Digest, Sha256};

/// Files of one message that are written at once.
const AT_ONCE: usize = 4;

/// A file as it came.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub file_name: String,
    /// What its sender says it is.
    pub declared: Option<String>,
    pub content_id: Option<String>,
    pub data: Bytes,
}

/// A file that is safe and has no row yet.
#[derive(Debug)]
pub(crate) struct Kept {
    id: AttachmentId,
    file_name: String,
    content_type: String,
    content_id: Option<String>,
    size_bytes: i64,
    sha256: [u8; 32],
}

/// The files of a message, to be stored again with another one.
pub(crate) async fn copies(ctx: &Ctx, message: MessageId) -> Result<Vec<NewFile>> {
    let mut copies = Vec::new();
    for row in ctx.store.message_files(ctx.workspace, message).await? {
        let data = ctx.store.file_bytes(ctx.workspace, &row).await?;
        let (file_name, declared) = (row.file_name, Some(row.content_type));
        copies.push(NewFile { file_name, declared, content_id: None, data });
    }
    Ok(copies)
}

/// Writes files, several at once. What the caller's transaction then does not name is removed a
/// day later.
pub(crate) async fn keep(
    store: &Store,
    workspace: WorkspaceId,
    files: Vec<NewFile>,
) -> Result<Vec<Kept>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<_> = files.into_iter().map(|file| (AttachmentId::generate(), file)).collect();
    let ids: Vec<_> = named.iter().map(|(id, _)| *id).collect();
    store.expect_files(workspace, &ids).await?;
    let kept = stream::iter(named).map(|(id, file)| keep_one(store, workspace, id, file));
    kept.buffered(AT_ONCE).try_collect().await
}

async fn keep_one(
    store: &Store,
    workspace: WorkspaceId,
    id: AttachmentId,
    file: NewFile,
) -> Result<Kept> {
    let data = file.data.clone();
    // Large files take a while; meanwhile their bytes are on their way.
    let hashing = tokio::task::spawn_blocking(move || <[u8; 32]>::from(Sha256::digest(&data)));
    store.files().put(workspace, id, file.data.clone()).await?;
    let sha256 = hashing.await.map_err(|error| {
        tracing::error!(%error, "hashing a file failed");
        AppError::Unavailable
    })?;
    Ok(Kept {
        id,
        content_type: content_type(&file.data, file.declared.as_deref(), &file.file_name),
        file_name: file.file_name,
        content_id: file.content_id,
        size_bytes: i64::try_from(file.data.len()).unwrap_or(i64::MAX),
        sha256,
    })
}

/// The rows of these files.
pub(crate) fn inserts(files: &[Kept]) -> Vec<InsertAttachment<'_>> {
    files.iter().map(insert).collect()
}

fn insert(file: &Kept) -> InsertAttachment<'_> {
    InsertAttachment {
        id: file.id,
        file_name: &file.file_name,
        content_type: &file.content_type,
        content_id: file.content_id.as_deref(),
        size_bytes: file.size_bytes,
        sha256: &file.sha256,
    }
}
