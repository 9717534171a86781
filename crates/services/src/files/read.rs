//! Reading a file.

use crate::{Ctx, Result};
use rapport_domain::message::Attachment;
use rapport_domain::{AttachmentId, Permission};
use rapport_store::files::Bytestream;
use rapport_store::messages::FileRow;
use std::ops::Range;

/// A file that is there: what it is, and the way to its bytes.
#[derive(Debug)]
pub struct Opened {
    ctx: Ctx,
    row: FileRow,
}

/// Opens a file that came with a message, or an upload of one's own.
pub async fn open(ctx: &Ctx, id: AttachmentId) -> Result<Opened> {
    ctx.require(Permission::TicketsRead)?;
    let row = ctx.store.attachment(ctx.workspace, id, ctx.user()).await?;
    Ok(Opened { ctx: ctx.clone(), row })
}

impl Opened {
    /// What people are shown of it.
    pub fn about(&self) -> Attachment {
        shown(&self.row)
    }

    /// Its bytes, or part of them, as they come.
    pub async fn bytes(self, range: Option<Range<u64>>) -> Result<Bytestream> {
        Ok(self.ctx.store.file_stream(self.ctx.workspace, self.row, range).await?)
    }
}

/// A stored file as people are shown it.
pub fn shown(row: &FileRow) -> Attachment {
    Attachment {
        id: row.id,
        file_name: row.file_name.clone(),
        content_type: row.content_type.clone(),
        size_bytes: row.size_bytes,
        url: None,
    }
}
