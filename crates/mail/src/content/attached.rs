//! Mails that are attached to another: their words beside its own, and the files in them.

use super::content_of;
use crate::attachment::Attachment;
use crate::calendar::Described;
use crate::forward::Forwarded;
use crate::parse::addresses;
use crate::shape::shape;
use mail_parser::{Message, MessageParser};
use rapport_domain::{limits, text};

/// Mails of one mail that are opened; the others stay files.
const ATTACHED_MAX: usize = 5;
/// Characters of one that are shown; all of it is in its file.
const TEXT_CHARS: usize = 20_000;

/// What was found in an attached mail.
pub(super) struct Attached {
    /// As whoever attached it passes it on; `None` where nobody can be read who wrote it.
    pub mail: Option<Forwarded>,
    /// Cleaned; `None` when it is plain text.
    pub html: Option<String>,
    pub described: Described,
    pub files: Vec<Attachment>,
}

/// Opens the mails among the files, and puts the files in them behind.
pub(super) fn open_all(files: &mut Vec<Attachment>) -> Vec<Attached> {
    let is_mail = |file: &&Attachment| file.content_type == "message/rfc822";
    let mails = files.iter().filter(is_mail).take(ATTACHED_MAX);
    let mut mails: Vec<_> = mails.filter_map(|file| open(&file.data)).collect();
    for mail in &mut mails {
        files.append(&mut mail.files);
    }
    mails
}

/// Opens an attached mail. A mail inside of that one stays a file.
fn open(data: &[u8]) -> Option<Attached> {
    let shaped = shape(data);
    let message = MessageParser::default().parse(&shaped.mail)?;
    if message.headers().is_empty() {
        return None;
    }
    let inner = content_of(&message, false);
    let subject = subject(&message);
    let from = addresses(message.from()).into_iter().next();
    let words: String = inner.text.trim().chars().take(TEXT_CHARS).collect();
    let by = from.as_ref().map_or(String::new(), |from| match &from.name {
        Some(name) => format!(" from {name} <{}>", from.email),
        None => format!(" from {}", from.email),
    });
    let named = subject.as_ref().map_or(String::new(), |subject| format!(" “{subject}”"));
    let words = match words.is_empty() {
        true => String::new(),
        false => format!("Attached e-mail{named}{by}:\n\n{words}"),
    };
    let described = Described { words, times: inner.times, description: None };
    let text = text::clean(&inner.text);
    let mail = from.map(|from| Forwarded { from, subject, text, note: String::new() });
    Some(Attached { mail, html: inner.html, described, files: inner.files })
}

fn subject(message: &Message<'_>) -> Option<String> {
    let subject = message.subject().map(|s| text::excerpt(s, limits::SUBJECT_CHARS))?;
    Some(subject).filter(|s| !s.is_empty())
}
