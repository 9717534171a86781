//! A ticket opened: its properties, messages and activities.

use super::{Answers, Attachment, HeaderLine, MailFacts, Recipient, Upload};
use crate::fields::FieldDef;
use crate::ticket::{Assignable, Channel, MessageKind, Receipt, Ticket};
use crate::{Cursor, EventId, MessageId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A message or note in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Message {
    pub id: MessageId,
    pub kind: MessageKind,
    pub channel: Channel,
    pub author_id: Option<UserId>,
    pub author_name: String,
    pub author_email: Option<String>,
    pub subject: Option<String>,
    /// What is new in this message.
    pub text: String,
    /// `text` is Markdown: strong, emphasis, code, links, lists, quotes, pictures; else it is plain.
    pub markdown: bool,
    /// The quoted thread and signature below it.
    pub quoted: Option<String>,
    /// There is a cleaned HTML version.
    pub has_html: bool,
    /// The e-mail as it arrived is stored.
    pub has_raw: bool,
    /// It passes another message on; the customer does not get it.
    pub forwarded: bool,
    /// The e-mail could not be read; `text` is its raw text.
    pub unreadable: bool,
    /// What is known of it besides its words, when it came by mail.
    pub mail: Option<MailFacts>,
    /// The headers that matter, decoded.
    pub headers: Vec<HeaderLine>,
    /// What became of it, for an agent's message.
    pub delivery: Option<Delivery>,
    pub sent_at: DateTime<Utc>,
    /// A recorded session of the customer ran when they wrote it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recorded: bool,
    pub attachments: Vec<Attachment>,
}

/// What became of a message that left here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Delivery {
    pub receipt: Receipt,
    pub at: Option<DateTime<Utc>>,
    /// Why it did not arrive, or not yet.
    pub error: Option<String>,
    /// How often it was tried; none: it can still be taken back.
    pub attempts: i32,
    /// When it is tried next, while it waits.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Who it goes to; nobody when it is no e-mail of ours.
    pub recipients: Vec<Recipient>,
}

impl Delivery {
    /// A receipt that came with an imported message.
    pub fn of(receipt: Receipt) -> Self {
        Self {
            receipt,
            at: None,
            error: None,
            attempts: 0,
            next_attempt_at: None,
            recipients: Vec::new(),
        }
    }

    /// Until when it can be taken back.
    pub fn undo_until(&self) -> Option<DateTime<Utc>> {
        self.next_attempt_at.filter(|_| self.attempts == 0 && self.receipt == Receipt::Queued)
    }

    /// Whether sending it again makes sense: it failed, or waits after a failure.
    pub fn may_retry(&self) -> bool {
        let waits = self.receipt == Receipt::Queued && self.attempts > 0;
        !self.recipients.is_empty() && (waits || self.receipt == Receipt::Error)
    }
}

/// Something that happened to the ticket, in its place between the messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadActivity {
    pub id: EventId,
    pub at: DateTime<Utc>,
    /// `ticket.status_changed`, `ticket.csat_answered` …
    pub name: String,
    /// Goes on after the actor's name.
    pub title: String,
    pub actor_name: Option<String>,
    /// Stars and comment of an answered survey.
    pub score: Option<i16>,
    pub comment: Option<String>,
}

/// Messages of a ticket, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ThreadPage {
    pub messages: Vec<Message>,
    /// Where earlier messages end; `None` when these are all.
    pub earlier: Option<Cursor>,
}

/// Everything the open ticket shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketDetails {
    pub ticket: Ticket,
    /// The custom fields that tickets have, in order.
    pub field_defs: Vec<FieldDef>,
    pub thread: ThreadPage,
    /// Oldest first.
    pub activities: Vec<ThreadActivity>,
    pub assignable: Assignable,
    pub answers: Answers,
    /// The reader's own files that wait for a message here, in the order they came. Each goes
    /// with the message that names its id in `attachments` of [`WriteMessage`], and belongs to
    /// one mode of the composer.
    ///
    /// [`WriteMessage`]: super::WriteMessage
    pub uploads: Vec<Upload>,
    /// The text of an answer that the reader took back: the composer starts with it. Writing the
    /// next answer forgets it.
    pub returned: Option<String>,
    /// Goes into the composer: sending the same form twice stores one message.
    pub form_key: String,
}

/// The headers that matter to an agent, in the order they are shown.
const MAIN_HEADERS: [&str; 10] = [
    "From",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "Authentication-Results",
];

/// Picks the headers that matter out of all.
pub fn main_headers(all: &[HeaderLine]) -> Vec<HeaderLine> {
    MAIN_HEADERS
        .iter()
        .flat_map(|name| all.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)))
        .filter(|h| !h.value.is_empty())
        .take(20)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_that_matter_come_in_their_order() {
        let line = |name: &str| HeaderLine { name: name.into(), value: "x".into() };
        let all = ["Received", "subject", "X-Mailer", "From", "DKIM-Signature"].map(line);
        let names: Vec<_> = main_headers(&all).into_iter().map(|h| h.name).collect();
        assert_eq!(names, ["From", "subject"]);
    }
}
