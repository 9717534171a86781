//! Who takes part in the ticket that a mail is filed into, and to whom the next answer goes.

use super::file::{Author, Filing};
use super::known::plain;
use crate::Result;
use rapport_domain::ticket::NewParticipant;
use rapport_domain::{TicketId, limits};
use rapport_store::{Tx, messages, tickets};

/// People in To and Cc of one mail who may answer it into its ticket.
const ADDRESSED_MAX: usize = 100;

impl Filing<'_> {
    /// Somebody who was in copy and answers takes part from now on, as one who says so; or, where
    /// their mail proves it and whoever copied them may bring others in, as one who is known.
    pub(super) async fn join(&self, tx: &mut Tx, ticket: TicketId, author: Author) -> Result<()> {
        if author.customer.is_none() {
            return Ok(());
        }
        let (workspace, from) = (self.ctx.workspace, &self.parsed.from);
        let takes_part = tickets::takes_part(tx, workspace, ticket, &from.email).await?;
        let person = NewParticipant { email: from.email.clone(), name: from.name.clone() };
        let copied = messages::in_copy(tx, workspace, ticket, &from.email).await?;
        // A proof says who they are; that they belong here, somebody else has to say.
        let vouched = copied == Some(true) && self.proven();
        match takes_part {
            Some(proven) if proven || !vouched => {}
            Some(_) => drop(tickets::add_participant(tx, workspace, ticket, &person).await?),
            None => {
                let (_, there) = tickets::part_counts(tx, workspace, ticket).await?;
                let room = limits::PARTICIPANTS_MAX > usize::try_from(there).unwrap_or(0);
                let customer = tickets::lock_ticket_by_id(tx, workspace, ticket).await?.customer;
                let other = author.customer != Some(customer);
                if room && other && copied.is_some() {
                    match vouched {
                        true => tickets::add_participant(tx, workspace, ticket, &person).await?,
                        false => tickets::join_unproven(tx, workspace, ticket, &person).await?,
                    };
                }
            }
        }
        Ok(())
    }

    /// The Reply-To that the next answer follows. Anybody can write a customer's address into From:
    /// in a conversation that goes on already, only a mail that is known to come from somebody who
    /// has a say sends the answers elsewhere.
    pub(super) async fn answer_to(
        &self,
        tx: &mut Tx,
        ticket: TicketId,
        trusted: bool,
    ) -> Result<Option<String>> {
        let named = self.parsed.reply_to.as_ref().map(|a| a.email.clone());
        let elsewhere = named
            .filter(|to| *to != self.parsed.from.email && !self.known.ours.contains(&plain(to)));
        match elsewhere {
            Some(to) if !trusted => {
                let known = messages::answers_go_to(tx, self.ctx.workspace, ticket, &to).await?;
                Ok(known.then_some(to))
            }
            elsewhere => Ok(elsewhere),
        }
    }

    /// Whether it is the ticket's customer who wrote, or somebody who takes part and was vouched
    /// for: they may bring others in. A token alone gives no say in a ticket.
    pub(super) async fn has_a_say(
        &self,
        tx: &mut Tx,
        ticket: TicketId,
        author: Author,
    ) -> Result<bool> {
        let workspace = self.ctx.workspace;
        let customer = tickets::lock_ticket_by_id(tx, workspace, ticket).await?.customer;
        if author.customer == Some(customer) {
            return Ok(true);
        }
        let part = tickets::takes_part(tx, workspace, ticket, &self.parsed.from.email).await?;
        Ok(part == Some(true))
    }

    /// Who else was in To and Cc; a colleague too, who may answer all from their own program.
    pub(super) fn addressed(&self) -> Vec<String> {
        let people = self.parsed.to.iter().chain(&self.parsed.cc).map(|p| &p.email);
        let mut others: Vec<String> = people
            .filter(|email| **email != self.parsed.from.email)
            .filter(|email| !self.known.mailboxes.contains(&plain(email)))
            .take(ADDRESSED_MAX)
            .cloned()
            .collect();
        others.sort();
        others.dedup();
        others
    }

    /// Whoever is in copy of a mail that proves its sender takes part in the conversation.
    pub(super) async fn add_participants(&self, tx: &mut Tx, ticket: TicketId) -> Result<()> {
        let workspace = self.ctx.workspace;
        let (_, there) = tickets::part_counts(tx, workspace, ticket).await?;
        let room = limits::PARTICIPANTS_MAX.saturating_sub(usize::try_from(there).unwrap_or(0));
        let others = self.parsed.cc.iter().filter(|p| {
            p.email != self.parsed.from.email && !self.known.ours.contains(&plain(&p.email))
        });
        for person in others.take(room) {
            let person = NewParticipant { email: person.email.clone(), name: person.name.clone() };
            tickets::add_participant(tx, workspace, ticket, &person).await?;
        }
        Ok(())
    }
}
