//! From raw bytes to a message.

use crate::attachment::Attachment;
use crate::forward::Forwarded;
use crate::kind::{self, MailKind};
use crate::shape::shape;
use crate::{content, headers, sealed};
use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser};
use rapport_domain::message::{Seal, SpokenTime};
use rapport_domain::{limits, text};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Addresses of one header that are kept.
const ADDRESSES_MAX: usize = 100;
/// No clock is so far ahead: such a number is none.
const YEAR_3000: i64 = 32_503_680_000;
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
    /// What stands in From, where a mailing list put itself there.
    pub via: Option<Address>,
    /// Where answers shall go; `None` when several are named.
    pub reply_to: Option<Address>,
    /// All that are named for answers.
    pub reply_to_all: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    /// Where mail servers say they delivered it (Delivered-To, X-Original-To), in lower case.
    pub delivered_to: Vec<String>,
    pub subject: Option<String>,
    /// What the sender's clock said; `None` when missing or unreadable.
    pub date: Option<DateTime<Utc>>,
    /// Ids have no angle brackets.
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    /// Every header, as name and unfolded value, in order of arrival.
    pub headers: Vec<(String, String)>,
    /// What is shown; made from the HTML where the mail has no text.
    pub text: String,
    /// The times of its invitations, in the order in which the text speaks of them.
    pub times: Vec<SpokenTime>,
    /// Cleaned; `None` when the mail is plain text.
    pub html: Option<String>,
    /// What it is sealed with.
    pub seal: Option<Seal>,
    /// The one mail that is attached, what stands above it as its note, and its cleaned HTML.
    pub attached: Option<(Forwarded, Option<String>)>,
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
pub fn parse(raw: &[u8]) -> Result<ParsedEmail, Unreadable> {
    if raw.len() > limits::EMAIL_BYTES {
        return Err(Unreadable::TooLarge);
    }
    // The parser is safe code, but it slices by offsets that strangers choose. A panic in it
    // must cost one mail and not the request; nothing of ours is left half-changed behind it.
    catch_unwind(AssertUnwindSafe(|| read(raw))).unwrap_or(Err(Unreadable::Broken))
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

fn read(raw: &[u8]) -> Result<ParsedEmail, Unreadable> {
    let raw = lines(raw);
    let shaped = shape(&raw);
    let message = MessageParser::default().parse(&shaped.mail).ok_or(Unreadable::NotMail)?;
    if message.headers().is_empty() {
        return Err(Unreadable::NotMail);
    }
    let Some(inner) = sealed::opened(&message) else { return understood(&message, shaped.cut) };
    // One envelope is opened; a second one inside is a file.
    let inside = shape(&inner);
    let opened = MessageParser::default().parse(&inside.mail).ok_or(Unreadable::NotMail)?;
    let mail = understood(&opened, shaped.cut || inside.cut)?;
    Ok(ParsedEmail { seal: Some(Seal::SignedSmime), headers: headers::all(&message), ..mail })
}

/// A mail whose lines end as nobody ends them any more, by a carriage return alone, with lines.
fn lines(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\n') || !raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect())
}

fn understood(message: &Message<'_>, cut: bool) -> Result<ParsedEmail, Unreadable> {
    let reply_to = addresses(message.reply_to());
    let from = sender(message, &reply_to).ok_or(Unreadable::NoSender)?;
    let body = content::content(message);
    let files = body.files.len();
    let writer = behind_list(message, &from, &reply_to);
    let (from, via) = match writer {
        Some(writer) => (writer, Some(from)),
        None => (from, None),
    };
    // Of several, none is the one; and a list that wrote in somebody's place is not them.
    let one = reply_to.iter().all(|to| to.email == reply_to[0].email);
    let list = via.as_ref().map(|via: &Address| &via.email);
    let answers = reply_to.first().filter(|to| one && Some(&to.email) != list).cloned();
    Ok(ParsedEmail {
        kind: kind::classify(message),
        sent_by: kind::sent_by(message),
        incomplete: cut || files > limits::EMAIL_ATTACHMENTS_MAX,
        from,
        via,
        reply_to: answers,
        reply_to_all: reply_to,
        to: message.all_to().flat_map(|a| addresses(Some(a))).take(ADDRESSES_MAX).collect(),
        cc: message.all_cc().flat_map(|a| addresses(Some(a))).take(ADDRESSES_MAX).collect(),
        delivered_to: delivered_to(message),
        // Some gateways encode what was encoded.
        subject: message
            .subject()
            .map(|s| text::excerpt(&headers::decode_header(s), limits::SUBJECT_CHARS))
            .filter(|s| !s.is_empty()),
        date: message
            .date()
            .filter(|d| d.is_valid())
            .and_then(|d| DateTime::from_timestamp(d.to_timestamp(), 0))
            .filter(|d| d.timestamp() > 0 && d.timestamp() < YEAR_3000),
        message_id: message.message_id().and_then(headers::message_id),
        in_reply_to: headers::ids(message.in_reply_to()),
        references: headers::ids(message.references()),
        headers: headers::all(message),
        text: limit(text::clean(&body.text)),
        times: body.times,
        html: body.html,
        seal: body.seal,
        attached: body.attached,
        attachments: body.files.into_iter().take(limits::EMAIL_ATTACHMENTS_MAX).collect(),
    })
}

/// Who a mail is from: From, else Sender, else whatever names an address: scripts encode one into
/// the name, put it into no or too many brackets, or say it in Reply-To alone.
fn sender(message: &Message<'_>, reply_to: &[Address]) -> Option<Address> {
    let list = addresses(message.from());
    if let Some(mut from) = list.into_iter().next() {
        from.name = surname(message, &from).or(from.name);
        return Some(from);
    }
    let other = addresses(message.sender()).into_iter().next();
    let written = || {
        let value = headers::decode_header(&kind::header(message, "From")?);
        headers::address_in(&value)
    };
    let other = other.or_else(written).or_else(|| reply_to.first().cloned());
    let path = || kind::header(message, "Return-Path").and_then(|v| headers::address_in(&v));
    other.or_else(path)
}

/// `King, Ada <ada@x.example>`: a name with a comma that nobody put into quotes.
fn surname(message: &Message<'_>, from: &Address) -> Option<String> {
    let list: Vec<_> = message.from()?.as_list()?.iter().take(3).collect();
    let [first, second] = list.as_slice() else { return None };
    let surname = match (first.name.as_deref(), first.address.as_deref()) {
        (Some(surname), None) | (None, Some(surname)) => surname,
        _ => return None,
    };
    let own = second.address.as_deref().and_then(|a| text::email("from", a).ok())?;
    let given = second.name.as_deref()?;
    let is = own == from.email && !surname.contains(['@', '<', '=']);
    is.then(|| text::excerpt(&format!("{surname}, {given}"), limits::NAME_CHARS))
}

/// Whom a mailing list put itself in the place of, as lists do whose members' domains forbid
/// others to send in their name: `'Ada' via Help <help@groups.example>`.
fn behind_list(message: &Message<'_>, from: &Address, reply_to: &[Address]) -> Option<Address> {
    let has = |name: &str| kind::header(message, name).is_some();
    if !["List-Id", "Mailing-list", "List-Post", "X-Google-Group-Id", "X-BeenThere"]
        .iter()
        .any(|n| has(n))
    {
        return None;
    }
    let name = from.name.as_deref().unwrap_or_default();
    let (own_name, via) = match name.rsplit_once(" via ") {
        Some((own, _)) => (Some(own.trim_matches(['\'', '"', ' '])), true),
        None => (None, false),
    };
    let named = |header: &str| {
        kind::header(message, header).and_then(|value| headers::people(&value).into_iter().next())
    };
    let sender = || named("X-Original-Sender").filter(|_| via);
    let answers = || reply_to.first().filter(|_| via && reply_to.len() == 1).cloned();
    let mut writer = named("X-Original-From").or_else(sender).or_else(answers)?;
    let own_name = own_name.filter(|n| !n.is_empty() && !n.contains('@')).map(String::from);
    writer.name = writer.name.or(own_name);
    (writer.email != from.email).then_some(writer)
}

/// The usable addresses of a header, groups flattened.
pub(crate) fn addresses(header: Option<&mail_parser::Address<'_>>) -> Vec<Address> {
    let list = header.into_iter().flat_map(|h| h.iter());
    list.filter_map(|addr| {
        let email = text::email("from", addr.address.as_deref()?).ok()?;
        let name = addr
            .name
            .as_deref()
            .map(|n| text::excerpt(n.trim_matches(['"', '\'']), limits::NAME_CHARS));
        // An address as a name says nothing, or deceives.
        let name = name.filter(|n| !n.is_empty() && text::email("name", n).is_err());
        Some(Address { name, email })
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

/// Cuts a text to what a message may hold, and says so.
fn limit(text: String) -> String {
    if text.chars().count() <= limits::MESSAGE_CHARS {
        return text;
    }
    let keep = limits::MESSAGE_CHARS - CUT.chars().count();
    text.chars().take(keep).collect::<String>() + CUT
}
