//! The mail that a report is about, as far as it carries it.

use super::{body, is};
use crate::headers;
use mail_parser::{Message, MessageParser, MessagePart, PartType};
use rapport_domain::text;

/// What a report carries of the mail that it is about.
#[derive(Default)]
pub(super) struct Original {
    pub(super) message_id: Option<String>,
    pub(super) addresses: Vec<String>,
}

impl Original {
    pub(super) fn names_itself(&self) -> bool {
        self.message_id.is_some() || !self.addresses.is_empty()
    }
}

/// The mail that a report carries, whole or its headers alone.
pub(super) fn original(parts: &[&MessagePart<'_>]) -> Option<Original> {
    let read = |mail: &Message<'_>| {
        let lists = [mail.reply_to(), mail.from()];
        let emails = lists.into_iter().flatten().flat_map(|l| l.iter()).filter_map(|a| a.address());
        let emails = emails.take(20).filter_map(|email| text::email("from", email).ok());
        Original {
            message_id: mail.message_id().and_then(headers::message_id),
            addresses: emails.collect(),
        }
    };
    parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => Some(read(inner)),
        // One that was encoded is read as a file (`shape`).
        _ if is(part, "encoded", "rfc822") => {
            MessageParser::default().parse_headers(part.contents()).map(|mail| read(&mail))
        }
        _ if is(part, "text", "rfc822-headers") || is(part, "message", "global-headers") => {
            let text = body(part) + "\n\n";
            MessageParser::default().parse_headers(text.as_bytes()).map(|mail| read(&mail))
        }
        _ => None,
    })
}

/// The headers of the mail that old servers copy below their words: qmail, Exim, Exchange. What
/// stands above them differs in each language; the headers do not.
pub(super) fn original_in_words(text: &str) -> Original {
    let mut found = Original::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.trim_start_matches(['>', ' ']).split_once(':') else {
            continue;
        };
        // A long value stands on the next line.
        let below = lines.peek().filter(|l| l.starts_with([' ', '\t'])).map_or("", |l| l.trim());
        let value = Some(value.trim()).filter(|v| !v.is_empty()).unwrap_or(below);
        match name.to_ascii_lowercase().as_str() {
            "message-id" if value.starts_with('<') && found.message_id.is_none() => {
                found.message_id = headers::message_id(value);
            }
            "reply-to" | "from" if found.addresses.len() < 20 => {
                found.addresses.extend(headers::header_addresses(value));
            }
            _ => {}
        }
    }
    found
}
