//! A customer's mail that a colleague passes on.

use super::content;
use super::file::{Author, Filing};
use super::known::plain;
use super::message::{self, base_message};
use crate::Result;
use crate::files::inserts;
use rapport_domain::message::{InboundEmail, MailFacts};
use rapport_domain::ticket::{Channel, MessageKind};
use rapport_mail::Forwarded;
use rapport_store::messages::{self, InsertMessage};
use rapport_store::{Tx, customers};

impl Filing<'_> {
    /// The customer's message that a colleague's mail passes on. Where colleagues passed it to each
    /// other before, what each wrote above it goes along.
    pub(super) fn forwarded(&self) -> Option<Forwarded> {
        let own =
            |from: &str| self.known.ours.contains(&plain(from)) || from == self.parsed.from.email;
        let all = &self.known.forwards;
        let at = all.iter().position(|forwarded| !own(&forwarded.from.email))?;
        let mut note = all[0].note.clone();
        for (between, inner) in all[..at].iter().zip(&all[1..=at]) {
            if inner.note.is_empty() {
                continue;
            }
            let from = &between.from;
            let name = from.name.as_deref().unwrap_or(&from.email);
            note = format!("{note}\n\n{name}: {}", inner.note).trim_start().to_string();
        }
        Some(Forwarded { note, ..all[at].clone() })
    }

    /// A colleague passes a customer's mail on: the ticket is that customer's, and what the
    /// colleague wrote above it is for the team.
    pub(super) async fn passed_on(
        &self,
        tx: &mut Tx,
        author: Author,
        message_id: Option<&str>,
        forwarded: &Forwarded,
    ) -> Result<InboundEmail> {
        let (ctx, from) = (self.ctx, &forwarded.from);
        let customer = customers::find_or_create_by_email(
            tx,
            ctx.workspace,
            &from.email,
            from.name.as_deref(),
            ctx.now,
        )
        .await?;
        let subject = forwarded.subject.as_deref().or(self.parsed.subject.as_deref());
        let ticket = self.open(tx, customer, subject).await?;
        let headers = content::headers(self.parsed);
        let attached = self.parsed.attached.as_ref().filter(|(mail, _)| mail == forwarded);
        let html = match attached {
            Some((_, html)) => html.clone(),
            None => self.parsed.html.as_deref().and_then(rapport_mail::forwarded_html),
        };
        let name = from.name.as_deref().unwrap_or(&from.email);
        let verdicts = self.verdicts.clone();
        let read = content::facts(self.parsed, false, verdicts, Some(self.mail.received_at));
        let facts = MailFacts { reply_to: None, via: Some(self.parsed.from.email.clone()), ..read };
        let received = self.mail.received_at;
        let insert = InsertMessage {
            author_name: name,
            author_email: Some(&from.email),
            subject,
            body_text: &forwarded.text,
            body_html: html.as_deref(),
            headers: &headers,
            message_id,
            ..base_message(ticket, Some(customer), self.mail, received)
        };
        let filed = message::store(tx, ctx, &insert, received, false, &facts).await?;
        let files = inserts(self.files);
        messages::insert_attachments(tx, ctx.workspace, insert.id, &files).await?;
        if !forwarded.note.is_empty() {
            let colleague = self.known.colleague.as_ref().filter(|_| author.user.is_some());
            let note = InsertMessage {
                kind: MessageKind::Note,
                channel: Channel::Internal,
                author_user: author.user,
                author_name: colleague.map_or(&self.parsed.from.email, |c| &c.name),
                author_email: Some(&self.parsed.from.email),
                body_text: &forwarded.note,
                raw_email: None,
                ..base_message(ticket, None, self.mail, received)
            };
            message::store(tx, ctx, &note, received, true, &MailFacts::default()).await?;
        }
        Ok(filed)
    }
}
