//! Mails that the demo keeps instead of sending them.

use crate::{Ctx, Result};
use chrono::{DateTime, Utc};
use rapport_domain::{AppError, Permission, Uuid};

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
    ctx.require(Permission::TicketsRead)?;
    let mails = ctx.store.outbox(ctx.workspace, SHOWN).await?;
    let line = |mail: rapport_store::mail_catcher::CaughtMail| Line {
        id: mail.id,
        sent_at: mail.sent_at,
        recipients: mail.recipients,
        subject: rapport_mail::peek_subject(&mail.raw).unwrap_or_default(),
    };
    Ok(mails.into_iter().map(line).collect())
}

/// A mail as its page shows it.
#[derive(Debug)]
pub struct Mail {
    pub line: Line,
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub text: String,
}

/// One of them, read as its recipients would.
pub async fn open(ctx: &Ctx, id: Uuid) -> Result<Mail> {
    ctx.require(Permission::TicketsRead)?;
    let mail = ctx.store.caught_mail(ctx.workspace, id).await?;
    // We wrote it, so it can be read; were it broken, there is still the raw text.
    let parsed = rapport_mail::parse(&mail.raw).map_err(|_| AppError::NotFound)?;
    let address = |a: &rapport_mail::Address| match a.name.as_deref() {
        Some(name) if !name.is_empty() => format!("{name} <{}>", a.email),
        _ => a.email.clone(),
    };
    Ok(Mail {
        from: address(&parsed.from),
        to: parsed.to.iter().map(address).collect(),
        cc: parsed.cc.iter().map(address).collect(),
        text: parsed.text,
        line: Line {
            id: mail.id,
            sent_at: mail.sent_at,
            recipients: mail.recipients,
            subject: parsed.subject.unwrap_or_else(|| "No subject".into()),
        },
    })
}

/// The bytes of one of them, as they would have left.
pub async fn raw(ctx: &Ctx, id: Uuid) -> Result<Vec<u8>> {
    ctx.require(Permission::TicketsRead)?;
    Ok(ctx.store.caught_mail(ctx.workspace, id).await?.raw)
}
