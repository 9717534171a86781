//! E-mail that comes in: stored first, then read, then filed.
//!
//! Every way in ends here: [`store_mail`] commits the bytes, whoever brought them finds out
//! what it can about the sender, and [`file_mail`] makes a message of them. What lies between
//! the two when the server stops is filed later, by [`unfiled`].

mod content;
mod file;
mod forwarded;
mod known;
mod message;
mod people;
mod reparse;
mod report;

pub use known::plain as plain_address;
pub use reparse::reparse;

use crate::transaction::Recorded;
use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::message::{Envelope, InboundEmail, MailSource, Verdicts};
use rapport_domain::{AppError, Permission, RawEmailId, WorkspaceId, limits};
use rapport_mail::{MailKind, ParsedEmail, Unreadable};
use rapport_store::messages::{self, InsertRaw, StoredRaw};
use rapport_store::{Store, Tx};
use sha2::{Digest, Sha256};

/// How long whoever stored a mail has to file it before somebody else does.
const FILING_TIME: TimeDelta = TimeDelta::minutes(2);
/// How often filing is tried before a mail is shown as one that cannot be read.
const ATTEMPTS_MAX: i32 = 10;

/// A mail and how it came.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// RFC 5322, as it arrived.
    pub raw: Vec<u8>,
    pub source: MailSource,
    pub envelope: Envelope,
    /// For mailboxes that are imported; live mail is received now. The Date header says when a
    /// message was sent, never what is new to read.
    pub received_at: Option<DateTime<Utc>>,
}

impl Arrived {
    /// A mail without an envelope, received now.
    pub fn now(raw: Vec<u8>, source: MailSource) -> Self {
        Self { raw, source, envelope: Envelope::default(), received_at: None }
    }
}

/// A mail that is safe: its bytes are committed, or are in the caller's transaction.
#[derive(Debug, Clone)]
pub struct StoredMail {
    pub id: RawEmailId,
    pub raw: Vec<u8>,
    pub received_at: DateTime<Utc>,
    pub source: MailSource,
    pub envelope: Envelope,
}

/// Takes in a mail whose sender nobody checked. Whatever it is, it ends as a message that
/// somebody sees: what cannot be read is filed with its raw text. The same mail again gets the
/// same answer.
pub async fn inbound_email(
    ctx: &Ctx,
    raw: Vec<u8>,
    received_at: Option<DateTime<Utc>>,
) -> Result<InboundEmail> {
    let arrived = Arrived { received_at, ..Arrived::now(raw, MailSource::Http) };
    let mail = store_mail(ctx, arrived).await?;
    file_mail(ctx, mail, Verdicts::default()).await
}

/// Stores a mail and commits it. Refuses what is empty, over 25 MB, or addressed to more than
/// 1,000 people.
pub async fn store_mail(ctx: &Ctx, arrived: Arrived) -> Result<StoredMail> {
    let mut tx = ctx.transaction(Permission::MailWrite).await?;
    let mail = store_mail_in(&mut tx, ctx, arrived).await?;
    tx.commit(Recorded::Received).await?;
    Ok(mail)
}

/// The same in a transaction that also notes where the mail was taken from.
pub async fn store_mail_in(tx: &mut Tx, ctx: &Ctx, arrived: Arrived) -> Result<StoredMail> {
    ctx.require(Permission::MailWrite)?;
    let Arrived { raw, source, envelope, received_at } = arrived;
    if raw.is_empty() {
        return Err(AppError::invalid("raw", "The e-mail is empty."));
    }
    if raw.len() > limits::EMAIL_BYTES {
        return Err(AppError::invalid("raw", "An e-mail may have at most 25 MB."));
    }
    let (raw, looked) = aside(raw, |raw| {
        let recipients = rapport_mail::count_recipients(raw);
        (recipients, Sha256::digest(raw), body_sha256(raw))
    })
    .await?;
    let (recipients, sha256, body_sha256) = looked;
    if recipients > limits::EMAIL_RECIPIENTS_MAX {
        return Err(AppError::invalid("raw", "An e-mail may name at most 1,000 recipients."));
    }
    let received_at = received_at.unwrap_or(ctx.now).min(ctx.now);
    let insert = InsertRaw {
        received_at,
        sha256: &sha256,
        body_sha256: &body_sha256,
        raw: &raw,
        source,
        envelope: &envelope,
    };
    let id = messages::insert_raw(tx, ctx.workspace, &insert).await?;
    Ok(StoredMail { id, raw, received_at, source, envelope })
}

/// Reads a stored mail and files it: into the ticket that it answers, else into a new one; a
/// report about a mail of ours goes to that mail. Filing it again changes nothing.
pub async fn file_mail(ctx: &Ctx, mail: StoredMail, verdicts: Verdicts) -> Result<InboundEmail> {
    ctx.require(Permission::MailWrite)?;
    let (raw, mut parsed) = read(mail.raw).await?;
    let mail = StoredMail { raw, ..mail };
    let files = parsed.as_mut().map(|p| std::mem::take(&mut p.attachments)).unwrap_or_default();
    // A mail that comes a second time leaves no second files.
    if !files.is_empty() {
        let mut tx = ctx.transaction(Permission::MailWrite).await?;
        if let Some(before) = messages::lock_raw(&mut tx, ctx.workspace, mail.id).await? {
            return Ok(answer(before, true));
        }
    }
    let known = async {
        match &parsed {
            Ok(parsed) => known::look_up(ctx, parsed, &mail.envelope).await,
            Err(_) => Ok(known::Known::default()),
        }
    };
    let (files, known) = tokio::join!(content::keep_files(ctx, files), known);
    if files.is_err() {
        messages::keep_trying(&ctx.store, ctx.workspace, mail.id, ATTEMPTS_MAX).await?;
    }
    let (files, known) = (files?, known?);
    if let (Ok(parsed), Some(writer)) = (&mut parsed, known.writer.clone()) {
        // A form sends in its own name what a visitor wrote.
        parsed.via = Some(std::mem::replace(&mut parsed.from, writer));
        parsed.reply_to = None;
        if parsed.kind == MailKind::Auto {
            // That a program sent it says nothing of who filled it in.
            parsed.kind = MailKind::Ordinary;
        }
    }
    let mut tx = ctx.transaction(Permission::MailWrite).await?;
    if let Some(before) = messages::lock_raw(&mut tx, ctx.workspace, mail.id).await? {
        return Ok(answer(before, true));
    }
    let filed = match &parsed {
        Ok(parsed) => {
            let filing =
                file::Filing { ctx, mail: &mail, parsed, files: &files, known: &known, verdicts };
            filing.file(&mut tx).await?
        }
        Err(why) => message::unreadable(&mut tx, ctx, &mail, *why).await?,
    };
    let error = parsed.as_ref().err().map(ToString::to_string);
    let state = if error.is_some() { "unreadable" } else { "parsed" };
    messages::set_raw_state(&mut tx, ctx.workspace, mail.id, state, error.as_deref()).await?;
    tx.commit(Recorded::Received).await?;
    Ok(filed)
}

/// Mails of all workspaces that were stored and never filed, at most `limit`, oldest first.
/// The server asks for them by itself: it acts as the system, which owes everybody their mail.
pub async fn unfiled(store: &Store, limit: i64) -> Result<Vec<(WorkspaceId, RawEmailId)>> {
    Ok(store.take_unfiled(crate::ctx::now() - FILING_TIME, limit).await?)
}

/// A mail as it was stored, to be filed; one that failed too often comes back as unreadable.
pub async fn stored_mail(ctx: &Ctx, id: RawEmailId) -> Result<StoredMail> {
    ctx.require(Permission::MailWrite)?;
    let row = ctx.store.raw_email(ctx.workspace, id).await?;
    let mail = StoredMail {
        id,
        raw: row.raw,
        received_at: row.received_at,
        source: row.source,
        envelope: row.envelope,
    };
    if row.attempts > ATTEMPTS_MAX {
        file_as_unreadable(ctx, &mail).await?;
        return Err(AppError::Conflict("This e-mail could not be filed.".into()));
    }
    Ok(mail)
}

async fn file_as_unreadable(ctx: &Ctx, mail: &StoredMail) -> Result<()> {
    let mut tx = ctx.transaction(Permission::MailWrite).await?;
    if messages::lock_raw(&mut tx, ctx.workspace, mail.id).await?.is_none() {
        message::unreadable(&mut tx, ctx, mail, Unreadable::Broken).await?;
    }
    let why = Unreadable::Broken.to_string();
    messages::set_raw_state(&mut tx, ctx.workspace, mail.id, "unreadable", Some(&why)).await?;
    tx.commit(Recorded::Received).await
}

type Parsed = std::result::Result<ParsedEmail, Unreadable>;

async fn read(raw: Vec<u8>) -> Result<(Vec<u8>, Parsed)> {
    aside(raw, rapport_mail::parse).await
}

/// Looks at a mail off the async threads, for 25 MB take a while.
async fn aside<T: Send + 'static>(
    raw: Vec<u8>,
    look: impl FnOnce(&[u8]) -> T + Send + 'static,
) -> Result<(Vec<u8>, T)> {
    let look = move || {
        let seen = look(&raw);
        (raw, seen)
    };
    tokio::task::spawn_blocking(look).await.map_err(|error| {
        tracing::error!(%error, "reading an e-mail failed");
        AppError::Unavailable
    })
}

fn answer(stored: StoredRaw, duplicate: bool) -> InboundEmail {
    InboundEmail {
        ticket_number: stored.number,
        ticket_id: stored.ticket,
        message_id: stored.message,
        customer_id: stored.customer,
        duplicate,
        unreadable: stored.unreadable,
    }
}

/// The hash of what follows the headers, whatever its line ends and last empty lines.
fn body_sha256(raw: &[u8]) -> [u8; 32] {
    let crlf = raw.windows(4).position(|w| w == b"\r\n\r\n").map(|n| n + 4);
    let lf = raw.windows(2).position(|w| w == b"\n\n").map(|n| n + 2);
    let start = [crlf, lf].into_iter().flatten().min().unwrap_or(raw.len());
    let body = raw[start..].trim_ascii_end();
    let mut hash = Sha256::new();
    for part in body.split(|b| *b == b'\r') {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_a_mail_came_does_not_change_its_body() {
        let one = body_sha256(b"Received: a\r\nFrom: x\r\n\r\nHello\r\nyou\r\n");
        assert_eq!(one, body_sha256(b"From: x\n\nHello\nyou"));
        assert_ne!(one, body_sha256(b"From: x\n\nHello\nme"));
        assert_eq!(body_sha256(b"no end"), body_sha256(b""));
    }
}
