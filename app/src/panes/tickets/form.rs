//! What the form for a new ticket sends, read into a ticket.

use rapport_domain::error::Problems;
use rapport_domain::ticket::NewTicket;
use rapport_domain::{AppError, CustomerId, UserId, limits, text};

/// The form's fields as they arrive.
#[derive(Debug, Clone)]
pub(super) struct NewTicketForm {
    pub customer: CustomerId,
    pub subject: String,
    pub priority: String,
    pub channel: String,
    /// A person's id; empty: nobody.
    pub assignee: Option<String>,
    /// The first internal note.
    pub note: Option<String>,
}

impl NewTicketForm {
    /// The first internal note, if there is one.
    pub fn note(&self) -> Option<String> {
        self.note.clone().filter(|n| !n.trim().is_empty())
    }

    /// The ticket that the form asks for.
    pub fn ticket(self) -> Result<NewTicket, AppError> {
        let mut problems = Problems::default();
        let word = |field: &str, error: AppError| AppError::invalid(field, error.to_string());
        let priority =
            problems.check(self.priority.parse().map_err(|e: AppError| word("priority", e)));
        let channel =
            problems.check(self.channel.parse().map_err(|e: AppError| word("channel", e)));
        if let Some(note) = self.note() {
            problems.check(text::required_text("note", &note, limits::MESSAGE_CHARS));
        }
        let assignee = self.assignee.as_deref().filter(|a| !a.is_empty()).map(|a| {
            a.parse::<UserId>()
                .map_err(|_| AppError::invalid("assignee", "There is no such agent."))
        });
        let assignee_id = problems.check(assignee.transpose()).flatten();
        problems.finish()?;
        let channel = channel.ok_or(AppError::NotFound)?;
        Ok(NewTicket {
            priority,
            assignee_id,
            ..NewTicket::new(self.customer, self.subject, channel)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_domain::Uuid;
    use rapport_domain::ticket::{Channel, Priority};

    #[test]
    fn the_form_names_the_field_that_is_wrong() {
        let me = UserId(Uuid::from_u128(4));
        let form = NewTicketForm {
            customer: CustomerId(Uuid::nil()),
            subject: "Call back".into(),
            priority: "high".into(),
            channel: "phone".into(),
            assignee: Some(me.to_string()),
            note: Some(" ".into()),
        };
        assert_eq!(form.note(), None);
        let ticket = form.clone().ticket().unwrap();
        assert_eq!((ticket.channel, ticket.priority), (Channel::Phone, Some(Priority::High)));
        assert_eq!(ticket.assignee_id, Some(me));
        let wrong = NewTicketForm { priority: "worst".into(), ..form };
        assert!(wrong.ticket().unwrap_err().field("priority").is_some());
    }
}
