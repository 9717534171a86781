//! What the form for a new ticket sends, read into a ticket and its first message.

use rapport_domain::error::Problems;
use rapport_domain::message::{
    Effect, FirstKind, FirstMessage, WriteMessage, WriteNote, parse_addresses,
};
use rapport_domain::ticket::{Channel, NewTicket, Priority};
use rapport_domain::{AppError, AttachmentId, CustomerId, UserId, limits, text};

/// The form's fields as they arrive.
#[derive(Debug, Clone)]
pub(super) struct NewTicketForm {
    pub customer: CustomerId,
    pub mode: FirstKind,
    pub subject: String,
    pub to: Option<String>,
    pub cc: Option<String>,
    pub body: String,
    pub signature: Option<String>,
    pub priority: Priority,
    pub channel: Channel,
    /// A person's id; empty: nobody.
    pub assignee: Option<String>,
    pub effects: Vec<Effect>,
    pub attachments: Vec<AttachmentId>,
}

impl NewTicketForm {
    /// The ticket and message that the form asks for, or everything that is wrong with it.
    pub fn read(self) -> Result<(NewTicket, FirstMessage), AppError> {
        let mut problems = Problems::default();
        problems.check(text::required_line("subject", &self.subject, limits::SUBJECT_CHARS));
        let assignee = self.assignee.as_deref().filter(|a| !a.is_empty()).map(|a| {
            a.parse::<UserId>()
                .map_err(|_| AppError::invalid("assignee", "There is no such agent."))
        });
        let assignee_id = problems.check(assignee.transpose()).flatten();
        let written = !self.body.trim().is_empty();
        if self.mode == FirstKind::Reply {
            let to = problems.check(parse_addresses("to", self.to.as_deref().unwrap_or_default()));
            if to.is_some_and(|to| to.is_empty()) {
                problems.add("to", "Who should it go to?");
            }
            problems.check(parse_addresses("cc", self.cc.as_deref().unwrap_or_default()));
        }
        match self.mode {
            FirstKind::None if written => {
                problems.add("body", "Choose whether this is an e-mail or a note.");
            }
            FirstKind::None if !self.effects.is_empty() || !self.attachments.is_empty() => {
                problems.add("body", "Files and macros need an e-mail or a note to go with.");
            }
            FirstKind::None => {}
            _ => {
                drop(problems.check(text::required_text("body", &self.body, limits::MESSAGE_CHARS)))
            }
        }
        problems.finish()?;
        let ticket = NewTicket {
            priority: Some(self.priority),
            assignee_id,
            ..NewTicket::new(self.customer, self.subject, self.channel)
        };
        let (body, effects, attachments) = (self.body, self.effects, self.attachments);
        let first = match self.mode {
            FirstKind::None => FirstMessage::None,
            FirstKind::Note => {
                FirstMessage::Note(WriteNote { body, effects, attachments, ..WriteNote::default() })
            }
            FirstKind::Reply => FirstMessage::Mail(WriteMessage {
                body,
                to: self.to,
                // Nobody else is in a conversation that begins here.
                cc: Some(self.cc.unwrap_or_default()),
                effects,
                attachments,
                signature: self.signature,
                ..WriteMessage::default()
            }),
        };
        Ok((ticket, first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::Uuid;

    fn form() -> NewTicketForm {
        NewTicketForm {
            customer: CustomerId(Uuid::nil()),
            mode: FirstKind::Reply,
            subject: "Call back".into(),
            to: Some("alex@x.example".into()),
            cc: None,
            body: "Hi".into(),
            signature: None,
            priority: Priority::High,
            channel: Channel::Phone,
            assignee: Some(UserId(Uuid::from_u128(4)).to_string()),
            effects: Vec::new(),
            attachments: Vec::new(),
        }
    }

    #[test]
    fn the_form_becomes_a_ticket_and_a_mail() {
        let (ticket, first) = form().read().unwrap();
        assert_eq!((ticket.channel, ticket.priority), (Channel::Phone, Some(Priority::High)));
        assert_eq!(ticket.assignee_id, Some(UserId(Uuid::from_u128(4))));
        let FirstMessage::Mail(mail) = first else { panic!("{first:?}") };
        assert_eq!((mail.to.as_deref(), mail.cc.as_deref()), (Some("alex@x.example"), Some("")));
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let wrong = NewTicketForm {
            subject: " ".into(),
            to: Some("alex".into()),
            body: String::new(),
            assignee: Some("sam".into()),
            ..form()
        };
        let error = wrong.read().unwrap_err();
        for field in ["subject", "to", "body", "assignee"] {
            assert!(error.field(field).is_some(), "{field}: {error}");
        }
        let lost = NewTicketForm { mode: FirstKind::None, ..form() };
        assert!(lost.read().unwrap_err().field("body").is_some());
        let empty = NewTicketForm { mode: FirstKind::None, body: " ".into(), ..form() };
        assert_eq!(empty.read().unwrap().1, FirstMessage::None);
    }
}
