//! Who wrote a message that is about to be stored, by which way, and under which headers.

use super::outgoing;
use crate::{Ctx, Result};
use rapport_domain::message::{HeaderLine, NewMessage};
use rapport_domain::ticket::{Channel, MessageKind};
use rapport_domain::{AppError, CustomerId, UserId};
use rapport_store::messages::TicketPlace;
use rapport_store::{Tx, users};

#[derive(Debug)]
pub(super) struct Author {
    pub user: Option<UserId>,
    pub customer: Option<CustomerId>,
    pub name: String,
    pub email: Option<String>,
}

/// Who wrote it. Customers' messages are the ticket's customer's; a person's own are theirs.
pub(super) async fn of(
    tx: &mut Tx,
    ctx: &Ctx,
    ticket: &TicketPlace,
    new: &mut NewMessage,
) -> Result<Author> {
    let (name, email) = (new.author_name.take(), new.author_email.take());
    if new.kind == MessageKind::Customer {
        return Ok(Author {
            user: None,
            customer: Some(ticket.customer),
            name: name.unwrap_or_else(|| ticket.customer_name.clone()),
            email: email.or_else(|| ticket.customer_email.clone()),
        });
    }
    let user = new.author_id.or(ctx.user());
    let known = match user {
        Some(user) => users::names_of_people(tx, ctx.workspace, &[user]).await?.pop(),
        None => None,
    };
    if new.author_id.is_some() && known.is_none() {
        return Err(AppError::invalid("author_id", "There is no such person."));
    }
    let name = name.or(known.map(|(_, name)| name));
    let name = name.unwrap_or_else(|| ctx.actor_name().to_string());
    Ok(Author { user, customer: None, name, email })
}

/// The way by which it came or goes.
pub(super) fn channel(new: &NewMessage, ticket: &TicketPlace) -> Channel {
    match (new.channel, new.kind, ticket.channel) {
        (_, MessageKind::Note, _) => Channel::Internal,
        (Some(channel), ..) => channel,
        (None, _, Channel::Chat) => Channel::Chat,
        (None, MessageKind::Customer, channel) => channel,
        // Whatever way a ticket came, an answer from here is an e-mail.
        (None, MessageKind::Agent, _) => Channel::Email,
    }
}

/// The given headers; for an answer by e-mail, those it is going to carry.
pub(super) fn headers(
    new: &NewMessage,
    ticket: &TicketPlace,
    author: &Author,
    channel: Channel,
) -> Vec<HeaderLine> {
    if !new.headers.is_empty() || new.kind != MessageKind::Agent || channel != Channel::Email {
        return new.headers.clone();
    }
    let mailbox = ticket.mailbox.as_deref().filter(|m| m.contains('@'));
    let from = match mailbox {
        Some(mailbox) => format!("{} <{mailbox}>", author.name),
        None => author.name.clone(),
    };
    let subject = outgoing::answer_subject(&ticket.subject);
    let line = |name: &str, value: &str| HeaderLine { name: name.into(), value: value.into() };
    let to = ticket.customer_email.as_deref();
    let mut lines = vec![line("From", &from)];
    lines.extend(to.map(|to| line("To", to)));
    lines.push(line("Subject", new.subject.as_deref().unwrap_or(&subject)));
    lines
}
