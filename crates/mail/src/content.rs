//! What a mail holds: the text to show, the cleaned HTML, the files, and what packs of other
//! programs have inside.

use crate::attachment::Attachment;
use crate::{calendar, card, charset, html, place, sealed, tnef};
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use rapport_domain::limits;
use rapport_domain::message::Seal;
use std::borrow::Cow;

/// Bytes of HTML that are cleaned and kept; a longer body keeps its text alone.
const HTML_BYTES: usize = 2 * 1024 * 1024;
/// Parts that make up the text.
const BODIES_MAX: usize = 50;
/// Characters of a text that says no more than that there is HTML.
const STUB_CHARS: usize = 600;

/// What such a text has in it.
const STUB_WORDS: [&str; 34] = [
    "html",
    "view this email",
    "view this message",
    "view it online",
    "view online",
    "view in browser",
    "in your browser",
    "read this email",
    "display this",
    "trouble viewing",
    "trouble reading",
    "online ansehen",
    "online lesen",
    "im browser",
    "nicht dargestellt",
    "nicht angezeigt",
    "dans votre navigateur",
    "version en ligne",
    "en su navegador",
    "en tu navegador",
    "nel browser",
    "no seu navegador",
    "mime format",
    "e-mail-programm",
    "client de messagerie",
    "logiciel de messagerie",
    "cliente de correo",
    "client di posta",
    "cliente de e-mail",
    "e-mailprogramma",
    "почтов",
    "w przeglądarce",
    "メールソフト",
    "浏览器",
];

/// What a mail holds.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub text: String,
    /// Cleaned; `None` when the mail is plain text.
    pub html: Option<String>,
    pub seal: Option<Seal>,
    pub files: Vec<Attachment>,
}

pub(crate) fn content(message: &Message<'_>) -> Content {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'_>> {
        let parts = ids.iter().filter_map(|id| message.parts.get(*id as usize));
        parts.filter(|p| !is_data(p)).take(BODIES_MAX).collect()
    };
    let (texts, htmls) = (parts(&message.text_body), parts(&message.html_body));
    let mut seal = sealed::seal(message);
    let mut told = Vec::new();
    let mut packed = tnef::Packet::default();
    let files = files(message, &mut told, &mut packed);
    let is_html = |p: &&MessagePart<'_>| matches!(p.body, PartType::Html(_));
    let mut html = htmls.iter().any(is_html).then(|| clean_html(message, &htmls, &files)).flatten();
    let mut text = if texts.iter().any(is_html) && texts.len() == htmls.len() && html.is_some() {
        html.as_deref().map(html::html_to_text).unwrap_or_default()
    } else {
        texts.iter().map(|p| plain(message, p)).collect::<Vec<_>>().join("\n")
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
    for one in told {
        if !text.trim().is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&one);
    }
    Content { text, html, seal, files }
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
    told: &mut Vec<String>,
    packed: &mut tnef::Packet,
) -> Vec<Attachment> {
    let mut files = Vec::new();
    for part in message.attachments().take(limits::EMAIL_ATTACHMENTS_MAX + 1) {
        if let Some(kind) = data_kind(part) {
            let words = match (&part.body, kind) {
                (PartType::Text(_), Data::Calendar) => calendar::describe(&written(message, part)),
                (PartType::Text(_), Data::Card) => card::describe(&written(message, part)),
                (PartType::Binary(data) | PartType::InlineBinary(data), kind) => {
                    let file = charset::decode(data, None);
                    match kind {
                        Data::Calendar => calendar::describe(&file),
                        Data::Card => card::describe(&file),
                    }
                }
                _ => None,
            };
            // Invitations come twice: to be read by programs, and as a file.
            told.extend(words.filter(|w| !told.contains(w)));
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
    match &part.body {
        PartType::Text(_) | PartType::Binary(_) if text && !named => {
            let said = charset::decode(part.contents(), None);
            said.replace("\r\n", "\n").replace('\r', "\n")
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
        let said = part.content_transfer_encoding();
        said.is_some_and(|e| e.trim().eq_ignore_ascii_case("base64"))
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
        !b.is_ascii() || charset::is_switched(b, declared) || encoded && **b != *text.as_bytes()
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

/// Whether a text says no more than that its reader's program cannot show the HTML beside it.
fn is_stub(text: &str, html: &str) -> bool {
    let text = text.trim();
    if text.chars().count() > STUB_CHARS {
        return false;
    }
    let lower = text.to_lowercase();
    let says = STUB_WORDS.iter().any(|w| lower.contains(w));
    if !says {
        return false;
    }
    // The HTML has other words, and more of them.
    let seen = html::html_to_text(html).to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().filter(|w| w.chars().count() > 3).collect();
    let shared = words.iter().filter(|w| seen.contains(**w)).count();
    !seen.trim().is_empty()
        && (shared * 2 < words.len()
            || seen.len() > 3 * lower.len() && words.len() < 40 && shared < words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &str) -> Content {
        let raw = raw.replace('\n', "\r\n");
        let mail = mail_parser::MessageParser::default().parse(raw.as_bytes()).expect("a mail");
        content(&mail)
    }

    #[test]
    fn a_text_that_says_nothing_gives_way_to_the_html() {
        let mail = |text: &str| {
            of(&format!(
                "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: text/html\n\n<p>Where is my parcel? The HTML form failed.</p>\n--b--\n"
            ))
            .text
        };
        assert!(mail("Your mail program cannot display HTML messages.").starts_with("Where is"));
        assert!(
            mail("Your client cannot read this email: https://x.example/1").starts_with("Where")
        );
        assert!(mail(" ").starts_with("Where is"));
        for stub in [
            "This is a multi-part message in MIME format.",
            "Ihr E-Mail-Programm kann diese Nachricht nicht darstellen.",
            "Votre logiciel de messagerie ne peut afficher ce message.",
            "Su cliente de correo no puede mostrar este mensaje.",
            "Il tuo client di posta non supporta questo messaggio.",
            "Ваша почтовая программа не может показать это письмо.",
            "お使いのメールソフトでは表示できません。",
            "您的邮件客户端不支持，请在浏览器中查看。",
        ] {
            assert!(mail(stub).starts_with("Where is"), "{stub}");
        }
        let own = "Where is my parcel? The HTML form failed.";
        assert_eq!(mail(own).trim(), own);
        assert_eq!(mail("short").trim(), "short");
    }

    #[test]
    fn an_invitation_is_told_and_kept() {
        let ics = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Demo\nDTSTART:20261201T100000Z\nEND:VEVENT\nEND:VCALENDAR\n";
        let mail = of(&format!(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlease come.\n--b\nContent-Type: text/calendar; method=REQUEST\n\n{ics}\n--b--\n"
        ));
        assert_eq!(
            mail.text.replace("\r\n", "\n").trim_end(),
            "Please come.\n\nInvitation: Demo\nWhen: Tue, Dec 1, 2026, 10:00 (UTC)"
        );
        assert_eq!(mail.files.len(), 1);
        let alone = of(&format!("Content-Type: text/calendar\n\n{ics}"));
        assert!(alone.text.starts_with("Invitation: Demo"), "{}", alone.text);
    }
}
