//! What a message carries besides its text.

use crate::{Ctx, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_domain::message::HeaderLine;
use rapport_domain::{AttachmentId, MessageId, Permission};
use rapport_store::messages::FileRow;

/// Bytes of an inline picture that is shown inside a message's HTML.
const PICTURE_BYTES: i64 = 1_000_000;

/// A file that came with a message.
pub async fn attachment(ctx: &Ctx, id: AttachmentId) -> Result<FileRow> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.attachment(ctx.workspace, id).await?)
}

/// The cleaned HTML of a message, its own pictures written into it.
pub async fn message_html(ctx: &Ctx, id: MessageId) -> Result<String> {
    ctx.require(Permission::Read)?;
    let row = ctx.store.message_html(ctx.workspace, id, PICTURE_BYTES).await?;
    let mut html = row.html;
    for (content_id, content_type, data) in &row.pictures {
        // Nothing that could end the attribute: the id is what a stranger chose.
        if content_id.contains(['"', '\'', '<', '>', '&']) {
            continue;
        }
        let picture = format!("src=\"data:{content_type};base64,{}\"", STANDARD.encode(data));
        html = html.replace(&format!("src=\"cid:{content_id}\""), &picture);
    }
    Ok(html)
}

/// Every header of a message, as it arrived.
pub async fn message_headers(ctx: &Ctx, id: MessageId) -> Result<Vec<HeaderLine>> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.message_headers(ctx.workspace, id).await?)
}

/// The e-mail as it arrived.
pub async fn message_raw(ctx: &Ctx, id: MessageId) -> Result<Vec<u8>> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.message_raw(ctx.workspace, id).await?)
}
