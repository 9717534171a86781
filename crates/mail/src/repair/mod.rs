//! Headers as they should have been written: encoded words that cut a letter in two are joined,
//! letters without an encoding get one. The parser reads each word by itself and as UTF-8.

use crate::charset;
use data_encoding::BASE64;
use mail_parser::decoders::quoted_printable::quoted_printable_decode_char;
use std::borrow::Cow;

/// Bytes of one encoded word; what is longer is none.
const WORD_BYTES: usize = 4_000;

/// A header block with its letters readable; `None` when it is already.
pub(crate) fn headers(block: &[u8]) -> Option<Vec<u8>> {
    let raw = !block.is_ascii() && std::str::from_utf8(block).is_err();
    let words = block.windows(2).any(|w| w == b"=?");
    if !raw && !words {
        return None;
    }
    let text = if raw { eight_bit(block) } else { String::from_utf8_lossy(block) };
    let joined = if words { around_subject(&text) } else { Cow::Borrowed(&*text) };
    (raw || matches!(joined, Cow::Owned(_))).then(|| joined.into_owned().into_bytes())
}

/// The words of a block joined; those of the subject become the letters themselves. The parser
/// puts spaces around each word, and programs write signs right beside them: `[=?utf-8?…?=]`.
fn around_subject(text: &str) -> Cow<'_, str> {
    const NAME: &str = "subject:";
    let mut starts = text.split_inclusive('\n').scan(0, |at, line| {
        *at += line.len();
        Some((*at - line.len(), line))
    });
    let is = |line: &str| line.get(..NAME.len()).is_some_and(|n| n.eq_ignore_ascii_case(NAME));
    let Some((begin, first)) = starts.find(|(_, line)| is(line)) else {
        return join(text, As::Words);
    };
    let folded = starts.take_while(|(_, line)| line.starts_with([' ', '\t']));
    let end = folded.last().map_or(begin + first.len(), |(at, line)| at + line.len());
    let subject = &text[begin..end];
    if !subject.contains("=?") {
        return join(text, As::Words);
    }
    let whole = [
        join(&text[..begin], As::Words),
        join(subject, As::Letters),
        join(&text[end..], As::Words),
    ];
    Cow::Owned(whole.concat())
}

/// Letters as they are; what would end the line is a space.
fn letters(text: &str, out: &mut String) {
    if out.ends_with(':') {
        out.push(' ');
    }
    out.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
}

/// A header block whose kind and encoding can be read: programs write `Content-Type: html` and
/// put encodings into quotes. What was written stays under another name.
pub(crate) fn mime(block: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    for line in block.split_inclusive(|b| *b == b'\n') {
        let value = |name: &str| {
            let (own, value) = line.split_at_checked(name.len())?;
            own.eq_ignore_ascii_case(name.as_bytes()).then(|| String::from_utf8_lossy(value))
        };
        let right = if let Some(value) = value("Content-Type:") {
            media_type(&value).map(|kind| format!("Content-Type: {kind}\r\n"))
        } else if let Some(value) = value("Content-Transfer-Encoding:") {
            encoding(&value).map(|e| format!("Content-Transfer-Encoding: {e}\r\n"))
        } else {
            None
        };
        if let Some(right) = right {
            out.extend_from_slice(&block[copied..at]);
            out.extend_from_slice(right.as_bytes());
            out.extend_from_slice(b"X-");
            copied = at;
        }
        at += line.len();
    }
    (copied > 0 || !out.is_empty()).then(|| {
        out.extend_from_slice(&block[copied..]);
        out
    })
}

/// What a kind without its half was meant as.
fn media_type(value: &str) -> Option<&'static str> {
    let kind = value.split(';').next()?.trim().to_ascii_lowercase();
    match kind.as_str() {
        "html" => Some("text/html"),
        "text" | "plain" | "txt" | "plaintext" | "text/" => Some("text/plain"),
        _ => None,
    }
}

/// What an encoding was meant as that is not written as it should be.
fn encoding(value: &str) -> Option<&'static str> {
    let written = value.trim().to_ascii_lowercase();
    let word = written.split(['(', ';']).next().unwrap_or_default();
    let bare: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    let meant = ["base64", "quoted-printable", "7bit", "8bit", "binary"];
    let found = meant.into_iter().find(|m| m.replace('-', "") == bare)?;
    (found != written).then_some(found)
}

/// One header's value, the same way.
pub(crate) fn value(value: &str) -> Cow<'_, str> {
    if value.contains("=?") { join(value, As::Words) } else { Cow::Borrowed(value) }
}

/// Lines are read one by one where they are UTF-8, and all others together: what one of them is
/// written in, the rest is too.
fn eight_bit(block: &[u8]) -> Cow<'_, str> {
    let lines = || block.split_inclusive(|b| *b == b'\n');
    let odd: Vec<u8> =
        lines().filter(|l| std::str::from_utf8(l).is_err()).flatten().copied().collect();
    let read = charset::decode(&odd, None);
    let mut read = read.split_inclusive('\n');
    let mut text = String::with_capacity(block.len() + odd.len());
    for line in lines() {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.push_str(read.next().unwrap_or_default()),
        }
    }
    Cow::Owned(text)
}

struct Word<'a> {
    charset: &'a str,
    encoding: u8,
    payload: &'a str,
    /// Bytes from `=?` to `?=`.
    length: usize,
}

impl<'a> Word<'a> {
    /// The encoded word that the text begins with.
    fn at(text: &'a str) -> Option<Self> {
        let mut end = text.len().min(WORD_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let inside = text[..end].strip_prefix("=?")?;
        let (charset, rest) = inside.split_once('?')?;
        let encoding = rest.as_bytes().first()?.to_ascii_uppercase();
        let rest = rest.get(1..)?.strip_prefix('?')?;
        let end = rest.find("?=")?;
        let payload = &rest[..end];
        let length = 2 + charset.len() + 3 + end + 2;
        let odd = |c: char| !c.is_ascii_graphic();
        let plain =
            !charset.is_empty() && !charset.contains(odd) && !payload.contains(['\n', '\r']);
        let is = plain && matches!(encoding, b'B' | b'Q');
        // `utf-8*en`: a language may follow.
        let charset = charset.split('*').next().unwrap_or_default();
        is.then_some(Self { charset, encoding, payload, length })
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        if self.encoding == b'B' {
            return charset::base64(self.payload.as_bytes());
        }
        let mut bytes = Vec::with_capacity(self.payload.len());
        let mut rest = self.payload.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let hex = |n| after.get(n).copied();
            let decoded = match (first, hex(0), hex(1)) {
                (b'=', Some(a), Some(b)) => quoted_printable_decode_char(a, b),
                _ => None,
            };
            match (decoded, first) {
                (Some(byte), _) => bytes.push(byte),
                (None, b'_') => bytes.push(b' '),
                (None, byte) => bytes.push(*byte),
            }
            rest = if decoded.is_some() { &after[2..] } else { after };
        }
        Some(bytes)
    }
}

/// What words become.
#[derive(Clone, Copy, PartialEq)]
enum As {
    /// Words that the parser reads.
    Words,
    /// The letters that they stand for.
    Letters,
}

/// Words of one charset that follow each other become one.
fn join(text: &str, write: As) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(next) = text[at..].find("=?").map(|n| at + n) {
        let Some(first) = Word::at(&text[next..]) else {
            at = next + 2;
            continue;
        };
        let mut end = next + first.length;
        let (mut words, mut bytes) = (1, first.bytes());
        while let Some(found) = &mut bytes {
            let gap = text[end..].len() - text[end..].trim_start().len();
            let Some(word) = Word::at(&text[end + gap..])
                .filter(|w| w.charset.eq_ignore_ascii_case(first.charset))
            else {
                break;
            };
            let Some(more) = word.bytes() else { break };
            found.extend(more);
            words += 1;
            end += gap + word.length;
        }
        at = end;
        let cut = first.encoding == b'B' && first.payload.len() % 4 != 0;
        let odd = first.payload.contains(' ') || cut || !charset::is_known(first.charset);
        let all = write == As::Letters;
        let Some(bytes) = bytes.filter(|b| all || words > 1 || odd || lies(b, first.charset))
        else {
            continue;
        };
        let bytes = unswitched(bytes, first.charset);
        let read = charset::decode(&bytes, Some(first.charset));
        let between = &text[copied..next];
        match write {
            As::Words => {
                out.push_str(between);
                encode(&read, &mut out);
            }
            As::Letters => {
                // What parts two words belongs to neither.
                if copied == 0 || !between.trim().is_empty() {
                    out.push_str(between);
                }
                letters(&read, &mut out);
            }
        }
        copied = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Bytes of ISO-2022 without a switch to ASCII and back between two words: where a word cut a
/// letter in two, the switches stand inside of it.
fn unswitched(bytes: Vec<u8>, charset: &str) -> Vec<u8> {
    const BACK_AND_FORTH: &[u8] = b"\x1b(B\x1b$B";
    if !charset.to_ascii_lowercase().starts_with("iso-2022") {
        return bytes;
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = &bytes[..];
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(BACK_AND_FORTH) {
            Some(after) => rest = after,
            None => {
                kept.push(*first);
                rest = after;
            }
        }
    }
    kept
}

/// Whether bytes are none of the charset that they are said to be, or more likely UTF-8.
fn lies(bytes: &[u8], declared: &str) -> bool {
    if bytes.is_ascii() {
        return false;
    }
    let utf8 = std::str::from_utf8(bytes).is_ok();
    let says_utf8 = declared.eq_ignore_ascii_case("utf-8") || declared.eq_ignore_ascii_case("utf8");
    utf8 != says_utf8
}

/// Words of whole letters, none longer than the parser reads.
fn encode(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        let mut end = rest.len().min(300);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        out.push_str("=?utf-8?B?");
        out.push_str(&BASE64.encode(&rest.as_bytes()[..end]));
        out.push_str("?=");
        rest = &rest[end..];
        if rest.is_empty() {
            return;
        }
        out.push_str("\r\n ");
    }
}

#[cfg(test)]
mod tests;
