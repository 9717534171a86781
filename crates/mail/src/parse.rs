//! From raw bytes to a message.

use crate::attachment::Attachment;
use crate::kind::{self, MailKind};
use crate::shape::shape;
use crate::{headers, html};
use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::{Message, MessageParser, MessagePart, PartType};
use rapport_domain::{limits, text};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of HTML that are cleaned and kept; a longer body keeps its text alone.
const HTML_BYTES: usize = 2 * 1024 * 1024;
/// Addresses of one header that are kept.
const ADDRESSES_MAX: usize = 100;
/// How far ahead of our clock a Date may be before it is not believed.
const AHEAD: TimeDelta = TimeDelta::hours(24);
/// What stands at the end of a text that was too long to show whole.
const CUT: &str = "\n\n[The rest is in the original e-mail.]";

/// A person in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub name: Option<String>,
    /// In lower case.
    pub email: String,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedEmail {
    pub kind: MailKind,
    /// The mailbox that sent it, if an installation of Rapport says it did.
    pub sent_by: Option<String>,
    /// Something was left out: it nests too deep or has too many parts or files.
    pub incomplete: bool,
    /// Who it claims to be from: never a proof.
    pub from: Address,
    pub reply_to: Option<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    /// Where mail servers say they delivered it (Delivered-To, X-Original-To), in lower case.
    pub delivered_to: Vec<String>,
    pub subject: Option<String>,
    /// `None` when missing, unreadable, or not to be believed.
    pub date: Option<DateTime<Utc>>,
    /// Ids have no angle brackets.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// Every header, as name and unfolded value, in order of arrival.
    pub headers: Vec<(String, String)>,
    /// What is shown; made from the HTML where the mail has no text.
    pub text: String,
    /// Cleaned; `None` when the mail is plain text.
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}

/// Why a mail cannot be shown as a message; the raw text still can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("The e-mail is larger than 25 MB.")]
    TooLarge,
    #[error("This is not an e-mail.")]
    NotMail,
    #[error("The e-mail names no sender.")]
    NoSender,
    #[error("The e-mail is broken in a way that Rapport cannot read.")]
    Broken,
}

/// Reads a raw mail (RFC 5322 with MIME).
pub fn parse(raw: &[u8], now: DateTime<Utc>) -> Result<ParsedEmail, Unreadable> {
    if raw.len() > limits::EMAIL_BYTES {
        return Err(Unreadable::TooLarge);
    }
    // The parser is safe code, but it slices by offsets that strangers choose. A panic in it
    // must cost one mail and not the request; nothing of ours is left half-changed behind it.
    catch_unwind(AssertUnwindSafe(|| read(raw, now))).unwrap_or(Err(Unreadable::Broken))
}

/// How many recipients a mail's own headers name. Reads no further than the headers.
pub fn count_recipients(raw: &[u8]) -> usize {
    let counted = catch_unwind(AssertUnwindSafe(|| {
        let message = MessageParser::default().parse_headers(raw)?;
        let lists = message.all_to().chain(message.all_cc()).chain(message.all_bcc());
        Some(lists.map(|list| list.iter().count()).sum())
    }));
    counted.ok().flatten().unwrap_or(0)
}

/// The subject of a mail that cannot be read as a whole, to tell one such mail from another.
pub fn peek_subject(raw: &[u8]) -> Option<String> {
    let start = &raw[..raw.len().min(64 * 1024)];
    // As above: a broken mail must not take anything down.
    let message =
        catch_unwind(AssertUnwindSafe(|| MessageParser::default().parse_headers(start))).ok()??;
    let subject = text::excerpt(message.subject()?, limits::SUBJECT_CHARS);
    (!subject.is_empty()).then_some(subject)
}

fn read(raw: &[u8], now: DateTime<Utc>) -> Result<ParsedEmail, Unreadable> {
    let shaped = shape(raw);
    let message = MessageParser::default().parse(&shaped.mail).ok_or(Unreadable::NotMail)?;
    if message.headers().is_empty() {
        return Err(Unreadable::NotMail);
    }
    let from = addresses(message.from()).into_iter().next();
    let from = from.or_else(|| addresses(message.sender()).into_iter().next());
    let (text, html) = bodies(&message);
    let files = message.attachments().take(limits::EMAIL_ATTACHMENTS_MAX + 1).count();
    Ok(ParsedEmail {
        kind: kind::classify(&message),
        sent_by: kind::sent_by(&message),
        incomplete: shaped.cut || files > limits::EMAIL_ATTACHMENTS_MAX,
        from: from.ok_or(Unreadable::NoSender)?,
        reply_to: addresses(message.reply_to()).into_iter().next(),
        to: message.all_to().flat_map(|a| addresses(Some(a))).take(ADDRESSES_MAX).collect(),
        cc: message.all_cc().flat_map(|a| addresses(Some(a))).take(ADDRESSES_MAX).collect(),
        delivered_to: delivered_to(&message),
        subject: message
            .subject()
            .map(|s| text::excerpt(s, limits::SUBJECT_CHARS))
            .filter(|s| !s.is_empty()),
        date: message
            .date()
            .filter(|d| d.is_valid())
            .and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0))
            .filter(|d| d.timestamp() > 0 && *d <= now + AHEAD),
        message_id: message.message_id().and_then(headers::message_id),
        in_reply_to: headers::ids(message.in_reply_to()),
        references: headers::ids(message.references()),
        headers: headers::all(&message),
        text,
        html,
        attachments: message
            .attachments()
            .take(limits::EMAIL_ATTACHMENTS_MAX)
            .map(Attachment::from_part)
            .collect(),
    })
}

/// The usable addresses of a header, groups flattened.
fn addresses(header: Option<&mail_parser::Address<'_>>) -> Vec<Address> {
    let list = header.into_iter().flat_map(|h| h.iter());
    list.filter_map(|addr| {
        let email = text::email("from", addr.address.as_deref()?).ok()?;
        let name = addr
            .name
            .as_deref()
            .map(|n| text::excerpt(n.trim_matches(['"', '\'']), limits::NAME_CHARS));
        Some(Address { name: name.filter(|n| !n.is_empty()), email })
    })
    .take(ADDRESSES_MAX)
    .collect()
}

fn delivered_to(message: &Message<'_>) -> Vec<String> {
    let names = ["Delivered-To", "X-Original-To", "Envelope-To"];
    let headers = message.headers().iter();
    headers
        .filter(|h| names.iter().any(|n| h.name().eq_ignore_ascii_case(n)))
        .map(|h| kind::unfolded(message, h))
        .filter_map(|v| text::email("to", v.trim_matches(['<', '>', ' '])).ok())
        .take(ADDRESSES_MAX)
        .collect()
}

/// The text to show and the cleaned HTML, if any part is HTML.
fn bodies(message: &Message<'_>) -> (String, Option<String>) {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'_>> {
        ids.iter().filter_map(|id| message.parts.get(*id as usize)).take(50).collect()
    };
    let (texts, htmls) = (parts(&message.text_body), parts(&message.html_body));
    let is_html = |p: &&MessagePart<'_>| matches!(p.body, PartType::Html(_));
    let html = htmls.iter().any(is_html).then(|| clean_html(&htmls)).flatten();
    let mut shown: String = texts.iter().map(|p| plain(p)).collect::<Vec<_>>().join("\n");
    if shown.trim().is_empty() {
        // Some programs send an empty text beside the HTML.
        shown = html.as_deref().map(html::html_to_text).unwrap_or_default();
    }
    (limit(text::clean(&shown)), html)
}

fn plain(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(text) => text.replace("\r\n", "\n"),
        PartType::Html(html) if html.len() <= HTML_BYTES => {
            html::html_to_text(&html::sanitize(html))
        }
        PartType::Html(html) => mail_parser::decoders::html::html_to_text(html),
        _ => String::new(),
    }
}

fn clean_html(parts: &[&MessagePart<'_>]) -> Option<String> {
    let mut all = String::new();
    for part in parts {
        match &part.body {
            PartType::Html(html) => all.push_str(html),
            PartType::Text(text) => {
                all.push_str(&format!("<pre>{}</pre>", ammonia::clean_text(text)));
            }
            _ => {}
        }
    }
    let clean = (all.len() <= HTML_BYTES).then(|| html::sanitize(&all.replace('\0', "\u{FFFD}")));
    clean.filter(|c| !c.trim().is_empty())
}

/// Cuts a text to what a message may hold, and says so.
fn limit(text: String) -> String {
    if text.chars().count() <= limits::MESSAGE_CHARS {
        return text;
    }
    let keep = limits::MESSAGE_CHARS - CUT.chars().count();
    text.chars().take(keep).collect::<String>() + CUT
}
