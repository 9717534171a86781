//! Mails that the demo keeps instead of sending them.

use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use rapport_domain::{Permission, Uuid};

/// Mails on the outbox's one page.
const SHOWN: i64 = 50;

/// A mail as the list shows it.
#[derive(Debug)]
pub struct Line {
    pub id: Uuid,
    pub sent_at: DateTime<Utc>,
    pub recipients: Vec<String>,
    pub subject: String,
}

/// The newest mails.
pub async fn list(ctx: &Ctx) -> Result<Vec<Line>> {
    ctx.require(Permission::Read)?;
    let mails = ctx.store.outbox(ctx.workspace, SHOWN).await?;
    let line = |mail: rapport_store::outbox::OutboxMail| Line {
        id: mail.id,
        sent_at: mail.sent_at,
        recipients: mail.recipients,
        subject: rapport_mail::peek_subject(&mail.raw).unwrap_or_default(),
    };
    Ok(mails.into_iter().map(line).collect())
}

/// The bytes of one of them, as they would have left.
pub async fn raw(ctx: &Ctx, id: Uuid) -> Result<Vec<u8>> {
    ctx.require(Permission::Read)?;
    Ok(ctx.store.outbox_mail(ctx.workspace, id).await?.raw)
}
