//! Reports about a mail: what a server could not deliver (RFC 3464), and complaints (RFC 5965).

mod groups;
mod original;
mod refusal;

use crate::headers;
use crate::kind::{header, unfolded};
use groups::{Group, fields, value};
use mail_parser::{HeaderName, Message, MessagePart, MimeHeaders};
use original::{original, original_in_words};
use rapport_domain::text;

/// Recipients of one report that are kept.
const RECIPIENTS_MAX: usize = 100;
/// Bytes of a report, or of a bounce's text, that are read.
const REPORT_BYTES: usize = 256 * 1024;
/// Characters of a report's own words that are kept.
const WORDS_CHARS: usize = 4_000;
/// Characters of a server's explanation that are kept.
const REASON_CHARS: usize = 400;

/// What a server did with a mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Failed,
    /// It is still trying: not a bounce.
    Delayed,
    Delivered,
    /// Handed on to a server that sends no reports.
    Relayed,
    Expanded,
}

/// One recipient of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// In lower case; `None` when the report names none that can be one.
    pub email: Option<String>,
    /// The address that we wrote to, where a mail that was passed on failed at another one.
    pub original: Option<String>,
    pub action: Action,
    /// `5.1.1`
    pub status: Option<String>,
    /// The other server's words.
    pub diagnostic: Option<String>,
}

impl Recipient {
    /// The addresses by which we may know the recipient, the surest first.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        [&self.original, &self.email].into_iter().filter_map(Option::as_deref)
    }

    /// Why it did not arrive, in a line.
    pub fn reason(&self) -> String {
        match (&self.diagnostic, &self.status) {
            (Some(text), _) => text.clone(),
            (None, Some(status)) => format!("Refused with status {status}"),
            (None, None) => "The receiving server refused it".into(),
        }
    }
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub recipients: Vec<Recipient>,
    /// The Message-ID of the mail it is about.
    pub about: Option<String>,
    /// Where answers to that mail go, and whom it is from: a relay changes its Message-ID.
    pub addresses: Vec<String>,
    /// What it says, for people.
    pub words: String,
    /// It is made for programs (RFC 3464, `X-Failed-Recipients`), not in words alone.
    pub formal: bool,
}

impl Bounce {
    /// The recipients whom it did not reach for good.
    pub fn failed(&self) -> impl Iterator<Item = &Recipient> {
        self.recipients.iter().filter(|r| r.action == Action::Failed)
    }
}

/// A complaint that a provider forwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// `abuse`, `fraud`, `not-spam` …
    pub kind: String,
    /// The Message-ID of the mail it is about.
    pub about: Option<String>,
    /// Where answers to that mail go, and whom it is from.
    pub addresses: Vec<String>,
}

/// Type and subtype of the mail itself, in lower case, with `; report-type=…` where it has one.
pub(crate) fn content_type(message: &Message<'_>) -> Option<String> {
    let kind = message.content_type()?;
    let essence = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default());
    let report = kind.attribute("report-type").unwrap_or_default();
    Some(format!("{essence};{report}").to_ascii_lowercase())
}

/// Whether a mail server itself is the sender, or whoever looks after one.
fn from_daemon(message: &Message<'_>) -> bool {
    from_mailer(message) || matches!(local_part(message).as_str(), "postmaster" | "mailadmin")
}

/// Whether a program that delivers mail is the sender: behind a postmaster is a person.
pub(crate) fn from_mailer(message: &Message<'_>) -> bool {
    let local = local_part(message);
    local.starts_with("mailer-daemon")
        || local.starts_with("microsoftexchange")
        || matches!(local.as_str(), "mail-daemon" | "mailerdaemon" | "mdaemon" | "mailsystem")
}

fn local_part(message: &Message<'_>) -> String {
    let from = message.from().and_then(|f| f.first()).and_then(|a| a.address());
    from.and_then(|a| a.split('@').next()).unwrap_or_default().to_ascii_lowercase()
}

/// `Return-Path: <>`: whoever sent it wants no answer. The first one is the receiving server's.
fn null_sender(message: &Message<'_>) -> bool {
    let path = message.headers().iter().find(|h| h.name == HeaderName::ReturnPath);
    path.is_some_and(|h| unfolded(message, h).replace(' ', "") == "<>")
}

/// The complaint, if the mail is one.
pub(crate) fn feedback(message: &Message<'_>) -> Option<Feedback> {
    let parts = parts(message);
    let declared = content_type(message)?;
    let report = parts.iter().find(|p| is(p, "message", "feedback-report"));
    if declared != "multipart/report;feedback-report" && report.is_none() {
        return None;
    }
    let kind = report
        .and_then(|p| fields(&body(p)).into_iter().next())
        .and_then(|g| value(&g, "feedback-type"));
    let addresses = original(&parts).map(|mail| mail.addresses).unwrap_or_default();
    Some(Feedback { kind: kind.unwrap_or_else(|| "other".into()), about: about(&parts), addresses })
}

/// The delivery report, if the mail is one.
pub(crate) fn bounce(message: &Message<'_>) -> Option<Bounce> {
    let parts = parts(message);
    let report = parts.iter().find(|p| {
        is(p, "message", "delivery-status") || is(p, "message", "global-delivery-status")
    });
    let declared = content_type(message).is_some_and(|t| t == "multipart/report;delivery-status");
    let failed = header(message, "X-Failed-Recipients");
    let daemon = from_daemon(message) || null_sender(message);
    if !declared && report.is_none() && failed.is_none() && !daemon {
        return None;
    }
    let mut recipients = report.map(|p| recipients(&body(p))).unwrap_or_default();
    if recipients.is_empty() {
        // Old servers say it in a header of their own, or in words alone.
        recipients = named(failed.as_deref().unwrap_or_default(), message);
    }
    let formal = declared || report.is_some() || !recipients.is_empty();
    if !formal {
        recipients = refusal::in_words(message, from_daemon(message));
        // A postmaster can write like anybody else, and so can somebody who is away.
        if recipients.is_empty() {
            return None;
        }
    }
    let original = original(&parts).filter(|mail| mail.names_itself());
    let original = original.unwrap_or_else(|| original_in_words(&shown(message)));
    // Gmail names it among what it says for programs, whatever it sends back.
    let text = || {
        let groups = report.map(|p| fields(&body(p))).unwrap_or_default();
        let names = ["x-original-message-id", "original-message-id"];
        let found = groups.iter().find_map(|g| names.iter().find_map(|name| value(g, name)));
        found.as_deref().and_then(headers::message_id)
    };
    let (about, addresses) = (original.message_id.or_else(text), original.addresses);
    Some(Bounce { recipients, about, addresses, words: words(message), formal })
}

/// The report's own words, for people to read.
fn words(message: &Message<'_>) -> String {
    let text = shown(message).replace("\r\n", "\n");
    text.trim().chars().take(WORDS_CHARS).collect()
}

/// The parts of the mail and of messages inside it, to a small depth.
fn parts<'a>(message: &'a Message<'a>) -> Vec<&'a MessagePart<'a>> {
    message.parts.iter().take(crate::shape::PARTS_MAX).collect()
}

fn is(part: &MessagePart<'_>, kind: &str, subtype: &str) -> bool {
    part.content_type().is_some_and(|t| {
        t.ctype().eq_ignore_ascii_case(kind)
            && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case(subtype))
    })
}

fn body(part: &MessagePart<'_>) -> String {
    let bytes = part.contents();
    String::from_utf8_lossy(&bytes[..bytes.len().min(REPORT_BYTES)]).replace("\r\n", "\n")
}

/// `rfc822; ada@x.example` → the address.
fn after_type(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim()
}

fn address(value: &str) -> Option<String> {
    let bare = after_type(value).trim_matches(['<', '>', ' ']);
    text::email("recipient", &unescaped(bare)).ok()
}

/// `\x{E4}da@x.example` → `äda@x.example` (RFC 6533).
fn unescaped(address: &str) -> String {
    let mut pieces = address.split("\\x{");
    let mut out = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let letter = piece.split_once('}').and_then(|(hex, rest)| {
            Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, rest))
        });
        match letter {
            Some((letter, rest)) => {
                out.push(letter);
                out.push_str(rest);
            }
            None => {
                out.push_str("\\x{");
                out.push_str(piece);
            }
        }
    }
    out
}

fn recipients(report: &str) -> Vec<Recipient> {
    let groups = fields(report);
    let recipient = |group: &Group| {
        let original = value(group, "original-recipient");
        let to = value(group, "final-recipient").or_else(|| original.clone());
        let action = value(group, "action").unwrap_or_default().to_ascii_lowercase();
        let status = value(group, "status").and_then(|s| enhanced(&s));
        let action = match action.split_whitespace().next().unwrap_or_default() {
            "failed" => Action::Failed,
            "delayed" => Action::Delayed,
            "delivered" => Action::Delivered,
            "relayed" => Action::Relayed,
            "expanded" => Action::Expanded,
            // A report without an action still says by its class what happened.
            _ => match status.as_deref().and_then(|s| s.chars().next()) {
                Some('5') => Action::Failed,
                Some('4') => Action::Delayed,
                Some('2') => Action::Delivered,
                _ => return None,
            },
        };
        let text = value(group, "diagnostic-code").map(|d| after_type(&d).to_string());
        Some(Recipient {
            email: to.as_deref().and_then(address),
            original: original.as_deref().and_then(address),
            action,
            status,
            diagnostic: text.filter(|d| !d.is_empty()),
        })
    };
    groups.iter().filter_map(recipient).take(RECIPIENTS_MAX).collect()
}

/// `5.1.1 (bad mailbox)` → `5.1.1`
fn enhanced(status: &str) -> Option<String> {
    let code = status.split(|c: char| c.is_whitespace() || c == '(').next()?;
    let digits = code.split('.').filter(|p| !p.is_empty() && p.len() <= 3).count() == 3;
    (digits && code.chars().all(|c| c.is_ascii_digit() || c == '.')).then(|| code.to_string())
}

/// The addresses of `X-Failed-Recipients`, with what the text says about them.
fn named(list: &str, message: &Message<'_>) -> Vec<Recipient> {
    let diagnostic = refusal::code_line(&shown(message));
    list.split(',')
        .filter_map(|one| text::email("recipient", one.trim()).ok())
        .take(RECIPIENTS_MAX)
        .map(|email| Recipient {
            email: Some(email),
            original: None,
            action: Action::Failed,
            status: None,
            diagnostic: diagnostic.clone(),
        })
        .collect()
}

fn shown(message: &Message<'_>) -> String {
    let text = message.body_text(0).unwrap_or_default();
    text.chars().take(20_000).collect()
}

fn about(parts: &[&MessagePart<'_>]) -> Option<String> {
    original(parts)?.message_id
}

#[cfg(test)]
mod tests;
