//! What a parsed mail brings along, as it is stored.

use crate::files::{self, Kept, NewFile};
use crate::{Ctx, Result};
use chrono::{DateTime, TimeDelta, Utc};
use rapport_domain::message::{HeaderLine, MailClass, MailFacts, Verdicts};
use rapport_mail::{Attachment, MailKind, ParsedEmail};

/// How far a sender's clock may be off before that is told.
const CLOCK_OFF: TimeDelta = TimeDelta::days(1);

/// The headers in order of arrival.
pub(super) fn headers(mail: &ParsedEmail) -> Vec<HeaderLine> {
    let line =
        |(name, value): &(String, String)| HeaderLine { name: name.clone(), value: value.clone() };
    mail.headers.iter().map(line).collect()
}

/// What is known of the mail besides its words; `ours` is mail that left here before.
pub(super) fn facts(
    mail: &ParsedEmail,
    ours: bool,
    verdicts: Verdicts,
    received: Option<DateTime<Utc>>,
) -> MailFacts {
    let off = |at: &DateTime<Utc>| received.is_some_and(|r| (r - *at).abs() > CLOCK_OFF);
    let answers = mail.reply_to.as_ref().map(|to| &to.email);
    let class = match &mail.kind {
        _ if ours => MailClass::Loop,
        MailKind::Ordinary => MailClass::Ordinary,
        MailKind::Auto => MailClass::Automatic,
        MailKind::Bounce(_) => MailClass::Bounce,
        MailKind::Feedback(_) => MailClass::Complaint,
    };
    MailFacts {
        class,
        incomplete: mail.incomplete,
        verdicts,
        seal: mail.seal,
        dated: mail.date.filter(off),
        reply_to: answers.filter(|to| **to != mail.from.email).cloned(),
        via: mail.via.as_ref().map(|via| via.email.clone()),
        times: mail.times.clone(),
    }
}

/// Writes the files of a mail, before anything of it is filed.
pub(super) async fn keep_files(ctx: &Ctx, files: Vec<Attachment>) -> Result<Vec<Kept>> {
    let new = |file: Attachment| NewFile {
        file_name: file.file_name,
        declared: Some(file.content_type),
        content_id: file.content_id,
        data: file.data.into(),
    };
    files::keep(&ctx.store, ctx.workspace, files.into_iter().map(new).collect()).await
}
