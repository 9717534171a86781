//! What people write: an answer, a note, the message that a new ticket begins with.

use super::{Effect, Upload};
use crate::error::AppError;
use crate::ticket::PersonRef;
use crate::{AttachmentId, CustomerId, MessageId, TicketId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

crate::vocabulary! {
    /// Whom a message is for: an answer leaves by mail, a note never does.
    MessageMode {
        Reply => "reply", "Reply";
        Note => "note", "Internal note";
    }
}

/// Where somebody writes: in a ticket by its number, or one that a customer is going to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    Ticket(i64),
    NewTicket(CustomerId),
}

impl FromStr for Desk {
    type Err = AppError;
    fn from_str(text: &str) -> Result<Self, AppError> {
        match text.parse() {
            Ok(customer) => Ok(Self::NewTicket(customer)),
            Err(_) => text.parse().map(Self::Ticket).map_err(|_| AppError::NotFound),
        }
    }
}

impl fmt::Display for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket(number) => number.fmt(f),
            Self::NewTicket(customer) => customer.fmt(f),
        }
    }
}

/// An agent's answer to the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteMessage {
    /// Markdown.
    pub body: String,
    /// Addresses separated by commas. `None`: whoever wrote last, else the customer.
    pub to: Option<String>,
    /// `None`: everybody else who takes part in the ticket.
    pub cc: Option<String>,
    pub bcc: Option<String>,
    /// Makes a retry harmless: the same key is stored once.
    pub client_key: Option<String>,
    /// What happens to the ticket along with it, in this order.
    pub effects: Vec<Effect>,
    /// The author's own uploads of this ticket that go along, in this order. Those chosen for a
    /// note stay where they are; one that is gone is an error of this field. A picture among them
    /// stands in the text as `![name](att_…)` and leaves inside the mail.
    pub attachments: Vec<AttachmentId>,
    /// Plain text below the answer, empty for none. `None`: the mailbox's.
    pub signature: Option<String>,
    /// The message of this ticket that is quoted at the end.
    pub quote: Option<MessageId>,
    /// The newest message that its author saw: what others wrote later has to be seen first. All
    /// zeros for a ticket without messages; `None` asks about nothing.
    pub seen: Option<MessageId>,
}

/// An agent's note for the team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteNote {
    /// Markdown.
    pub body: String,
    pub client_key: Option<String>,
    /// As in [`WriteMessage`].
    pub effects: Vec<Effect>,
    /// As in [`WriteMessage`], those chosen for a note.
    pub attachments: Vec<AttachmentId>,
    /// As in [`WriteMessage`]; only a colleague's answer has to be seen before a note.
    pub seen: Option<MessageId>,
}

crate::vocabulary! {
    /// What a form for a new ticket is asked to begin it with.
    FirstKind {
        Reply => "reply", "E-mail to the customer";
        Note => "note", "Internal note";
        None => "none", "No message";
    }
}

/// What a form for a new ticket starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub customer_name: String,
    /// The customer's, the main one first.
    pub emails: Vec<String>,
    /// The mailbox; none that can send: a mail is stored and waits.
    pub from: Option<String>,
    pub signature: String,
    pub people: Vec<PersonRef>,
    /// The reader's own files that wait for it.
    pub uploads: Vec<Upload>,
}

/// The message that a new ticket begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstMessage {
    /// Nobody has said anything yet.
    None,
    Note(WriteNote),
    /// It leaves to the customer, under the ticket's subject.
    Mail(WriteMessage),
}

/// What storing a message answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Written {
    pub id: MessageId,
    pub ticket_id: TicketId,
    pub number: i64,
    /// The ticket's version after it.
    pub version: i32,
    /// True when this message was stored before, and nothing was done now.
    pub duplicate: bool,
}
