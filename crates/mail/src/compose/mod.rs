//! Writes the mails that leave: headers, text and HTML of the same words, files, signature.

mod dkim;
mod html;
mod inline;
mod marked;

pub use dkim::{BadKey, DkimKey};
pub use html::text_html;
pub use marked::markdown_html;

use data_encoding::BASE64;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use rapport_domain::{AttachmentId, markdown, text};
use std::borrow::Cow;

/// A mail to write. All addresses are plain, lower-case and checked before.
#[derive(Debug, Clone)]
pub struct OutgoingEmail<'a> {
    pub from_name: &'a str,
    pub from: &'a str,
    /// Where answers go when it is not `from`.
    pub reply_to: Option<&'a str>,
    pub to: &'a [&'a str],
    pub cc: &'a [&'a str],
    pub subject: &'a str,
    /// Without angle brackets, as all ids here.
    pub message_id: &'a str,
    pub in_reply_to: Option<&'a str>,
    /// Oldest first.
    pub references: &'a [String],
    /// Seconds since 1970.
    pub date: i64,
    pub text: &'a str,
    /// Cleaned HTML of the same words; made from `text` when absent.
    pub html: Option<&'a str>,
    /// Below the answer; empty for none.
    pub signature: &'a str,
    /// The signature is Markdown, and no plain text.
    pub signature_markdown: bool,
    /// The message that is answered, as [`rapport_domain::message::quoted`] writes it.
    pub quoted: Option<&'a str>,
    /// The address of the picture that tells when the mail was opened.
    pub pixel: Option<&'a str>,
    pub files: &'a [OutgoingFile<'a>],
}

/// A file of a mail.
#[derive(Debug, Clone)]
pub struct OutgoingFile<'a> {
    pub id: AttachmentId,
    pub name: &'a str,
    pub content_type: &'a str,
    /// With one the file is a picture inside of the mail (`multipart/related`), where the HTML has
    /// `/files/attachments/att_…` with its id as the source of a picture. `name@domain`, without
    /// angle brackets.
    pub content_id: Option<&'a str>,
    pub data: &'a [u8],
}

/// Writes a mail as RFC 5322, in ASCII with CRLF line ends. Bcc is nowhere in it.
pub fn compose(mail: &OutgoingEmail<'_>) -> Vec<u8> {
    let mut builder = MessageBuilder::new()
        .from(Address::new_address(Some(mail.from_name), ascii(mail.from)))
        .to(list(mail.to))
        .subject(mail.subject)
        .date(mail.date)
        .message_id(mail.message_id)
        // Whatever sends it back here, it opens no ticket.
        .header(crate::LOOP_HEADER, Raw::new(ascii(mail.from)));
    if !mail.cc.is_empty() {
        builder = builder.cc(list(mail.cc));
    }
    if let Some(address) = mail.reply_to {
        builder = builder.reply_to(Address::new_address(Some(mail.from_name), ascii(address)));
    }
    if let Some(id) = mail.in_reply_to.filter(|id| is_id(id)) {
        builder = builder.in_reply_to(id);
    }
    let references: Vec<&str> =
        mail.references.iter().map(String::as_str).filter(|id| is_id(id)).collect();
    if !references.is_empty() {
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    // Forms end their lines with CRLF.
    let (words, signature) =
        (mail.text.replace("\r\n", "\n"), mail.signature.replace("\r\n", "\n"));
    let mail = &OutgoingEmail { text: &words, signature: &signature, ..mail.clone() };
    let mut text = match mail.signature {
        "" => mail.text.to_string(),
        signature if mail.signature_markdown => {
            format!("{}\n\n-- \n{}", mail.text, markdown::readable(signature))
        }
        signature => format!("{}\n\n-- \n{signature}", mail.text),
    };
    if let Some(quoted) = mail.quoted {
        text.push_str("\n\n");
        text.push_str(quoted);
    }
    let mut html = MimePart::new("text/html", html::document(mail));
    let (inside, along): (Vec<_>, Vec<_>) =
        mail.files.iter().partition(|file| file.content_id.is_some());
    if !inside.is_empty() {
        let pictures = inside.into_iter().map(|file| part(file, "inline"));
        html = MimePart::new(
            "multipart/related",
            [html].into_iter().chain(pictures).collect::<Vec<_>>(),
        );
    }
    let text = MimePart::new("text/plain", text + "\n");
    let mut body = MimePart::new("multipart/alternative", vec![text, html]);
    if !along.is_empty() {
        let files = along.into_iter().map(|file| part(file, "attachment"));
        body =
            MimePart::new("multipart/mixed", [body].into_iter().chain(files).collect::<Vec<_>>());
    }
    builder = builder.body(body);
    let mut raw = Vec::new();
    builder.serialize(&mut raw);
    raw
}

fn part<'a>(file: &OutgoingFile<'a>, disposition: &'a str) -> MimePart<'a> {
    let disposition = ContentType::new(disposition).attribute("filename", file.name);
    let mut kind = ContentType::new(file.content_type);
    if !file.name.is_ascii() {
        // Old Outlooks do not read what RFC 2231 says, but this.
        kind = kind.attribute("name", encoded_words(file.name));
    }
    let part = MimePart::new(kind, file.data).header("Content-Disposition", disposition);
    match file.content_id {
        Some(id) => part.cid(id),
        None => part,
    }
}

/// Text as RFC 2047 encodes it, each word short enough for a line and of whole letters.
fn encoded_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(45);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        words.push(format!("=?utf-8?B?{}?=", BASE64.encode(&rest.as_bytes()[..end])));
        rest = &rest[end..];
    }
    words.join(" ")
}

/// An address as headers take it: a domain in letters has a form in ASCII.
fn ascii(email: &str) -> Cow<'_, str> {
    text::ascii_email(email).map_or(Cow::Borrowed(email), Cow::Owned)
}

fn list<'a>(addresses: &[&'a str]) -> Address<'a> {
    let addresses = addresses.iter().map(|a| Address::new_address(None::<&str>, ascii(a)));
    Address::new_list(addresses.collect())
}

/// Whether a Message-ID that a stranger chose can stand between angle brackets in a header.
fn is_id(id: &str) -> bool {
    (3..=250).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b','))
}

#[cfg(test)]
mod tests;
