//! What kind of mail it is: written by a person, by a machine, or about a mail of ours.

use crate::report::{self, Bounce, Feedback};
use mail_parser::{Header, HeaderName, Message};
use rapport_domain::text;

/// The header that mail of ours carries; its value is the mailbox that sent it. Mail of other
/// installations carries it too, so only a mailbox of ours tells that a mail came back.
pub const LOOP_HEADER: &str = "X-Rapport-Loop";

/// What kind of mail it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailKind {
    /// A person wrote it, as far as anybody can tell.
    Ordinary,
    /// A machine answered or announced: out of office, a list, a receipt.
    Auto,
    /// A mail server says what became of a mail.
    Bounce(Bounce),
    /// A provider forwards a complaint about a mail (RFC 5965).
    Feedback(Feedback),
}

impl MailKind {
    /// True for what must never be answered by a machine (RFC 3834).
    pub fn is_automatic(&self) -> bool {
        *self != Self::Ordinary
    }
}

/// Tells the kind by the headers and, for reports, by the parts.
pub(crate) fn classify(message: &Message<'_>) -> MailKind {
    if let Some(feedback) = report::feedback(message) {
        return MailKind::Feedback(feedback);
    }
    if let Some(bounce) = report::bounce(message) {
        return MailKind::Bounce(bounce);
    }
    if is_automatic(message) { MailKind::Auto } else { MailKind::Ordinary }
}

/// The mailbox, in lower case, that sent the mail, if an installation of Rapport did.
pub(crate) fn sent_by(message: &Message<'_>) -> Option<String> {
    header(message, LOOP_HEADER).and_then(|value| text::email("loop", &value).ok())
}

fn is_automatic(message: &Message<'_>) -> bool {
    // "auto-generated (failure)": a comment may follow.
    let auto = header(message, "Auto-Submitted");
    if auto.is_some_and(|v| first_word(&v) != "no") {
        return true;
    }
    let precedence = header(message, "Precedence").map(|v| first_word(&v));
    if matches!(precedence.as_deref(), Some("bulk" | "junk" | "list" | "auto_reply")) {
        return true;
    }
    let action = header(message, "X-Apple-Action").map(|v| v.to_ascii_lowercase());
    if action.is_some_and(|v| v.starts_with("vacation")) {
        return true;
    }
    let present = ["List-Id", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond"];
    if present.iter().any(|name| header(message, name).is_some()) {
        return true;
    }
    is_multipart_report(message) || report::from_daemon(message) || report::null_sender(message)
}

fn is_multipart_report(message: &Message<'_>) -> bool {
    report::content_type(message).is_some_and(|t| t.starts_with("multipart/report"))
}

fn first_word(value: &str) -> String {
    let end =
        value.find(|c: char| c.is_whitespace() || c == '(' || c == ';').unwrap_or(value.len());
    value[..end].to_ascii_lowercase()
}

/// A header's value without its folding, as it stands in the mail; the last one counts.
pub(crate) fn header(message: &Message<'_>, name: &str) -> Option<String> {
    let wanted = HeaderName::parse(name)?;
    let found = message.headers().iter().rev().find(|h| h.name == wanted)?;
    Some(unfolded(message, found))
}

/// The value of a header without its folding, as it stands in the mail.
pub(crate) fn unfolded(message: &Message<'_>, header: &Header<'_>) -> String {
    let range = header.offset_start as usize..header.offset_end as usize;
    let raw = message.raw_message.get(range).unwrap_or_default();
    let text = String::from_utf8_lossy(&raw[..raw.len().min(4_000)]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    fn kind(headers: &str) -> MailKind {
        let raw = format!("From: Ada <ada@x.example>\r\n{headers}\r\n\r\nHello");
        classify(&MessageParser::default().parse(raw.as_bytes()).expect("a mail"))
    }

    #[test]
    fn machines_say_what_they_are() {
        for auto in [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated (failure)",
            "AUTO-SUBMITTED: Auto-Notified; owner=x",
            "Precedence: bulk",
            "Precedence: Auto_Reply",
            "List-Id: <news.x.example>",
            "X-Auto-Response-Suppress: All",
            "X-Autoreply: yes",
            "X-Apple-Action: VACATION/1",
            "Return-Path: <>",
        ] {
            assert_eq!(kind(auto), MailKind::Auto, "{auto}");
        }
        for person in [
            "Auto-Submitted: no",
            "Auto-Submitted: No (really)",
            "Precedence: normal",
            "X-Other: 1",
        ] {
            assert_eq!(kind(person), MailKind::Ordinary, "{person}");
        }
    }

    #[test]
    fn the_mailbox_that_sent_it_is_read() {
        let sent = |headers: &str| {
            let raw = format!("From: a@b.example\r\n{headers}\r\n\r\nHello");
            sent_by(&MessageParser::default().parse(raw.as_bytes()).expect("a mail"))
        };
        let ours = sent("x-rapport-loop: Support@acme.example");
        assert_eq!(ours.as_deref(), Some("support@acme.example"));
        assert_eq!(sent("X-Rapport-Loop: yes"), None);
        assert_eq!(sent("X-Other: support@acme.example"), None);
    }

    #[test]
    fn a_daemon_without_a_report_is_a_machine() {
        let raw = b"From: MAILER-DAEMON@x.example\r\nSubject: hi\r\n\r\nno addresses here";
        let message = MessageParser::default().parse(&raw[..]).expect("a mail");
        assert_eq!(classify(&message), MailKind::Auto);
    }
}
