//! What is known of a mail's addresses before it is filed.

use crate::{Ctx, Result, link_keys};
use rapport_domain::message::Envelope;
use rapport_domain::{TicketId, UserId};
use rapport_mail::{Address, Forwarded, MailKind, ParsedEmail, forwards, reply_token};

/// Addresses of one mail that are looked up.
const ADDRESSES_MAX: usize = 500;

/// What is known of a mail's addresses.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The ticket whose signed token stands in a recipient's address.
    pub ticket: Option<TicketId>,
    /// The colleague whose address the mail claims to come from.
    pub colleague: Option<Colleague>,
    /// It left here before: it carries the mark of a mailbox of ours.
    pub from_us: bool,
    /// It claims to come from a mailbox of ours. So do our own forms and machines.
    pub from_mailbox: bool,
    /// Who wrote it, where a form sent it in its own name: whom its answer goes to.
    pub writer: Option<Address>,
    /// The ticket whose signed token stands in the mail that a report is about.
    pub reported: Option<TicketId>,
    /// The mailbox of ours that it was sent to.
    pub mailbox: Option<String>,
    /// The messages that it passes on, each within the one before.
    pub forwards: Vec<Forwarded>,
    /// Addresses of the mail that belong to us: they are nobody's customers.
    pub ours: Vec<String>,
    /// Those of them that are mailboxes, and no colleague's.
    pub mailboxes: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Colleague {
    pub user: UserId,
    pub name: String,
}

/// Looks a mail's addresses up. Outside of the transaction that files it, which holds one
/// connection already.
pub(super) async fn look_up(ctx: &Ctx, mail: &ParsedEmail, envelope: &Envelope) -> Result<Known> {
    let (from, sent_by) = (mail.from.email.as_str(), mail.sent_by.as_deref());
    let recipients: Vec<&str> = mail
        .to
        .iter()
        .chain(&mail.cc)
        .map(|a| a.email.as_str())
        .chain(mail.delivered_to.iter().map(String::as_str))
        .chain(envelope.rcpt_to.iter().map(String::as_str))
        .take(ADDRESSES_MAX)
        .collect();
    let answers = mail.reply_to_all.iter().map(|a| a.email.as_str());
    let mut forwards = forwards(mail.subject.as_deref(), &mail.text);
    if forwards.is_empty() {
        forwards.extend(mail.attached.iter().map(|(mail, _)| mail.clone()));
    }
    let wrote = forwards.iter().map(|forwarded| forwarded.from.email.as_str());
    let named = [from].into_iter().chain(sent_by).chain(answers).chain(wrote);
    let all: Vec<String> = named.chain(recipients.iter().copied()).map(plain).collect();
    let own = ctx.store.own_addresses(ctx.workspace, &all).await?;
    let is_mailbox =
        |email: &str| own.iter().any(|o| o.user.is_none() && o.address == plain(email));
    let colleague = own
        .iter()
        .find(|o| o.address == plain(from))
        .and_then(|o| Some(Colleague { user: o.user?, name: o.name.clone() }));
    // The delivering side's word first: To may name many of ours.
    let delivered = envelope.rcpt_to.iter().map(String::as_str);
    let mailbox = delivered.chain(recipients.iter().copied()).find(|r| is_mailbox(r)).map(plain);
    let from_mailbox = is_mailbox(from);
    let is_own = |email: &str| own.iter().any(|o| o.address == plain(email));
    let form = from_mailbox || colleague.is_none() && is_machine(from);
    // A form may name whoever looks after it there as well.
    let is_visitor = |to: &&Address| {
        plain(&to.email) != plain(from) && !is_own(&to.email) && !is_machine(&to.email)
    };
    let writer = mail.reply_to_all.iter().filter(|_| form).find(is_visitor).cloned();
    let reported: Vec<&str> = match &mail.kind {
        MailKind::Bounce(bounce) => bounce.addresses.iter().map(String::as_str).collect(),
        MailKind::Feedback(feedback) => feedback.addresses.iter().map(String::as_str).collect(),
        MailKind::Ordinary | MailKind::Auto => Vec::new(),
    };
    Ok(Known {
        ticket: token_ticket(ctx, &recipients).await?,
        reported: token_ticket(ctx, &reported).await?,
        colleague,
        from_us: sent_by.is_some_and(is_mailbox),
        from_mailbox,
        writer,
        mailbox,
        forwards,
        mailboxes: own.iter().filter(|o| o.user.is_none()).map(|o| o.address.clone()).collect(),
        ours: own.into_iter().map(|o| o.address).collect(),
    })
}

/// Whether an address is one that nobody reads: of a form, a shop, a scanner.
fn is_machine(email: &str) -> bool {
    const WHOLE: [&str; 20] = [
        "wordpress",
        "www-data",
        "apache",
        "nobody",
        "nginx",
        "webmaster",
        "website",
        "webform",
        "forms",
        "form",
        "contactform",
        "contact-form",
        "kontaktformular",
        "formular",
        "formulaire",
        "formulario",
        "mailer",
        "notifications",
        "notification",
        "notify",
    ];
    let local = email.rsplit_once('@').map_or(email, |(local, _)| local).to_lowercase();
    let bare: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    let starts = [
        "noreply",
        "donotreply",
        "dontreply",
        "nepasrepondre",
        "nichtantworten",
        "noresponder",
        "naoresponda",
        "nonrispondere",
    ];
    WHOLE.contains(&local.as_str()) || starts.iter().any(|s| bare.starts_with(s))
}

/// The address without what stands behind a `+`, in lower case.
pub fn plain(email: &str) -> String {
    let lower = email.to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => {
            let local = local.split_once('+').map_or(local, |(name, _)| name);
            format!("{local}@{domain}")
        }
        None => lower,
    }
}

async fn token_ticket(ctx: &Ctx, recipients: &[&str]) -> Result<Option<TicketId>> {
    let tokens: Vec<&str> = recipients
        .iter()
        .filter_map(|email| Some(email.rsplit_once('@')?.0.split_once('+')?.1))
        .filter(|token| token.len() == reply_token::TOKEN_CHARS)
        .collect();
    if tokens.is_empty() {
        return Ok(None);
    }
    let keys = link_keys::verifying(&ctx.store, ctx.workspace).await?;
    let verified = |token| keys.iter().find_map(|key| reply_token::verify(key, token));
    match tokens.into_iter().find_map(verified) {
        Some(message) => Ok(ctx.store.ticket_of(ctx.workspace, message).await?),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_have_names_of_their_own() {
        for email in [
            "no-reply@x.example",
            "noreply-7@x.example",
            "Do_Not_Reply@x.example",
            "wordpress@x.example",
            "ne-pas-repondre@x.example",
        ] {
            assert!(is_machine(email), "{email}");
        }
        for email in ["nora.reply@x.example", "ada@noreply.example", "formosa@x.example"] {
            assert!(!is_machine(email), "{email}");
        }
    }

    #[test]
    fn a_tag_does_not_change_whose_address_it_is() {
        assert_eq!(plain("Support+abc+d@Acme.example"), "support@acme.example");
        assert_eq!(plain("support@acme.example"), "support@acme.example");
        assert_eq!(plain("nothing"), "nothing");
    }
}
