//! What people set for themselves: their name, their picture, and what stands below their answers.

use crate::files::{Unfit, decode};
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, Rgba, RgbaImage};
use rapport_domain::audit::Action;
use rapport_domain::own_account::{OwnSignature, PICTURE_BYTES, PICTURE_SIDE, PictureRefusal};
use rapport_domain::{
    AppError, AttachmentId, MailboxId, Permission, UserId, limits, markdown, text,
};
use rapport_store::own_account::{self as store, NewPicture};
use serde_json::json;
use sha2::{Digest, Sha256};

const JPEG_QUALITY: u8 = 85;

/// Changes one's own name.
pub async fn rename(ctx: &Ctx, name: &str) -> Result<()> {
    let user = me(ctx)?;
    let name = text::required_line("name", name, limits::NAME_CHARS)?;
    if name == ctx.actor_name() {
        return Ok(());
    }
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    store::rename(&mut tx, ctx.workspace, user, &name).await?;
    let detail = json!({"was": ctx.actor_name(), "name": name});
    tx.commit_audited(Action::PersonRenamed, user, detail).await
}

/// Takes a picture of oneself: a square of it is drawn anew, so that nothing of the file is kept but
/// what is seen. What was there before goes.
pub async fn set_picture(
    ctx: &Ctx,
    file: Bytes,
) -> Result<std::result::Result<(), PictureRefusal>> {
    let user = me(ctx)?;
    if file.is_empty() {
        return Ok(Err(PictureRefusal::Empty));
    }
    if file.len() > PICTURE_BYTES {
        return Ok(Err(PictureRefusal::TooLarge));
    }
    let jpeg = match decode(file, square).await? {
        Ok(jpeg) => jpeg,
        Err(Unfit::TooLarge) => return Ok(Err(PictureRefusal::TooManyPixels)),
        Err(Unfit::NoPicture) => return Ok(Err(PictureRefusal::NoPicture)),
    };
    let id = AttachmentId::generate();
    ctx.store.expect_files(ctx.workspace, &[id]).await?;
    ctx.store.files().put(ctx.workspace, id, jpeg.clone().into()).await?;
    let sha256 = Sha256::digest(&jpeg);
    let bytes = i32::try_from(jpeg.len()).map_err(crate::internal)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    let picture = NewPicture { id, bytes, sha256: &sha256 };
    store::set_picture(&mut tx, ctx.workspace, user, Some(&picture)).await?;
    rapport_store::files::rows::settle(&mut tx, ctx.workspace, &[id]).await?;
    tx.commit_audited(Action::PictureSet, user, json!({})).await?;
    Ok(Ok(()))
}

/// Takes one's picture away: the initials are back.
pub async fn remove_picture(ctx: &Ctx) -> Result<()> {
    let user = me(ctx)?;
    let mut tx = ctx.transaction(Permission::WorkspaceRead).await?;
    store::set_picture(&mut tx, ctx.workspace, user, None).await?;
    tx.commit_audited(Action::PictureRemoved, user, json!({})).await
}

/// The picture of a colleague and its id; `None` where they have none.
pub async fn picture(ctx: &Ctx, of: UserId) -> Result<Option<(AttachmentId, Bytes)>> {
    ctx.require(Permission::WorkspaceRead)?;
    let found = ctx.store.picture_of(ctx.workspace, of).await?.ok_or(AppError::NotFound)?;
    let Some(id) = found else { return Ok(None) };
    Ok(Some((id, ctx.store.files().read(ctx.workspace, id).await?)))
}

/// One's signature in each mailbox that can send.
pub async fn signatures(ctx: &Ctx) -> Result<Vec<OwnSignature>> {
    ctx.require(Permission::TicketsReply)?;
    Ok(ctx.store.signatures_of(ctx.workspace, me(ctx)?).await?)
}

/// Sets what stands below one's answers from a mailbox; empty for what the mailbox says.
pub async fn sign(ctx: &Ctx, mailbox: MailboxId, words: &str) -> Result<()> {
    ctx.require(Permission::TicketsReply)?;
    // Forms end their lines with CRLF.
    let words = text::clean(words).replace("\r\n", "\n").trim().to_string();
    if words.chars().count() > limits::SIGNATURE_CHARS {
        let message = format!("At most {} characters fit.", limits::SIGNATURE_CHARS);
        return Err(AppError::invalid("signature", message));
    }
    if !markdown::pictures(&words).is_empty() {
        return Err(AppError::invalid("signature", "A signature cannot hold pictures."));
    }
    let mut tx = ctx.transaction(Permission::TicketsReply).await?;
    if !store::set_signature(&mut tx, ctx.workspace, me(ctx)?, mailbox, &words).await? {
        return Err(AppError::NotFound);
    }
    tx.commit(Recorded::Own).await
}

fn me(ctx: &Ctx) -> Result<UserId> {
    ctx.require(Permission::WorkspaceRead)?;
    ctx.user().ok_or(AppError::Forbidden)
}

/// The middle of a picture as a JPEG, on white where it is transparent.
fn square(picture: &DynamicImage) -> image::ImageResult<Vec<u8>> {
    let middle = picture.resize_to_fill(PICTURE_SIDE, PICTURE_SIDE, FilterType::Triangle);
    let white = RgbaImage::from_pixel(PICTURE_SIDE, PICTURE_SIDE, Rgba([255; 4]));
    let mut drawn = DynamicImage::from(white);
    image::imageops::overlay(&mut drawn, &middle, 0, 0);
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
    drawn.to_rgb8().write_with_encoder(encoder)?;
    Ok(jpeg)
}
