//! What may be written into a ticket.

use crate::error::{AppError, Problems};
use crate::ticket::{Channel, MessageKind, Receipt};
use crate::{CustomerId, MessageId, TicketId, UserId, limits, markdown, text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A header of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HeaderLine {
    pub name: String,
    pub value: String,
}

/// A file to store with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAttachment {
    pub file_name: String,
    /// `application/octet-stream` unless said otherwise.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The content in base64.
    pub data: String,
}

/// A message or note that another system stores: live, or history with its own times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// `customer`, `agent`, or `note`.
    pub kind: MessageKind,
    /// The ticket's channel unless said otherwise; `internal` for notes.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// The agent who wrote it, for agents' messages and notes.
    #[serde(default)]
    pub author_id: Option<UserId>,
    /// The agent's or customer's own name unless said otherwise.
    #[serde(default)]
    pub author_name: Option<String>,
    #[serde(default)]
    pub author_email: Option<String>,
    #[serde(default)]
    pub subject: Option<String>,
    /// Plain text; made from `body_html` when absent.
    #[serde(default)]
    pub body_text: Option<String>,
    /// Cleaned to an allow-list before it is stored.
    #[serde(default)]
    pub body_html: Option<String>,
    /// Markdown, in place of the other two: both are made from it.
    #[serde(default)]
    pub body_markdown: Option<String>,
    #[serde(default)]
    pub headers: Vec<HeaderLine>,
    /// Message-ID, with or without angle brackets; unique in the workspace.
    #[serde(default)]
    pub message_id: Option<String>,
    #[serde(default)]
    pub in_reply_to: Option<String>,
    /// What became of an agent's message.
    #[serde(default)]
    pub receipt: Option<Receipt>,
    #[serde(default)]
    pub receipt_at: Option<DateTime<Utc>>,
    /// Why it did not arrive.
    #[serde(default)]
    pub receipt_error: Option<String>,
    /// Now unless said otherwise. A message with a time of its own is history: it moves no status.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub attachments: Vec<NewAttachment>,
    /// Send an agent's message by e-mail; else it is stored and nothing leaves.
    #[serde(default)]
    pub send: bool,
    /// Who it is sent to: whoever wrote last, else the customer, unless said otherwise.
    #[serde(default)]
    pub to: Option<Vec<String>>,
    /// Everybody else who takes part in the ticket, unless said otherwise.
    #[serde(default)]
    pub cc: Option<Vec<String>>,
    #[serde(default)]
    pub bcc: Option<Vec<String>>,
    /// A second message of the ticket with the same key is not stored again.
    #[serde(default)]
    pub client_key: Option<String>,
}

impl NewMessage {
    /// A message with nothing but its text.
    pub fn new(kind: MessageKind, body_text: impl Into<String>) -> Self {
        Self {
            kind,
            channel: None,
            author_id: None,
            author_name: None,
            author_email: None,
            subject: None,
            body_text: Some(body_text.into()),
            body_html: None,
            body_markdown: None,
            headers: Vec::new(),
            message_id: None,
            in_reply_to: None,
            receipt: None,
            receipt_at: None,
            receipt_error: None,
            sent_at: None,
            attachments: Vec::new(),
            send: false,
            to: None,
            cc: None,
            bcc: None,
            client_key: None,
        }
    }

    /// The same with its text made storable, or what is wrong with it.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut p = Problems::default();
        let mut line = |field: &str, value: &mut Option<String>, max| {
            *value = p.check(text::optional_line(field, value.as_deref(), max)).flatten();
        };
        line("author_name", &mut self.author_name, limits::NAME_CHARS);
        line("subject", &mut self.subject, limits::SUBJECT_CHARS);
        line("message_id", &mut self.message_id, limits::LINE_CHARS);
        line("in_reply_to", &mut self.in_reply_to, limits::LINE_CHARS);
        line("receipt_error", &mut self.receipt_error, limits::LINE_CHARS);
        line("client_key", &mut self.client_key, limits::EXTERNAL_ID_CHARS);
        for id in [&mut self.message_id, &mut self.in_reply_to] {
            *id = id.take().map(|i| i.trim_matches(['<', '>', ' ']).to_string());
        }
        if let Some(email) = self.author_email.as_deref().filter(|e| !e.trim().is_empty()) {
            self.author_email = p.check(text::email("author_email", email));
        }
        match (&self.body_text, &self.body_html) {
            _ if self.body_markdown.is_some() => {
                let source = self.body_markdown.as_deref().unwrap_or_default();
                let limit = limits::MESSAGE_CHARS;
                self.body_markdown = p.check(text::required_text("body_markdown", source, limit));
                // What is nothing but a mark has no words: it stays as it was typed.
                let words = self.body_markdown.as_deref().map(markdown::readable);
                let words = words.filter(|words| !words.trim().is_empty());
                self.body_text = words.or_else(|| self.body_markdown.clone());
                self.body_html = None;
            }
            (Some(body), _) => {
                self.body_text =
                    p.check(text::required_text("body_text", body, limits::MESSAGE_CHARS));
            }
            (None, Some(html)) if html.len() <= limits::MESSAGE_HTML_BYTES => {}
            (None, Some(_)) => p.add("body_html", "The HTML is too long."),
            (None, None) => p.add("body_text", "A message needs a text."),
        }
        if self.headers.len() > limits::HEADERS_MAX {
            p.add("headers", format!("A message has at most {} headers.", limits::HEADERS_MAX));
        }
        self.headers.truncate(limits::HEADERS_MAX);
        for header in &mut self.headers {
            header.name = text::excerpt(&header.name, limits::LINE_CHARS);
            header.value = text::excerpt(&header.value, limits::HEADER_CHARS);
        }
        if self.kind != MessageKind::Agent && self.receipt.is_some() {
            p.add("receipt", "Only an agent's message has a receipt.");
        }
        if self.send && (self.kind != MessageKind::Agent || self.sent_at.is_some()) {
            p.add("send", "Only an agent's new message can be sent.");
        }
        if self.attachments.len() > limits::EMAIL_ATTACHMENTS_MAX {
            p.add("attachments", "A message has at most 100 attachments.");
        }
        p.finish()?;
        Ok(self)
    }
}

/// What taking in an e-mail answers; the same e-mail twice gets the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct InboundEmail {
    pub ticket_number: i64,
    pub ticket_id: TicketId,
    pub message_id: MessageId,
    pub customer_id: CustomerId,
    /// It had been taken in before.
    pub duplicate: bool,
    /// It could not be read: the ticket shows its raw text.
    pub unreadable: bool,
}

/// A customer's answer to how they were helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCsat {
    /// One to five stars.
    pub score: i16,
    #[serde(default)]
    pub comment: Option<String>,
    /// Now unless said otherwise.
    #[serde(default)]
    pub answered_at: Option<DateTime<Utc>>,
}

impl NewCsat {
    /// The same with its text made storable, or what is wrong with it.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut p = Problems::default();
        if !(1..=5).contains(&self.score) {
            p.add("score", "A score is a number from 1 to 5.");
        }
        let comment = self.comment.as_deref();
        let comment = text::optional_line("comment", comment, limits::FIELD_TEXT_CHARS);
        self.comment = p.check(comment).flatten();
        p.finish()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let message = NewMessage {
            author_email: Some("x".into()),
            receipt: Some(Receipt::Sent),
            ..NewMessage::new(MessageKind::Customer, " ")
        };
        let error = message.checked().unwrap_err();
        for field in ["author_email", "receipt", "body_text"] {
            assert!(error.field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn message_ids_lose_their_brackets() {
        let message = NewMessage {
            message_id: Some("<a@b>".into()),
            ..NewMessage::new(MessageKind::Agent, "x")
        };
        assert_eq!(message.checked().unwrap().message_id.as_deref(), Some("a@b"));
    }

    #[test]
    fn markdown_says_the_same_in_words() {
        let written = |source: &str| {
            let mut new = NewMessage::new(MessageKind::Agent, "");
            new.body_markdown = Some(source.into());
            new.checked().map(|new| new.body_text.unwrap_or_default())
        };
        let words = written("**Hi** [docs](https://d.example)").unwrap();
        assert_eq!(words, "Hi docs <https://d.example>");
        assert_eq!(written("> ").unwrap(), ">");
        assert!(written(" \n").unwrap_err().field("body_markdown").is_some());
    }

    #[test]
    fn a_score_has_five_stars_at_most() {
        let csat = |score| NewCsat { score, comment: None, answered_at: None }.checked();
        assert!(csat(5).is_ok() && csat(0).is_err() && csat(6).is_err());
    }
}
