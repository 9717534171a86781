//! Files a mail: into the ticket that it answers, else into a new one.

use super::known::Known;
use super::message::{self, OURSELVES, base_message, system_customer};
use super::{StoredMail, answer, body_sha256, content, report};
use crate::files::{Kept, inserts};
use crate::tickets::open_as;
use crate::{Ctx, Result};
use rapport_domain::identity::{IdentifierKind, Key, Proof};
use rapport_domain::message::{InboundEmail, MailClass, Verdicts};
use rapport_domain::ticket::{Channel, MessageKind, NewTicket};
use rapport_domain::{CustomerId, TicketId, UserId, Uuid};
use rapport_mail::{MailKind, ParsedEmail};
use rapport_store::messages::{self, InsertMessage};
use rapport_store::{Tx, customers, identifiers};

/// A mail about to be filed, and what is known of it.
#[derive(Debug)]
pub(super) struct Filing<'a> {
    pub ctx: &'a Ctx,
    pub mail: &'a StoredMail,
    /// Without its files.
    pub parsed: &'a ParsedEmail,
    pub files: &'a [Kept],
    pub known: &'a Known,
    pub verdicts: Verdicts,
}

/// Who wrote it, as a message names its author.
#[derive(Debug, Clone, Copy)]
pub(super) struct Author {
    /// `None` for one of our own.
    pub customer: Option<CustomerId>,
    pub user: Option<UserId>,
}

impl Filing<'_> {
    pub async fn file(&self, tx: &mut Tx) -> Result<InboundEmail> {
        match &self.parsed.kind {
            _ if self.known.from_us => self.came_back(tx).await,
            MailKind::Bounce(bounce) => match report::bounced(self, tx, bounce).await? {
                Some(filed) => Ok(filed),
                None => self.message(tx).await,
            },
            MailKind::Feedback(feedback) => match report::complained(self, tx, feedback).await? {
                Some(filed) => Ok(filed),
                None => self.message(tx).await,
            },
            MailKind::Ordinary | MailKind::Auto => self.message(tx).await,
        }
    }

    /// Whom the mail names as its writer.
    pub fn name(&self) -> &str {
        self.parsed.from.name.as_deref().unwrap_or(&self.parsed.from.email)
    }

    /// The Message-IDs that the mail answers, in the order they are believed.
    pub fn answered_ids(&self) -> Vec<String> {
        let references = self.parsed.references.iter().rev();
        self.parsed.in_reply_to.iter().rev().chain(references).cloned().collect()
    }

    /// A mail of a person or a machine becomes a message.
    async fn message(&self, tx: &mut Tx) -> Result<InboundEmail> {
        let (message_id, before) = self.own_message_id(tx).await?;
        if let Some(before) = before {
            return Ok(before);
        }
        let email = self.parsed.from.email.as_str();
        let author = self.author(tx).await?;
        let thread = match self.token_thread(tx).await? {
            Some(ticket) => Some(ticket),
            None => {
                let ids = self.answered_ids();
                // Whoever only claims to be a colleague sees no further than a participant.
                let claimed = (author.user.is_none()).then_some(CustomerId(Uuid::nil()));
                let sender = author.customer.or(claimed);
                messages::find_thread(tx, self.ctx.workspace, sender, email, &ids).await?
            }
        };
        if thread.is_none()
            && self.known.colleague.is_some()
            && let Some(forwarded) = self.forwarded()
        {
            return self.passed_on(tx, author, message_id, &forwarded).await;
        }
        let ticket = match thread {
            Some(ticket) => ticket,
            None => {
                let customer = match author.customer {
                    Some(customer) => customer,
                    None => system_customer(tx, self.ctx, OURSELVES).await?,
                };
                self.open(tx, customer, self.parsed.subject.as_deref()).await?
            }
        };
        // Before the mail itself is there: it names nobody into its own ticket.
        self.join(tx, ticket, author).await?;
        let filed = self.store(tx, ticket, thread.is_some(), author, message_id).await?;
        if author.customer.is_some() && self.proven() && self.has_a_say(tx, ticket, author).await? {
            self.add_participants(tx, ticket).await?;
        }
        Ok(filed)
    }

    /// Mail of ours that came back, whoever sent it round: it opens one ticket ever, so that a
    /// loop between two systems fills no inbox.
    async fn came_back(&self, tx: &mut Tx) -> Result<InboundEmail> {
        let sent = match &self.parsed.message_id {
            Some(id) => {
                messages::lock_message_id(tx, self.ctx.workspace, id).await?;
                messages::message_with_id(tx, self.ctx.workspace, id).await?
            }
            None => None,
        };
        if let Some(sent) = sent {
            let (raw, message) = (self.mail.id, sent.stored.message);
            messages::set_raw_concerns(tx, self.ctx.workspace, raw, message).await?;
            return Ok(answer(sent.stored, true));
        }
        let customer = system_customer(tx, self.ctx, OURSELVES).await?;
        let before = messages::newest_ticket(tx, self.ctx.workspace, customer).await?;
        let ticket = match before {
            Some(ticket) => ticket,
            None => self.open(tx, customer, self.parsed.subject.as_deref()).await?,
        };
        let author = Author { customer: None, user: None };
        let message_id = self.parsed.message_id.as_deref();
        self.store(tx, ticket, before.is_some(), author, message_id).await
    }

    /// The mail's Message-ID if it may keep it, or the answer for a mail that is there already.
    async fn own_message_id(&self, tx: &mut Tx) -> Result<(Option<&str>, Option<InboundEmail>)> {
        let Some(id) = self.parsed.message_id.as_deref() else { return Ok((None, None)) };
        // Two deliveries of one mail wait for each other here.
        messages::lock_message_id(tx, self.ctx.workspace, id).await?;
        let Some(before) = messages::message_with_id(tx, self.ctx.workspace, id).await? else {
            return Ok((Some(id), None));
        };
        let same_author = before.author_email.as_deref() == Some(&self.parsed.from.email);
        let same_body = match &before.body_sha256 {
            Some(hash) => *hash == body_sha256(&self.mail.raw),
            None => before.body_text.trim() == self.parsed.text.trim(),
        };
        // Our own mail, under a mailbox of ours: however it was sent round, it is no news.
        let echo = before.ours && self.known.from_mailbox;
        if same_author && same_body || echo {
            let (raw, message) = (self.mail.id, before.stored.message);
            messages::set_raw_concerns(tx, self.ctx.workspace, raw, message).await?;
            return Ok((None, Some(answer(before.stored, true))));
        }
        // Somebody else's id, or one that a generator repeats: the mail is kept, the id stays
        // with whom it belongs to.
        Ok((None, None))
    }

    /// A token that we signed leads to its ticket whoever writes: it was in our Reply-To.
    async fn token_thread(&self, tx: &mut Tx) -> Result<Option<TicketId>> {
        match self.known.ticket {
            Some(ticket) => {
                let ids = self.answered_ids();
                let workspace = self.ctx.workspace;
                match messages::split_off_into(tx, workspace, ticket, &ids).await? {
                    Some(split) => Ok(Some(split)),
                    None => Ok(messages::find_ticket(tx, workspace, ticket).await?),
                }
            }
            None => Ok(None),
        }
    }

    /// A colleague is never a customer. Anybody else is the customer with this address, or a
    /// new visitor: a From header proves nothing. Where the mail proves it, they are known.
    async fn author(&self, tx: &mut Tx) -> Result<Author> {
        if let Some(colleague) = &self.known.colleague {
            // Their name stands there only if it was really them.
            return Ok(Author { customer: None, user: self.proven().then_some(colleague.user) });
        }
        if self.known.from_mailbox && self.parsed.via.is_none() {
            return Ok(Author { customer: None, user: None });
        }
        let (ctx, from) = (self.ctx, &self.parsed.from);
        let name = from.name.as_deref();
        let email = from.email.as_str();
        let id =
            customers::find_or_create_by_email(tx, ctx.workspace, email, name, ctx.now).await?;
        if self.proven() {
            let key = Key { kind: IdentifierKind::Email, value: email.into() };
            let keys = std::slice::from_ref(&key);
            identifiers::add(tx, ctx.workspace, id, keys, Some(Proof::Mail), ctx.now).await?;
            customers::confirm(tx, ctx.workspace, id).await?;
        }
        Ok(Author { customer: Some(id), user: None })
    }

    pub(super) fn proven(&self) -> bool {
        // What was checked is the address in From, not the one behind it.
        self.parsed.via.is_none() && self.verdicts.prove(&self.parsed.from.email)
    }

    pub(super) async fn open(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        subject: Option<&str>,
    ) -> Result<TicketId> {
        let subject = subject.unwrap_or("(no subject)");
        let mut new = NewTicket::new(customer, subject, Channel::Email);
        let named = || self.parsed.to.first().map(|to| to.email.clone());
        new.mailbox = self.known.mailbox.clone().or_else(named);
        new.submitted_at = Some(self.mail.received_at);
        Ok(open_as(tx, self.ctx, new, self.name()).await?.id)
    }

    async fn store(
        &self,
        tx: &mut Tx,
        ticket: TicketId,
        answers: bool,
        author: Author,
        message_id: Option<&str>,
    ) -> Result<InboundEmail> {
        let headers = content::headers(self.parsed);
        let received = self.mail.received_at;
        let verdicts = self.verdicts.clone();
        let facts = content::facts(self.parsed, self.known.from_us, verdicts, Some(received));
        let addressed = self.addressed();
        let trusted = !answers || self.proven() && self.has_a_say(tx, ticket, author).await?;
        let answer_to = self.answer_to(tx, ticket, trusted).await?;
        let colleague = self.known.colleague.as_ref().filter(|_| author.user.is_some());
        let author_name = match (colleague, author.customer) {
            (Some(colleague), _) => &colleague.name,
            (None, Some(_)) => self.name(),
            // A name of ours stands only where it is proven.
            (None, None) => &self.parsed.from.email,
        };
        let insert = InsertMessage {
            // What a colleague mails into a ticket is for the team: nobody said to pass it on.
            kind: if author.user.is_some() && answers {
                MessageKind::Note
            } else {
                MessageKind::Customer
            },
            author_user: author.user,
            author_name,
            author_email: Some(&self.parsed.from.email),
            subject: self.parsed.subject.as_deref(),
            body_text: &self.parsed.text,
            body_html: self.parsed.html.as_deref(),
            headers: &headers,
            message_id,
            in_reply_to: self.parsed.in_reply_to.first().map(String::as_str),
            answer_to: answer_to.as_deref(),
            addressed: &addressed,
            addressed_vouched: trusted,
            ..base_message(ticket, author.customer, self.mail, received)
        };
        // A machine's answer moves no status and waits for nobody; what opens a ticket is news.
        let automatic = answers && facts.class != MailClass::Ordinary;
        let filed =
            message::store(tx, self.ctx, &insert, self.mail.received_at, automatic, &facts).await?;
        let files = inserts(self.files);
        messages::insert_attachments(tx, self.ctx.workspace, insert.id, &files).await?;
        Ok(filed)
    }
}
