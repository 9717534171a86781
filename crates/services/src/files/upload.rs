//! Files that agents choose for a message: they wait until it is written.

use super::kind::content_type;
use super::shown;
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use rapport_domain::message::{Attachment, Desk, MessageMode, Upload, UploadRefusal};
use rapport_domain::ticket::Channel;
use rapport_domain::{
    AppError, AttachmentId, CustomerId, MessageId, Permission, UserId, limits, markdown,
};
use rapport_store::files::Writing;
use rapport_store::messages::{self, FileRow, InsertUpload, UploadPlace, Waiting};
use rapport_store::{Tx, tickets};
use std::pin::pin;

/// A file that somebody chose.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    pub desk: Desk,
    pub mode: MessageMode,
    pub file_name: &'a str,
    /// What the browser takes it for.
    pub declared: Option<&'a str>,
}

/// Stores a file for a message that is not written yet. It is refused with [`UploadRefusal`] as soon as it is larger
/// than what its message may still carry: 20 files, 25 MB together, 18 MB where it leaves by
/// e-mail; and 200 MB of one person in all tickets.
///
/// # Errors
/// Those about `file` say what to do; an error of `body` is passed on.
pub async fn upload(
    ctx: &Ctx,
    new: NewUpload<'_>,
    body: impl Stream<Item = Result<Bytes>>,
) -> Result<Attachment> {
    ctx.require(Permission::TicketsWrite)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    let (place, channel) = place(ctx, new.desk).await?;
    let by_mail = new.mode == MessageMode::Reply && channel != Channel::Chat;
    let cap = if by_mail { limits::UPLOADS_MAIL_BYTES } else { limits::UPLOADS_BYTES };
    let waiting = ctx.store.waiting_uploads(ctx.workspace, user, place, new.mode).await?;
    let room = room(waiting, cap)?;
    let id = AttachmentId::generate();
    ctx.store.expect_files(ctx.workspace, &[id]).await?;
    let mut writing = ctx.store.files().write(ctx.workspace, id);
    if let Err(error) = fill(&mut writing, body, room, by_mail).await {
        // What stays behind is removed with the other orphaned files.
        if let Err(error) = writing.abort().await {
            tracing::warn!(%error, "an upload was not taken back");
        }
        return Err(error);
    }
    let stored = writing.finish().await?;
    if stored.size == 0 {
        return Err(UploadRefusal::Empty.into());
    }
    let name = rapport_mail::clean_file_name(new.file_name);
    let file_name = if name.is_empty() { "attachment".to_string() } else { name };
    let content_type = content_type(&stored.head, new.declared, &file_name);
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    // Several at once are counted one after the other.
    messages::lock_uploads(&mut tx, ctx.workspace, user).await?;
    let waiting = messages::waiting(&mut tx, ctx.workspace, user, place, new.mode).await?;
    if stored.size > self::room(waiting, cap)? {
        return Err(too_large(by_mail).into());
    }
    let insert = InsertUpload {
        id,
        place,
        user,
        mode: new.mode,
        file_name: &file_name,
        content_type: &content_type,
        size_bytes: stored.size,
        sha256: &stored.sha256,
    };
    messages::insert_upload(&mut tx, ctx.workspace, &insert).await?;
    tx.commit(Recorded::Own).await?;
    Ok(Attachment { id, file_name, content_type, size_bytes: stored.size, url: None })
}

/// Where the file waits, and the way that its ticket came.
async fn place(ctx: &Ctx, desk: Desk) -> Result<(UploadPlace, Channel)> {
    let mut tx = ctx.transaction(Permission::TicketsWrite).await?;
    match desk {
        Desk::Ticket(number) => {
            let ticket = messages::ticket_place(&mut tx, ctx.workspace, number).await?;
            Ok((UploadPlace::Ticket(ticket.id), ticket.channel))
        }
        Desk::NewTicket(customer) => {
            // Whoever is merged meanwhile gets it as the one they became.
            tickets::lock_customer(&mut tx, ctx.workspace, customer).await?;
            Ok((UploadPlace::NewTicket(customer), Channel::Email))
        }
    }
}

/// The files of one's own that wait for a ticket which a customer is going to get.
pub async fn for_new_ticket(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Upload>> {
    ctx.require(Permission::TicketsWrite)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    Ok(ctx.store.uploads_for_new_ticket(ctx.workspace, user, customer).await?)
}

/// Takes an upload of one's own back. `NotFound` once it went with a message.
pub async fn take_back(ctx: &Ctx, id: AttachmentId) -> Result<()> {
    ctx.require(Permission::TicketsWrite)?;
    let user = ctx.user().ok_or(AppError::Forbidden)?;
    match ctx.store.delete_upload(ctx.workspace, user, id).await? {
        true => Ok(()),
        false => Err(AppError::NotFound),
    }
}

/// Bytes that may still come.
fn room(waiting: Waiting, cap: usize) -> Result<i64> {
    let bytes = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if waiting.files >= bytes(limits::UPLOADS_MAX) {
        return Err(UploadRefusal::TooMany.into());
    }
    let everywhere = bytes(limits::UPLOADS_WAITING_BYTES) - waiting.bytes_everywhere;
    if everywhere <= 0 {
        return Err(UploadRefusal::Elsewhere.into());
    }
    Ok((bytes(cap) - waiting.bytes).min(everywhere))
}

fn too_large(by_mail: bool) -> UploadRefusal {
    if by_mail { UploadRefusal::TooLargeForMail } else { UploadRefusal::TooLarge }
}

async fn fill(
    writing: &mut Writing,
    body: impl Stream<Item = Result<Bytes>>,
    room: i64,
    by_mail: bool,
) -> Result<()> {
    let mut body = pin!(body);
    while let Some(bytes) = body.next().await {
        if writing.write(bytes?).await? > room {
            return Err(too_large(by_mail).into());
        }
    }
    Ok(())
}

/// Bytes of a file in a mail: base64 in lines of 76, and the headers of its part.
fn encoded_size(bytes: i64) -> i64 {
    bytes / 57 * 78 + 2_000
}

/// Gives the named uploads of a kind to a message. Those that its text shows as
/// pictures get a Content-ID where the message leaves as a mail, in which all of it must fit.
pub(crate) async fn attach(
    tx: &mut Tx,
    ctx: &Ctx,
    message: MessageId,
    place: UploadPlace,
    to: Attached<'_>,
) -> Result<()> {
    let Attached { mode, ids, text, by_mail } = to;
    if ids.is_empty() {
        return Ok(());
    }
    let user: UserId = ctx.user().ok_or(AppError::Forbidden)?;
    let mut named: Vec<AttachmentId> = Vec::new();
    ids.iter().for_each(|id| {
        if !named.contains(id) {
            named.push(*id)
        }
    });
    if named.len() > 2 * limits::UPLOADS_MAX {
        return Err(AppError::invalid("attachments", UploadRefusal::TooMany.label()));
    }
    let found = messages::lock_named_uploads(tx, ctx.workspace, user, place, &named).await?;
    if found.len() < named.len() {
        let message = "A file of this message is no longer here. Take it off, or choose it again.";
        return Err(AppError::invalid("attachments", message));
    }
    let files: Vec<FileRow> =
        found.into_iter().filter(|(_, m)| *m == mode).map(|(file, _)| file).collect();
    if by_mail {
        let words = i64::try_from(text.len()).unwrap_or(i64::MAX).saturating_mul(6);
        let size = files.iter().map(|f| encoded_size(f.size_bytes)).sum::<i64>() + words;
        if size > limits::EMAIL_BYTES as i64 {
            return Err(AppError::invalid("attachments", too_large(true).label()));
        }
    }
    let pictures = markdown::pictures(text);
    let placed = files.iter().map(|file| {
        let inside = by_mail && pictures.contains(&file.id) && shown(file).thumb().is_some();
        (file.id, inside.then(|| format!("{}@rapport", file.id)))
    });
    let placed: Vec<_> = placed.collect();
    Ok(messages::attach_uploads(tx, ctx.workspace, message, &placed).await?)
}

/// What goes with a message, and how that leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attached<'a> {
    pub mode: MessageMode,
    pub ids: &'a [AttachmentId],
    pub text: &'a str,
    pub by_mail: bool,
}
