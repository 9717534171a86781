//! What a parsed mail brings along, as it is stored.

use crate::{Ctx, Result};
use rapport_domain::MessageId;
use rapport_domain::message::{HeaderLine, MailClass, MailFacts, Verdicts};
use rapport_mail::{MailKind, ParsedEmail};
use rapport_store::Tx;
use rapport_store::messages::{self, InsertAttachment};

/// The headers in order of arrival.
pub(super) fn headers(mail: &ParsedEmail) -> Vec<HeaderLine> {
    let line =
        |(name, value): &(String, String)| HeaderLine { name: name.clone(), value: value.clone() };
    mail.headers.iter().map(line).collect()
}

/// What is known of the mail besides its words; `ours` is mail that left here before.
pub(super) fn facts(mail: &ParsedEmail, ours: bool, verdicts: Verdicts) -> MailFacts {
    let class = match &mail.kind {
        _ if ours => MailClass::Loop,
        MailKind::Ordinary => MailClass::Ordinary,
        MailKind::Auto => MailClass::Automatic,
        MailKind::Bounce(_) => MailClass::Bounce,
        MailKind::Feedback(_) => MailClass::Complaint,
    };
    MailFacts { class, incomplete: mail.incomplete, verdicts }
}

/// Stores the files of a mail.
pub(super) async fn insert_files(
    tx: &mut Tx,
    ctx: &Ctx,
    message: MessageId,
    mail: &ParsedEmail,
) -> Result<()> {
    for file in &mail.attachments {
        let file = InsertAttachment {
            file_name: &file.file_name,
            content_type: &file.content_type,
            content_id: file.content_id.as_deref(),
            data: &file.data,
        };
        messages::insert_attachment(tx, ctx.workspace, message, &file).await?;
    }
    Ok(())
}
