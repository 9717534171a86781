//! What a message carries besides its text.

use crate::http_client::HttpClient;
use crate::{Ctx, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rapport_domain::message::HeaderLine;
use rapport_domain::{AppError, MessageId, Permission};
use std::collections::HashMap;
use std::time::Duration;

/// Bytes of an inline picture that is shown inside a message's HTML.
const PICTURE_BYTES: i64 = 1_000_000;
/// Bytes of a remote picture.
const REMOTE_PICTURE_BYTES: usize = 5_000_000;
const REMOTE_PICTURE_PATIENCE: Duration = Duration::from_secs(10);

/// A message's HTML, ready to be shown in a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHtml {
    pub html: String,
    /// Remote pictures that are left out.
    pub hidden: usize,
}

/// The cleaned HTML of a message as it is shown: its signature and the thread that it quotes
/// folded, its own pictures written into it. Remote ones come from
/// `/files/messages/{id}/pictures/{n}` when asked for, and else not at all.
pub async fn message_html(ctx: &Ctx, id: MessageId, remote: bool) -> Result<MessageHtml> {
    ctx.require(Permission::TicketsRead)?;
    let row = ctx.store.message_html(ctx.workspace, id, PICTURE_BYTES).await?;
    let known = rapport_mail::remote_pictures(&row.html).len();
    let place = move |n| remote.then(|| format!("/files/messages/{id}/pictures/{n}"));
    let html = rapport_mail::show_pictures(&row.html, place);
    let named = rapport_mail::picture_ids(&row.html);
    let mut pictures = HashMap::new();
    for picture in row.pictures {
        let id = picture.content_id.clone().unwrap_or_default();
        if named.contains(&id) {
            let data = ctx.store.file_bytes(ctx.workspace, &picture).await?;
            let kind = &picture.content_type;
            pictures.insert(id, format!("data:{kind};base64,{}", STANDARD.encode(&data)));
        }
    }
    let own = |wanted: &str| pictures.get(wanted).cloned();
    let folded = rapport_mail::fold_quote(&rapport_mail::fold_signature(&html));
    let html = rapport_mail::place_pictures(&folded, own);
    Ok(MessageHtml { html, hidden: if remote { 0 } else { known } })
}

/// A remote picture of a message, fetched in the reader's stead: type and bytes.
pub async fn message_picture(
    ctx: &Ctx,
    http: &HttpClient,
    id: MessageId,
    n: usize,
) -> Result<(&'static str, Vec<u8>)> {
    ctx.require(Permission::TicketsRead)?;
    let row = ctx.store.message_html(ctx.workspace, id, 0).await?;
    let known = rapport_mail::remote_pictures(&row.html);
    let address = known.get(n).ok_or(AppError::NotFound)?;
    let picture = http.picture(address, REMOTE_PICTURE_BYTES, REMOTE_PICTURE_PATIENCE).await;
    picture.map_err(|_| AppError::NotFound)
}

/// Every header of a message, as it arrived.
pub async fn message_headers(ctx: &Ctx, id: MessageId) -> Result<Vec<HeaderLine>> {
    ctx.require(Permission::TicketsRead)?;
    Ok(ctx.store.message_headers(ctx.workspace, id).await?)
}

/// The e-mail as it arrived.
pub async fn message_raw(ctx: &Ctx, id: MessageId) -> Result<Vec<u8>> {
    ctx.require(Permission::TicketsRead)?;
    Ok(ctx.store.message_raw(ctx.workspace, id).await?)
}
