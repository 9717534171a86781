//! Reading a mail again, after Rapport learnt to read it better.

use super::{content, read};
use crate::files::inserts;
use crate::transaction::Recorded;
use crate::{Ctx, Result};
use rapport_domain::message::{MailClass, MailFacts};
use rapport_domain::{AppError, MessageId, Permission};
use rapport_store::messages::{self, Reread};

/// Reads the stored mail of a message again and replaces its words, headers and files. Its
/// ticket, its time and what was found out about its sender stay; nothing is doubled.
///
/// A mail that still cannot be read is left as it is and the error says why.
pub async fn reparse(ctx: &Ctx, id: MessageId) -> Result<()> {
    ctx.require(Permission::MailWrite)?;
    let raw = ctx.store.message_raw(ctx.workspace, id).await?;
    let (_, parsed) = read(raw).await?;
    let mut mail = parsed.map_err(|why| AppError::invalid("raw", why.to_string()))?;
    let files = content::keep_files(ctx, std::mem::take(&mut mail.attachments)).await?;
    let mut tx = ctx.transaction(Permission::MailWrite).await?;
    let raw_id = messages::raw_of_message(&mut tx, ctx.workspace, id).await?;
    let raw_id = raw_id.ok_or(AppError::NotFound)?;
    let before = messages::mail_facts(&mut tx, ctx.workspace, id).await?.unwrap_or_default();
    let headers = content::headers(&mail);
    let reread = Reread {
        author_name: mail.from.name.as_deref().unwrap_or(&mail.from.email),
        author_email: &mail.from.email,
        subject: mail.subject.as_deref(),
        body_text: &mail.text,
        body_html: mail.html.as_deref(),
        headers: &headers,
    };
    messages::replace_content(&mut tx, ctx.workspace, id, &reread).await?;
    messages::insert_attachments(&mut tx, ctx.workspace, id, &inserts(&files)).await?;
    let ours = before.class == MailClass::Loop;
    let read = content::facts(&mail, ours, before.verdicts.clone(), None);
    // Who wrote it was decided when it was filed.
    let facts =
        MailFacts { dated: before.dated, reply_to: before.reply_to, via: before.via, ..read };
    messages::set_mail_facts(&mut tx, ctx.workspace, id, &facts).await?;
    messages::set_raw_state(&mut tx, ctx.workspace, raw_id, "parsed", None).await?;
    tx.commit(Recorded::Received).await
}
