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

/// The cleaned HTML of a message as it is shown: its own pictures written into it, for the page
/// is sandboxed and may fetch none; its signature and the thread that it quotes folded.
pub async fn message_html(ctx: &Ctx, id: MessageId) -> Result<String> {
    ctx.require(Permission::Read)?;
    let row = ctx.store.message_html(ctx.workspace, id, PICTURE_BYTES).await?;
    let picture = |wanted: &str| {
        let (_, kind, data) = row.pictures.iter().find(|(id, ..)| id == wanted)?;
        Some(format!("data:{kind};base64,{}", STANDARD.encode(data)))
    };
    let folded = rapport_mail::fold_quote(&rapport_mail::fold_signature(&row.html));
    Ok(rapport_mail::place_pictures(&folded, picture))
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
