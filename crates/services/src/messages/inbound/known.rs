//! What is known of a mail's addresses before it is filed.

use crate::{Ctx, Result};
use rapport_domain::message::Envelope;
use rapport_domain::{TicketId, UserId};
use rapport_mail::{ParsedEmail, reply_token};

/// Addresses of one mail that are looked up.
const ADDRESSES_MAX: usize = 500;

/// What is known of a mail's addresses.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The ticket whose signed token stands in a recipient's address.
    pub ticket: Option<TicketId>,
    /// The colleague whose address the mail claims to come from.
    pub colleague: Option<Colleague>,
    /// It left here before, or claims to come from a mailbox of ours.
    pub from_us: bool,
    /// The mailbox of ours that it was sent to.
    pub mailbox: Option<String>,
    /// Addresses of the mail that belong to us: they are nobody's customers.
    pub ours: Vec<String>,
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
    let all: Vec<String> =
        [from].into_iter().chain(sent_by).chain(recipients.iter().copied()).map(plain).collect();
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
    Ok(Known {
        ticket: token_ticket(ctx, &recipients).await?,
        colleague,
        from_us: is_mailbox(from) || sent_by.is_some_and(is_mailbox),
        mailbox,
        ours: own.into_iter().map(|o| o.address).collect(),
    })
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
    let key = ctx.store.mail_key(ctx.workspace).await?;
    Ok(tokens.into_iter().find_map(|token| reply_token::verify(&key, token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_does_not_change_whose_address_it_is() {
        assert_eq!(plain("Support+abc+d@Acme.example"), "support@acme.example");
        assert_eq!(plain("support@acme.example"), "support@acme.example");
        assert_eq!(plain("nothing"), "nothing");
    }
}
