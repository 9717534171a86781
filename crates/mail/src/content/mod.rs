//! What a mail holds: the text to show, the cleaned HTML, the files, and what packs of other
//! programs have inside.

mod attached;
mod stub;

use crate::attachment::{self, Attachment};
use crate::calendar::Described;
use crate::forward::Forwarded;
use crate::{calendar, card, charset, html, inline_files, place, quote, sealed, tnef};
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use rapport_domain::limits;
use rapport_domain::message::{Seal, SpokenTime};
use std::borrow::Cow;
use stub::is_stub;

/// Bytes of HTML that are cleaned and kept; a longer body keeps its text alone.
const HTML_BYTES: usize = 2 * 1024 * 1024;
/// Parts that make up the text.
const BODIES_MAX: usize = 50;
/// What a mail holds.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub text: String,
    /// The times that the text speaks of.
    pub times: Vec<SpokenTime>,
    /// Cleaned; `None` when the mail is plain text.
    pub html: Option<String>,
    pub seal: Option<Seal>,
    pub files: Vec<Attachment>,
    /// The one mail that is attached, what stands above it as its note, and its cleaned HTML.
    pub attached: Option<(Forwarded, Option<String>)>,
}

pub(crate) fn content(message: &Message<'_>) -> Content {
    // What a report sends back is a mail of ours, and nobody's words.
    let opens = !message.content_type().is_some_and(|t| {
        t.ctype().eq_ignore_ascii_case("multipart")
            && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case("report"))
    });
    content_of(message, opens)
}

/// The same; `opens` says whether mails inside of it are opened.
fn content_of(message: &Message<'_>, opens: bool) -> Content {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'_>> {
        let parts = ids.iter().filter_map(|id| message.parts.get(*id as usize));
        parts.filter(|p| !is_data(p)).take(BODIES_MAX).collect()
    };
    let (texts, htmls) = (parts(&message.text_body), parts(&message.html_body));
    let mut seal = sealed::seal(message);
    let mut described = Vec::new();
    let mut packed = tnef::Packet::default();
    let mut files = files(message, &mut described, &mut packed);
    let mut mails = if opens { attached::open_all(&mut files) } else { Vec::new() };
    let is_html = |p: &&MessagePart<'_>| matches!(p.body, PartType::Html(_));
    let mut html = htmls.iter().any(is_html).then(|| clean_html(message, &htmls, &files)).flatten();
    let mut text = if texts.iter().any(is_html) && texts.len() == htmls.len() && html.is_some() {
        html.as_deref().map(html::html_to_text).unwrap_or_default()
    } else {
        let text = |part: &&MessagePart<'_>| without_files(message, part, &mut files);
        texts.iter().map(text).collect::<Vec<_>>().join("\n")
    };
    if text.trim().is_empty() && html.is_none() {
        html = packed.html.filter(|h| h.len() <= HTML_BYTES).map(|h| html::sanitize(&h));
        html = html.filter(|h| !h.trim().is_empty());
        text = packed.text.unwrap_or_default();
    }
    if let Some(html) = &html
        && (text.trim().is_empty() || is_stub(&text, html))
    {
        // Some programs send an empty text beside the HTML, or one that says so.
        text = html::html_to_text(html);
    }
    if let Some((found, plain)) = sealed::armored(&text) {
        (seal, text) = (Some(found), plain);
    }
    if text.trim().is_empty() && html.is_none() {
        text = unread(message);
    }
    if text.trim().is_empty()
        && let Some(seal @ (Seal::EncryptedPgp | Seal::EncryptedSmime)) = seal
    {
        text = seal.label().to_string();
    }
    let attached = match mails.as_mut_slice() {
        [one] => one.mail.take().map(|mail| {
            let note = quote::split_quoted(&text).fresh;
            (Forwarded { note: note.trim().to_string(), ..mail }, one.html.take())
        }),
        _ => None,
    };
    described.extend(mails.into_iter().map(|mail| mail.described).filter(|d| !d.words.is_empty()));
    let times = described.iter().flat_map(|t| t.times.clone()).collect();
    let text = with_described(text, described);
    Content { text, times, html, seal, files, attached }
}

/// A text and what invitations and cards say, above the signature and the quote: what is folded
/// there is not read.
fn with_described(text: String, described: Vec<Described>) -> String {
    if described.is_empty() {
        return text;
    }
    let split = quote::split_quoted(&text);
    let mut all =
        Some(split.fresh).filter(|t| !t.trim().is_empty()).into_iter().collect::<Vec<_>>();
    for one in described {
        // A mail that is nothing but an invitation has its words there.
        all.extend(one.description.filter(|_| all.is_empty()));
        all.push(one.words);
    }
    all.extend(split.quoted);
    all.join("\n\n")
}

/// Text that people read in another form: calendars, address cards.
fn is_data(part: &MessagePart<'_>) -> bool {
    data_kind(part).is_some()
}

#[derive(Clone, Copy)]
enum Data {
    Calendar,
    Card,
}

fn data_kind(part: &MessagePart<'_>) -> Option<Data> {
    let kind = part.content_type()?;
    let (kind, subtype) = (kind.ctype(), kind.subtype().unwrap_or_default().to_ascii_lowercase());
    match (kind.to_ascii_lowercase().as_str(), subtype.as_str()) {
        ("text" | "application", "calendar" | "ics") => Some(Data::Calendar),
        ("text", "vcard" | "x-vcard" | "directory") => Some(Data::Card),
        _ => {
            let name = part.attachment_name()?.to_lowercase();
            match name.rsplit_once('.')?.1 {
                "ics" => Some(Data::Calendar),
                "vcf" => Some(Data::Card),
                _ => None,
            }
        }
    }
}

/// The files, those that lie in packs of Outlook included; calendars and cards are told as well.
fn files(
    message: &Message<'_>,
    described: &mut Vec<Described>,
    packed: &mut tnef::Packet,
) -> Vec<Attachment> {
    let mut files = Vec::new();
    for part in message.attachments().take(limits::EMAIL_ATTACHMENTS_MAX + 1) {
        if let Some(kind) = data_kind(part) {
            let file = match &part.body {
                PartType::Text(_) => written(message, part),
                PartType::Binary(data) | PartType::InlineBinary(data) => {
                    charset::decode(data, None)
                }
                _ => Cow::Borrowed(""),
            };
            let method = part.content_type().and_then(|t| t.attribute("method"));
            let words = match kind {
                Data::Calendar => calendar::describe(&file, method),
                Data::Card => {
                    card::describe(&file).map(|words| Described { words, ..Described::default() })
                }
            };
            // Invitations come twice: to be read by programs, and as a file.
            described.extend(words.filter(|w| !described.iter().any(|t| t.words == w.words)));
        }
        let file = Attachment::from_part(message, part);
        if !tnef::is_packet(&file.data) {
            files.push(file);
            continue;
        }
        let found = tnef::open(&file.data);
        if found.text.is_none() && found.html.is_none() && found.files.is_empty() {
            files.push(file);
        }
        files.extend(found.files);
        packed.text = packed.text.take().or(found.text);
        packed.html = packed.html.take().or(found.html);
    }
    files
}

/// The words of a mail that is said to be something else than it is: text of a kind that nobody
/// knows, or a multipart of which no part was found.
fn unread(message: &Message<'_>) -> String {
    let Some(part) = message.parts.first() else { return String::new() };
    let kind = part.content_type().map_or("text", |t| t.ctype()).to_ascii_lowercase();
    let named = part.attachment_name().is_some() || is_data(part);
    let text = matches!(kind.as_str(), "text" | "multipart" | "plain") && message.parts.len() == 1;
    if let Some(data) = attachment::uudecoded(part).filter(|_| text) {
        return charset::decode(&data, None).replace("\r\n", "\n");
    }
    match &part.body {
        PartType::Text(_) | PartType::Binary(_) if text && !named => {
            let declared = charset::decode(part.contents(), None);
            declared.replace("\r\n", "\n").replace('\r', "\n")
        }
        _ => String::new(),
    }
}

/// A part's text in the charset that it is written in, whatever its label says.
fn written<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, str> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else {
        return Cow::Borrowed("");
    };
    let declared = part.content_type().and_then(|t| t.attribute("charset"));
    let utf8 =
        declared.is_some_and(|c| c.eq_ignore_ascii_case("utf-8") || c.eq_ignore_ascii_case("utf8"));
    let whole = !text.contains(char::REPLACEMENT_CHARACTER);
    // What the parser could not decode it gives as it came.
    let says_base64 = || {
        let declared = part.content_transfer_encoding();
        declared.is_some_and(|e| e.trim().eq_ignore_ascii_case("base64"))
    };
    let encoded = part.encoding == Encoding::Base64 || part.is_encoding_problem && says_base64();
    let switched = charset::is_switched(text.as_bytes(), declared);
    if !encoded && !switched && (text.is_ascii() || utf8 && whole) {
        return Cow::Borrowed(text);
    }
    let range = part.offset_body as usize..part.offset_end as usize;
    let raw = message.raw_message.get(range).unwrap_or_default();
    let bytes = match part.encoding {
        _ if encoded => unpacked(raw).map(Cow::Owned),
        Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
        _ => Some(Cow::Borrowed(raw)),
    };
    let odd = |b: &Cow<'_, [u8]>| {
        !b.is_ascii() || charset::is_switched(b, declared) || **b != *text.as_bytes()
    };
    let Some(bytes) = bytes.filter(odd) else { return Cow::Borrowed(text) };
    if charset::is_switched(&bytes, declared) {
        return Cow::Owned(charset::decode(&bytes, declared).into_owned());
    }
    // Without a label of the mail's own, HTML may bring one.
    let named = (declared.is_none() && matches!(part.body, PartType::Html(_)))
        .then(|| html::charset(&bytes))
        .flatten();
    let declared = declared.or(named);
    // What the parser read without a fault stays, unless it was UTF-8 under another name.
    let read = whole && named.is_none() && declared.is_some_and(charset::is_known);
    if read && !encoded && std::str::from_utf8(&bytes).is_err() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(charset::decode(&bytes, declared).into_owned())
}

/// Base64 as mail servers leave it: without its filling, and with the words of a list or a scanner
/// below, which nobody encoded.
fn unpacked(raw: &[u8]) -> Option<Vec<u8>> {
    let code = |line: &[u8]| {
        let line = line.trim_ascii();
        line.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
    };
    let lines = || raw.split_inclusive(|b| *b == b'\n');
    let end: usize = lines().take_while(|line| code(line)).map(<[u8]>::len).sum();
    let (packed, below) = raw.split_at(end);
    if packed.trim_ascii().is_empty() {
        return None;
    }
    // Pieces that were packed one by one follow each other, each with its filling.
    let pieces = packed.split(|b| *b == b'=').map(charset::base64);
    let mut bytes = pieces.collect::<Option<Vec<_>>>()?.concat();
    if !below.trim_ascii().is_empty() {
        bytes.extend_from_slice(b"\n");
        bytes.extend_from_slice(below);
    }
    Some(bytes)
}

/// A part's text, without the files that a program wrote into it.
fn without_files(
    message: &Message<'_>,
    part: &MessagePart<'_>,
    files: &mut Vec<Attachment>,
) -> String {
    let is_text = matches!(part.body, PartType::Text(_));
    // yEnc counts on every byte as it came.
    let range = part.offset_body as usize..part.offset_end as usize;
    let raw = message.raw_message.get(range).unwrap_or_default();
    if is_text
        && part.encoding == Encoding::None
        && !raw.is_ascii()
        && let Some((kept, found)) = inline_files::taken_out(raw)
    {
        files.extend(found);
        let declared = part.content_type().and_then(|t| t.attribute("charset"));
        return charset::decode(&kept, declared).replace("\r\n", "\n").replace('\r', "\n");
    }
    let text = plain(message, part);
    match inline_files::taken_out(text.as_bytes()).filter(|_| is_text) {
        Some((kept, found)) => {
            files.extend(found);
            String::from_utf8_lossy(&kept).into_owned()
        }
        None => text,
    }
}

fn plain(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(_) => {
            let text = written(message, part).replace("\r\n", "\n").replace('\r', "\n");
            text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text)
        }
        PartType::Html(html) if html.len() <= HTML_BYTES => {
            html::html_to_text(&html::sanitize(&written(message, part)))
        }
        PartType::Html(html) => mail_parser::decoders::html::html_to_text(html),
        _ => String::new(),
    }
}

fn clean_html(
    message: &Message<'_>,
    parts: &[&MessagePart<'_>],
    files: &[Attachment],
) -> Option<String> {
    let mut all = String::new();
    for part in parts {
        match &part.body {
            PartType::Html(_) => all.push_str(&written(message, part)),
            PartType::Text(_) => {
                all.push_str(&format!(
                    "<pre>{}</pre>",
                    ammonia::clean_text(&written(message, part))
                ));
            }
            _ => {}
        }
    }
    if all.len() > HTML_BYTES {
        return None;
    }
    let clean = html::sanitize(&place::by_id(&all.replace('\0', "\u{FFFD}"), files));
    Some(clean).filter(|c| !c.trim().is_empty())
}

#[cfg(test)]
mod tests;
